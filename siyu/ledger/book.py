"""The accounts a batch of facts touches, in memory: balances, and the transfers that a commit will write."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from siyu.sdk import Granted

# Commission is money, in fen.
UNITS = ("commission", "points")

TransferKind = Literal["grant", "reverse", "spend", "unspend"]
# Those that are made from nothing; the others undo one of these.
Original = Literal["grant", "spend"]


@dataclass(slots=True)
class MemberAccount:
    """A member's account: the balance now, and how far it is from the database's."""

    id: UUID
    member_id: UUID
    unit: str
    balance: int
    delta: int = 0
    is_new: bool = False

    def add(self, amount: int) -> int:
        """Change the balance; a negative one is our own bug, never an input."""
        self.balance += amount
        self.delta += amount
        assert self.balance >= 0, f"account {self.id} would fall to {self.balance}"  # noqa: S101 - an invariant
        return self.balance


class Transfer(NamedTuple):
    """A movement of value between a campaign's account and a member's; the fields are those of the table."""

    id: UUID
    unit: str
    debit_id: UUID
    credit_id: UUID
    amount: int
    member_balance: int
    kind: TransferKind
    fact_id: UUID
    reference: str | None
    reverses_id: UUID | None
    at: datetime
    member_id: UUID


@dataclass(slots=True)
class OpenGrant:
    """What is left of one grant, or of one spend, that has a reference."""

    transfer_id: UUID
    left: int
    at: datetime


# A campaign, a member, a unit and what the grant was for.
GrantKey = tuple[UUID, UUID, str, str]


class Cause(NamedTuple):
    """Who pays and why: the campaign, its account of the unit, the fact, and when it counts."""

    campaign_id: UUID
    issuer_id: UUID
    unit: str
    fact_id: UUID
    at: datetime


class Book:
    """Balances by member and unit; `transfers` and the accounts' deltas are what a commit has to write."""

    def __init__(self, new_id: Callable[[], UUID]) -> None:
        self._new_id = new_id
        self._accounts: dict[tuple[UUID, str], MemberAccount] = {}
        self._grants: dict[GrantKey, list[OpenGrant]] = {}
        self._spends: dict[GrantKey, list[OpenGrant]] = {}
        self.transfers: list[Transfer] = []

    def put_account(self, account: MemberAccount) -> None:
        """Make an account of the database known."""
        self._accounts[account.member_id, account.unit] = account

    def put_grant(self, key: GrantKey, grant: OpenGrant) -> None:
        """Make what is left of an earlier grant known."""
        self._grants.setdefault(key, []).append(grant)

    def put_spend(self, key: GrantKey, spend: OpenGrant) -> None:
        """Make what is left of an earlier spend known."""
        self._spends.setdefault(key, []).append(spend)

    def balance(self, member_id: UUID, unit: str) -> int:
        """What the member has."""
        account = self._accounts.get((member_id, unit))
        return account.balance if account else 0

    def bring(self, member_id: UUID, unit: str, change: int) -> None:
        """Change what the member has, by what no commit has to write.

        Nobody falls below zero: what was spent elsewhere of what this book never gave them, they could not spend.
        """
        account = self._account(member_id, unit)
        account.balance = max(0, account.balance + change)

    def changed_accounts(self) -> list[MemberAccount]:
        """The accounts to write, in one order for every process."""
        changed = (account for account in self._accounts.values() if account.delta or account.is_new)
        return sorted(changed, key=lambda account: account.id.bytes)

    def granted(
        self, campaign_id: UUID, member_id: UUID, unit: str, reference: str, of: Original = "grant"
    ) -> Granted | None:
        """What is left of the grants, or the spends, under a reference, dated by the first."""
        known = self._grants if of == "grant" else self._spends
        left = [grant for grant in known.get((campaign_id, member_id, unit, reference), ()) if grant.left]
        return Granted(sum(grant.left for grant in left), left[0].at) if left else None

    def grant(self, cause: Cause, member_id: UUID, amount: int, reference: str | None) -> UUID:
        """Move `amount` (> 0) from the campaign to the member; returns the transfer's id."""
        transfer_id = self._move(cause, self._account(member_id, cause.unit), amount, "grant", reference)
        if reference is not None:
            key = (cause.campaign_id, member_id, cause.unit, reference)
            self.put_grant(key, OpenGrant(transfer_id, amount, cause.at))
        return transfer_id

    def spend(self, cause: Cause, member_id: UUID, amount: int, reference: str | None) -> None:
        """Move `amount` (> 0) from the member to the campaign; the caller has made sure that they have it."""
        transfer_id = self._move(cause, self._account(member_id, cause.unit), -amount, "spend", reference)
        if reference is not None:
            key = (cause.campaign_id, member_id, cause.unit, reference)
            self.put_spend(key, OpenGrant(transfer_id, amount, cause.at))

    def reverse(self, cause: Cause, member_id: UUID, amount: int, reference: str) -> int:
        """Take back at most `amount`, what is left of the grants and what the member has; returns what was taken."""
        account = self._account(member_id, cause.unit)
        grants = self._grants.get((cause.campaign_id, member_id, cause.unit, reference), ())
        return self._undo(cause, account, grants, min(amount, account.balance), "reverse", reference)

    def unspend(self, cause: Cause, member_id: UUID, amount: int, reference: str) -> int:
        """Give back at most `amount` and what is left of the spends; returns what was given back."""
        spends = self._spends.get((cause.campaign_id, member_id, cause.unit, reference), ())
        return self._undo(cause, self._account(member_id, cause.unit), spends, amount, "unspend", reference)

    def _undo(
        self,
        cause: Cause,
        account: MemberAccount,
        originals: Iterable[OpenGrant],
        most: int,
        kind: Literal["reverse", "unspend"],
        reference: str,
    ) -> int:
        undone = 0
        for original in originals:
            part = min(original.left, most - undone)
            if part:
                original.left -= part
                undone += part
                self._move(cause, account, part if kind == "unspend" else -part, kind, reference, original)
        return undone

    def _move(
        self,
        cause: Cause,
        account: MemberAccount,
        change: int,
        kind: TransferKind,
        reference: str | None,
        original: OpenGrant | None = None,
    ) -> UUID:
        """Change a member's balance, against the campaign's account; `original` is the transfer that this undoes."""
        debit_id, credit_id = (cause.issuer_id, account.id) if change > 0 else (account.id, cause.issuer_id)
        transfer = Transfer(
            self._new_id(),
            cause.unit,
            debit_id,
            credit_id,
            abs(change),
            account.add(change),
            kind,
            cause.fact_id,
            reference,
            original.transfer_id if original else None,
            original.at if original else cause.at,
            account.member_id,
        )
        self.transfers.append(transfer)
        return transfer.id

    def _account(self, member_id: UUID, unit: str) -> MemberAccount:
        account = self._accounts.get((member_id, unit))
        if account is None:
            account = MemberAccount(self._new_id(), member_id, unit, balance=0, is_new=True)
            self.put_account(account)
        return account
