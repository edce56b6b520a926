"""The accounts a batch of facts touches, in memory: balances, and the transfers that a commit will write."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from siyu.ledger.expiry import Expiries
from siyu.ledger.lots import LONG_AGO, Lot, MemberAccount
from siyu.sdk import Granted

# Commission is money, in fen.
UNITS = ("commission", "growth", "points")

TransferKind = Literal["grant", "reverse", "spend", "unspend"]
# Those that are made from nothing; the others undo one of these.
Original = Literal["grant", "spend"]


class Transfer(NamedTuple):
    """A movement of value between a member's account and a campaign's or the shop's; the fields are those of the
    table."""

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
    lot_id: UUID | None
    member_id: UUID


@dataclass(slots=True)
class OpenGrant:
    """What is left of one grant, or of one spend, that has a reference."""

    transfer_id: UUID
    left: int
    at: datetime
    # Of the lot that it went into, or came from; None: it never expires.
    expires_at: datetime | None = None


# Who gave it, a member, a unit and what the grant was for.
GrantKey = tuple[UUID, UUID, str, str]


class Cause(NamedTuple):
    """Who pays and why: a campaign, or an account of the shop's own, its account of the unit, the fact, and when it
    counts."""

    owner_id: UUID
    issuer_id: UUID
    unit: str
    fact_id: UUID
    at: datetime


class Book:
    """Balances by member and unit; `transfers` and the accounts' deltas are what a commit has to write."""

    def __init__(self, new_id: Callable[[], UUID], expiries: Expiries, *, has_lots: bool) -> None:
        self._new_id, self._expiries = new_id, expiries
        # Whether any value of the shop's expires: then accounts are read and written with their lots.
        self.has_lots = has_lots
        # What has expired by then is nobody's to spend.
        self.now = LONG_AGO
        self._accounts: dict[tuple[UUID, str], MemberAccount] = {}
        self._grants: dict[GrantKey, list[OpenGrant]] = {}
        self._spends: dict[GrantKey, list[OpenGrant]] = {}
        self.transfers: list[Transfer] = []

    def put_account(self, account: MemberAccount) -> None:
        """Make an account of the database known."""
        self._accounts[account.member_id, account.unit] = account

    def put_lot(self, member_id: UUID, unit: str, expires_at: datetime | None, left: int) -> None:
        """Make known what of an account of the database expires at a moment after `now`; None: what has expired."""
        account = self._accounts[member_id, unit]
        if expires_at is None:
            account.expired = left
        else:
            account.put_lot(expires_at, left)

    def put_grant(self, key: GrantKey, grant: OpenGrant) -> None:
        """Make what is left of an earlier grant known."""
        self._grants.setdefault(key, []).append(grant)

    def put_spend(self, key: GrantKey, spend: OpenGrant) -> None:
        """Make what is left of an earlier spend known."""
        self._spends.setdefault(key, []).append(spend)

    def balance(self, member_id: UUID, unit: str) -> int:
        """What the member can spend."""
        account = self._accounts.get((member_id, unit))
        return account.spendable if account else 0

    def bring(self, member_id: UUID, unit: str, change: int) -> None:
        """Change what the member has, by what no commit has to write.

        Nobody falls below zero: what was spent elsewhere of what this book never gave them, they could not spend.
        """
        account = self._account(member_id, unit)
        account.balance = max(account.expired, account.balance + change)

    def changed_accounts(self) -> list[MemberAccount]:
        """The accounts to write, in one order for every process."""
        changed = (account for account in self._accounts.values() if account.is_changed)
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
        account = self._account(member_id, cause.unit)
        expires_at = self._expiries.of(cause.unit, cause.at)
        transfer_id = self._move(cause, account, amount, "grant", reference, account.lot_of(expires_at))
        if reference is not None:
            key = (cause.owner_id, member_id, cause.unit, reference)
            self.put_grant(key, OpenGrant(transfer_id, amount, cause.at, expires_at))
        return transfer_id

    def spend(self, cause: Cause, member_id: UUID, amount: int, reference: str | None) -> None:
        """Move `amount` (> 0) from the member to the campaign; the caller has made sure that they have it.

        What expires first is spent first, with a transfer for each lot.
        """
        account = self._account(member_id, cause.unit)
        for lot, part in account.draws(amount):
            transfer_id = self._move(cause, account, -part, "spend", reference, lot)
            if reference is not None:
                key = (cause.owner_id, member_id, cause.unit, reference)
                self.put_spend(key, OpenGrant(transfer_id, part, cause.at, lot.expires_at if lot else None))

    def reverse(self, cause: Cause, member_id: UUID, amount: int, reference: str) -> int:
        """Take back at most `amount`, what is left of the grants and what the member has; returns what was taken."""
        account = self._account(member_id, cause.unit)
        grants = self._grants.get((cause.owner_id, member_id, cause.unit, reference), ())
        taken = 0
        for grant in grants:
            part = min(grant.left, amount - taken, account.spendable)
            taken += part
            for lot, share in account.draws(part, account.lot_of(grant.expires_at)):
                grant.left -= share
                self._move(cause, account, -share, "reverse", reference, lot, grant)
        return taken

    def unspend(self, cause: Cause, member_id: UUID, amount: int, reference: str) -> int:
        """Give back at most `amount` and what is left of the spends, into the lots it came from; returns what was given
        back. What came from a lot that has expired since, expires again."""
        account = self._account(member_id, cause.unit)
        returned = 0
        for spend in self._spends.get((cause.owner_id, member_id, cause.unit, reference), ()):
            part = min(spend.left, amount - returned)
            if part:
                spend.left -= part
                returned += part
                self._move(cause, account, part, "unspend", reference, account.lot_of(spend.expires_at), spend)
        return returned

    def _move(
        self,
        cause: Cause,
        account: MemberAccount,
        change: int,
        kind: TransferKind,
        reference: str | None,
        lot: Lot | None,
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
            account.add(change, lot),
            kind,
            cause.fact_id,
            reference,
            original.transfer_id if original else None,
            original.at if original else cause.at,
            lot.id if lot else None,
            account.member_id,
        )
        self.transfers.append(transfer)
        return transfer.id

    def _account(self, member_id: UUID, unit: str) -> MemberAccount:
        account = self._accounts.get((member_id, unit))
        if account is None:
            account = MemberAccount(self._new_id(), member_id, unit, balance=0, is_new=True, now=self.now)
            self.put_account(account)
        return account
