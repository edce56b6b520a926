"""Accounts of members and what they owe, in memory: balances, and the transfers that a commit will write."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from siyu.ledger.debts import DebtAccount
from siyu.ledger.lots import LONG_AGO, Lot, MemberAccount
from siyu.ledger.purposes import Purpose, shop_account_id
from siyu.ledger.transfers import Cause, OpenGrant, Transfer, TransferKind


class Accounts:
    """Balances by member and unit; `transfers` and the accounts' deltas are what a commit has to write."""

    def __init__(self, new_id: Callable[[], UUID]) -> None:
        self._new_id = new_id
        # What has expired by then is nobody's to spend.
        self.now = LONG_AGO
        self._debts: dict[tuple[UUID, str], DebtAccount] = {}
        self._accounts: dict[tuple[UUID, str], MemberAccount] = {}
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

    def carry(self, cause: Cause, giver_id: UUID, taker_id: UUID, amount: int) -> None:
        """Move `amount` (> 0, at most what the giver can spend) between two members who are, or were, one person, with
        the days on which it expires; what expires soonest goes first."""
        giver, taker = self._account(giver_id, cause.unit), self._account(taker_id, cause.unit)
        for lot, part in giver.draws(amount):
            self._carry(cause, giver, taker, part, lot)

    def carry_lot(self, cause: Cause, giver_id: UUID, taker_id: UUID, amount: int, expires_at: datetime | None) -> None:
        """The same with `amount` (> 0, at most what there is) of what expires at that moment; None: never."""
        giver, taker = self._account(giver_id, cause.unit), self._account(taker_id, cause.unit)
        self._carry(cause, giver, taker, amount, giver.lot_of(expires_at))

    def carry_debt(self, cause: Cause, giver_id: UUID, taker_id: UUID, amount: int | None = None) -> int:
        """The same with what the giver owes, all of it by default; returns how much it was."""
        debt = self._debts.get((giver_id, cause.unit))
        owed = min(debt.owed, debt.owed if amount is None else amount) if debt is not None else 0
        if debt is None or not owed or giver_id == taker_id:
            return 0
        taker, between = self._debt(taker_id, cause.unit), shop_account_id(Purpose.MERGE, cause.unit)
        account = self._account(taker_id, cause.unit)
        taker.add(owed)
        debt.add(-owed)
        self._note(cause, account, (taker.id, between), owed, "merge", None, None, None)
        self._note(cause, account, (between, debt.id), owed, "merge", None, None, None)
        return owed

    def lots_of(self, member_id: UUID, unit: str) -> Mapping[datetime, int]:
        """What the member has that expires, by when it does; what has expired is not among it."""
        account = self._accounts.get((member_id, unit))
        lots = account.lots.values() if account else ()
        return {lot.expires_at: lot.left for lot in lots if lot.left and lot.expires_at > self.now}

    def _carry(
        self, cause: Cause, giver: MemberAccount, taker: MemberAccount, amount: int, lot: Lot | None
    ) -> Lot | None:
        """Two transfers, by way of the shop's account for it; returns the taker's lot."""
        between = replace(cause, issuer_id=shop_account_id(Purpose.MERGE, cause.unit))
        into = taker.lot_of(lot.expires_at) if lot is not None else None
        self._move(between, giver, -amount, "merge", None, lot)
        self._move(between, taker, amount, "merge", None, into)
        return into

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
