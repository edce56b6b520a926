"""A member's account with its lots: value that expires, grouped by when it does."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid5

# Lots have an id that follows from account and moment, so that a grant need not look whether there is one.
LOTS = UUID("6f1d8c0e-3b0a-5c8e-9a55-0c5f6a4b7d21")
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Lot:
    """What an account holds that expires at one moment; `is_known`: the database has it."""

    id: UUID
    expires_at: datetime
    left: int
    is_known: bool
    delta: int = 0
    is_named: bool = False

    def add(self, amount: int) -> None:
        """Change what is left of it, by a transfer that names it."""
        self.left += amount
        self.delta += amount
        self.is_named = True


def lot_id(account_id: UUID, expires_at: datetime) -> UUID:
    """The id of an account's lot of that moment."""
    return uuid5(LOTS, f"{account_id.hex}/{int(expires_at.timestamp())}")


@dataclass(slots=True)
class MemberAccount:
    """A member's account: the balance now, and how far it is from the database's.

    `balance` holds what has expired and was not booked out yet (`expired`), which nobody can spend. What is in no lot
    never expires.
    """

    id: UUID
    member_id: UUID
    unit: str
    balance: int
    delta: int = 0
    is_new: bool = False
    expired: int = 0
    now: datetime = LONG_AGO
    lots: dict[datetime, Lot] = field(default_factory=dict)

    @property
    def spendable(self) -> int:
        """What the member can spend."""
        return self.balance - self.expired

    @property
    def is_changed(self) -> bool:
        """Whether it, or a lot of it, is to be written."""
        return bool(self.delta) or self.is_new or (bool(self.lots) and any(self.changed_lots()))

    def add(self, amount: int, lot: Lot | None) -> int:
        """Change the balance, and what is left of the lot; a negative one is our own bug, never an input."""
        self.balance += amount
        self.delta += amount
        if lot is not None:
            lot.add(amount)
            if lot.expires_at <= self.now:
                self.expired += amount
        assert self.balance >= self.expired >= 0, f"account {self.id} would fall to {self.balance}"  # noqa: S101 - an invariant
        return self.balance

    def put_lot(self, expires_at: datetime, left: int) -> None:
        """Make a lot of the database known that has not expired."""
        self.lots[expires_at] = Lot(lot_id(self.id, expires_at), expires_at, left, is_known=True)

    def lot_of(self, expires_at: datetime | None) -> Lot | None:
        """The lot of what expires at that moment, whether or not there was one; None for what never does."""
        if expires_at is None:
            return None
        lot = self.lots.get(expires_at)
        if lot is None:
            lot = self.lots[expires_at] = Lot(lot_id(self.id, expires_at), expires_at, 0, is_known=False)
        return lot

    def draws(self, amount: int, first: Lot | None = None) -> Iterator[tuple[Lot | None, int]]:
        """Where `amount` (at most `spendable`) is taken from, and how much of it from each.

        First from `first` where that has not expired, then from what expires soonest, at last from what never does.
        Each is to be taken before the next is asked for.
        """
        living = [self.lots[moment] for moment in sorted(self.lots) if moment > self.now and self.lots[moment].left > 0]
        if first is not None and first in living:
            living.remove(first)
            living.insert(0, first)
        for lot in living:
            part = min(lot.left, amount)
            if part:
                amount -= part
                yield lot, part
        if amount:
            yield None, amount

    def changed_lots(self) -> Iterator[Lot]:
        """Those to write: a new one that transfers name, even where it is used up."""
        return (lot for lot in self.lots.values() if lot.delta or (lot.is_named and not lot.is_known))
