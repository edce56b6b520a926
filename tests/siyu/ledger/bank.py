"""What members have, earn, spend, owe and lose, in plain Python: no batches, no locks, nothing written."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from siyu.ledger.debts import Shortfall

SHANGHAI = ZoneInfo("Asia/Shanghai")
# When value is gone; None: never.
Gone = datetime | None


def gone_at(given_at: datetime) -> datetime:
    """Value lasts until the end of the month after the one in which it was given."""
    day = given_at.astimezone(SHANGHAI)
    month0 = day.year * 12 + day.month - 1 + 2
    return datetime(month0 // 12, month0 % 12 + 1, 1, tzinfo=SHANGHAI)


@dataclass
class Order:
    """An order of so many yuan, each worth a point, and what is left of the points."""

    yuan: int
    points: int
    gone: Gone
    back: int = 0


@dataclass
class Held:
    """What is kept for something until a moment."""

    amount: int
    until: datetime


@dataclass
class Part:
    """So much of one lot."""

    gone: Gone
    amount: int


@dataclass
class Wallet:
    """One member's points."""

    policy: Shortfall
    lots: dict[Gone, int] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    spent: dict[str, list[Part]] = field(default_factory=dict)
    holds: dict[str, Held] = field(default_factory=dict)
    owed: int = 0
    frozen: bool = False

    def living(self, now: datetime) -> dict[Gone, int]:
        """What has not expired."""
        return {gone: left for gone, left in self.lots.items() if left and (gone is None or gone > now)}

    def balance(self, now: datetime) -> int:
        """What can be spent."""
        return sum(self.living(now).values())

    def draw(self, amount: int, now: datetime, first: Gone = None) -> list[Part]:
        """Take from the lot that is named first, then from what is gone soonest."""
        living = self.living(now)
        order = sorted(gone for gone in living if gone is not None and gone != first)
        drawn: list[Part] = []
        for gone in [*([first] if first in living and first is not None else []), *order, None]:
            part = min(amount, self.lots.get(gone, 0))
            if part and amount:
                self.lots[gone] -= part
                amount -= part
                drawn.append(Part(gone, part))
        assert amount == 0
        return drawn

    def give(self, amount: int, at: datetime, now: datetime) -> datetime:
        """Give points, of which a debt is repaid."""
        gone = gone_at(at)
        self.lots[gone] = self.lots.get(gone, 0) + amount
        repaid = min(amount, self.owed, self.balance(now))
        self.owed -= repaid
        self.draw(repaid, now, gone)
        return gone

    def pay(self, number: str, yuan: int, at: datetime, now: datetime) -> None:
        """An order is paid."""
        self.orders[number] = Order(yuan, yuan, self.give(yuan, at, now))

    def refund(self, number: str, yuan: int, now: datetime) -> None:
        """Part of an order goes back, and with it its points, unless they have expired."""
        order = self.orders[number]
        order.back += yuan
        if order.gone is not None and order.gone <= now:
            return
        excess = order.points - (order.yuan - order.back)
        taken = min(excess, order.points, self.balance(now))
        self.draw(taken, now, order.gone)
        order.points -= taken
        if self.policy is not Shortfall.LEFT:
            order.points -= excess - taken
            self.owed += excess - taken if self.policy is Shortfall.DEBT else 0

    def refusal_of_taking(self, amount: int, now: datetime) -> str | None:
        """Why it may not be taken."""
        if self.frozen:
            return "WALLET_FROZEN"
        return "NOT_ENOUGH" if self.balance(now) < amount else None

    def spend(self, reference: str, amount: int, now: datetime) -> str | None:
        """Take points for something; the code of the refusal."""
        refusal = self.refusal_of_taking(amount, now)
        if refusal is None:
            self.spent.setdefault(reference, []).extend(self.draw(amount, now))
        return refusal

    def give_back(self, reference: str, amount: int) -> int:
        """Give back at most so much of what was spent, each part to where it came from."""
        returned = 0
        for part in self.spent.get(reference, []):
            back = min(part.amount, amount - returned)
            part.amount -= back
            self.lots[part.gone] = self.lots.get(part.gone, 0) + back
            returned += back
        return returned

    def expire(self, now: datetime) -> None:
        """What has expired is gone."""
        for gone in self.lots:
            if gone is not None and gone <= now:
                self.lots[gone] = 0
