"""The accounts a batch of facts touches, in memory: balances, and the transfers that a commit will write."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from siyu.ledger.debts import DebtAccount, Given, Shortfall, TakenBack
from siyu.ledger.expiry import Expiries
from siyu.ledger.lots import LONG_AGO, Lot, MemberAccount
from siyu.ledger.purposes import Purpose, shop_account_id
from siyu.ledger.transfers import Cause, GrantKey, OpenGrant, Original, Transfer, TransferKind
from siyu.sdk import Granted

# Commission is money, in fen.
UNITS = ("commission", "growth", "points")

ALL_LEFT: Mapping[str, Shortfall] = MappingProxyType({})


class Book:
    """Balances by member and unit; `transfers` and the accounts' deltas are what a commit has to write."""

    def __init__(
        self,
        new_id: Callable[[], UUID],
        expiries: Expiries,
        *,
        has_lots: bool,
        has_debts: bool = False,
        shortfalls: Mapping[str, Shortfall] = ALL_LEFT,
    ) -> None:
        self._new_id, self._expiries = new_id, expiries
        # Whether any value of the shop's expires: then accounts are read and written with their lots.
        self.has_lots = has_lots
        # Whether anybody can owe anything: then debts are read with the accounts, and grants repay them.
        self.has_debts = has_debts
        self._shortfalls = shortfalls
        self._debts: dict[tuple[UUID, str], DebtAccount] = {}
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

    def put_debt(self, debt: DebtAccount) -> None:
        """Make what a member owes known."""
        self._debts[debt.member_id, debt.unit] = debt

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

    def changed_debts(self) -> list[DebtAccount]:
        """The same of what members owe."""
        changed = (debt for debt in self._debts.values() if debt.delta or debt.is_new)
        return sorted(changed, key=lambda debt: debt.id.bytes)

    def granted(
        self, campaign_id: UUID, member_id: UUID, unit: str, reference: str, of: Original = "grant"
    ) -> Granted | None:
        """What is left of the grants, or the spends, under a reference, dated by the first."""
        known = self._grants if of == "grant" else self._spends
        left = [grant for grant in known.get((campaign_id, member_id, unit, reference), ()) if grant.left]
        return Granted(sum(grant.left for grant in left), left[0].at) if left else None

    def grant(self, cause: Cause, member_id: UUID, amount: int, reference: str | None) -> Given:
        """Move `amount` (> 0) from the campaign to the member; what they owe is repaid of it at once."""
        account = self._account(member_id, cause.unit)
        expires_at = self._expiries.of(cause.unit, cause.at)
        lot = account.lot_of(expires_at)
        transfer_id = self._move(cause, account, amount, "grant", reference, lot)
        if reference is not None:
            key = (cause.owner_id, member_id, cause.unit, reference)
            self.put_grant(key, OpenGrant(transfer_id, amount, cause.at, expires_at))
        return Given(transfer_id, self._repay(cause, account, amount, lot))

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
        taken = 0
        for grant in self._living_grants(cause, member_id, reference):
            part = min(grant.left, amount - taken, account.spendable)
            taken += part
            for lot, share in account.draws(part, account.lot_of(grant.expires_at)):
                grant.left -= share
                self._move(cause, account, -share, "reverse", reference, lot, grant)
        return taken

    def take_back(self, cause: Cause, member_id: UUID, amount: int, reference: str) -> TakenBack:
        """As `reverse`; what the member has spent of the grants meanwhile is treated as the shop's policy says."""
        taken = self.reverse(cause, member_id, amount, reference)
        policy = self._shortfalls.get(cause.unit, Shortfall.LEFT)
        if policy is Shortfall.LEFT or taken == amount:
            return TakenBack(taken)
        account, missing = self._account(member_id, cause.unit), 0
        for grant in self._living_grants(cause, member_id, reference):
            part = min(grant.left, amount - taken - missing)
            if part:
                grant.left -= part
                missing += part
                self._make_up(cause, account, part, policy, reference, grant)
        return TakenBack(taken, missing, 0) if policy is Shortfall.DEBT else TakenBack(taken, 0, missing)

    def _living_grants(self, cause: Cause, member_id: UUID, reference: str) -> list[OpenGrant]:
        """The grants under a reference that have not expired: the others took their value along, and what a member
        has of later ones is not theirs."""
        grants = self._grants.get((cause.owner_id, member_id, cause.unit, reference), ())
        return [grant for grant in grants if grant.expires_at is None or grant.expires_at > self.now]

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

    def _repay(self, cause: Cause, account: MemberAccount, amount: int, lot: Lot | None) -> int:
        """Take what the member owes out of what they were just given, as far as it goes; returns how much."""
        debt = self._debts.get((account.member_id, account.unit))
        repaid = min(amount, debt.owed, account.spendable) if debt is not None else 0
        if debt is None or not repaid:
            return 0
        debt.add(-repaid)
        to_debt = cause._replace(issuer_id=debt.id)
        for source, part in account.draws(repaid, lot):
            self._move(to_debt, account, -part, "repay", None, source)
        return repaid

    def _make_up(
        self,
        cause: Cause,
        account: MemberAccount,
        amount: int,
        policy: Shortfall,
        reference: str,
        original: OpenGrant,
    ) -> None:
        """Give the campaign back what the member cannot, out of their debt or out of what the shop writes off."""
        kind: TransferKind = "write_off"
        payer_id = shop_account_id(Purpose.WRITE_OFF, cause.unit)
        if policy is Shortfall.DEBT:
            debt = self._debt(account.member_id, account.unit)
            debt.add(amount)
            kind, payer_id = "owe", debt.id
        self._note(cause, account, (payer_id, cause.issuer_id), amount, kind, reference, None, original)

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
        ends = (cause.issuer_id, account.id) if change > 0 else (account.id, cause.issuer_id)
        account.add(change, lot)
        return self._note(cause, account, ends, abs(change), kind, reference, lot, original)

    def _note(
        self,
        cause: Cause,
        account: MemberAccount,
        ends: tuple[UUID, UUID],
        amount: int,
        kind: TransferKind,
        reference: str | None,
        lot: Lot | None,
        original: OpenGrant | None,
    ) -> UUID:
        """Enter a transfer between two accounts, from the first to the second."""
        transfer = Transfer(
            self._new_id(),
            cause.unit,
            *ends,
            amount,
            account.balance,
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

    def _debt(self, member_id: UUID, unit: str) -> DebtAccount:
        debt = self._debts.get((member_id, unit))
        if debt is None:
            debt = DebtAccount(self._new_id(), member_id, unit, owed=0, is_new=True)
            self.put_debt(debt)
        return debt
