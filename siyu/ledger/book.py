"""What a batch of facts does to members' accounts, in memory: grants, spends, and what undoes them."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from uuid import UUID

from siyu.ledger.accounts import Accounts
from siyu.ledger.debts import Given, Shortfall, TakenBack
from siyu.ledger.expiry import Expiries
from siyu.ledger.lots import Lot, MemberAccount
from siyu.ledger.purposes import Purpose, shop_account_id
from siyu.ledger.transfers import Cause, GrantKey, OpenGrant, Original, TransferKind
from siyu.sdk import Granted

# Commission is money, in fen.
UNITS = ("commission", "growth", "points")

ALL_LEFT: Mapping[str, Shortfall] = MappingProxyType({})
NOBODY_ELSE: Mapping[UUID, Collection[UUID]] = MappingProxyType({})


class Book(Accounts):
    """Accounts with what is left of earlier grants and spends."""

    def __init__(
        self,
        new_id: Callable[[], UUID],
        expiries: Expiries,
        *,
        has_lots: bool,
        has_debts: bool = False,
        shortfalls: Mapping[str, Shortfall] = ALL_LEFT,
    ) -> None:
        super().__init__(new_id)
        self._expiries = expiries
        # Whether any value of the shop's expires: then accounts are read and written with their lots.
        self.has_lots = has_lots
        # Whether anybody can owe anything: then debts are read with the accounts, and grants repay them.
        self.has_debts = has_debts
        self._shortfalls = shortfalls
        # Whose accounts a survivor's grants and spends may be of, too: the members that were merged into them.
        self.absorbed: Mapping[UUID, Collection[UUID]] = NOBODY_ELSE
        self._grants: dict[GrantKey, list[OpenGrant]] = {}
        self._spends: dict[GrantKey, list[OpenGrant]] = {}

    def put_grant(self, key: GrantKey, grant: OpenGrant) -> None:
        """Make what is left of an earlier grant known."""
        self._grants.setdefault(key, []).append(grant)

    def put_spend(self, key: GrantKey, spend: OpenGrant) -> None:
        """Make what is left of an earlier spend known."""
        self._spends.setdefault(key, []).append(spend)

    def granted(
        self, campaign_id: UUID, member_id: UUID, unit: str, reference: str, of: Original = "grant"
    ) -> Granted | None:
        """What is left of the grants, or the spends, under a reference, dated by the first."""
        known = self._grants if of == "grant" else self._spends
        left = [grant for _, grant in self._of_person(known, (campaign_id, member_id, unit, reference)) if grant.left]
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
        return Given(transfer_id, self._repay(cause, account, amount, lot) if self._debts else 0)

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
        for holder_id, grant in self._living_grants(cause, member_id, reference):
            part = min(grant.left, amount - taken, account.spendable)
            taken += part
            for lot, share in account.draws(part, account.lot_of(grant.expires_at)):
                grant.left -= share
                holder = account
                if holder_id != member_id:
                    # It goes back out of the account that it was given to.
                    holder = self._account(holder_id, cause.unit)
                    lot = self._carry(cause, account, holder, share, lot)  # noqa: PLW2901 - the same value's
                self._move(cause, holder, -share, "reverse", reference, lot, grant)
        return taken

    def take_back(self, cause: Cause, member_id: UUID, amount: int, reference: str) -> TakenBack:
        """As `reverse`; what the member has spent of the grants meanwhile is treated as the shop's policy says."""
        taken = self.reverse(cause, member_id, amount, reference)
        policy = self._shortfalls.get(cause.unit, Shortfall.LEFT)
        if policy is Shortfall.LEFT or taken == amount:
            return TakenBack(taken)
        account, missing = self._account(member_id, cause.unit), 0
        for holder_id, grant in self._living_grants(cause, member_id, reference):
            part = min(grant.left, amount - taken - missing)
            if part:
                grant.left -= part
                missing += part
                self._make_up(cause, self._account(holder_id, cause.unit), part, policy, reference, grant)
                self.carry_debt(cause, holder_id, account.member_id)
        return TakenBack(taken, missing, 0) if policy is Shortfall.DEBT else TakenBack(taken, 0, missing)

    def _living_grants(self, cause: Cause, member_id: UUID, reference: str) -> list[tuple[UUID, OpenGrant]]:
        """The grants under a reference that have not expired: the others took their value along, and what a member
        has of later ones is not theirs."""
        grants = self._of_person(self._grants, (cause.owner_id, member_id, cause.unit, reference))
        return [each for each in grants if each[1].expires_at is None or each[1].expires_at > self.now]

    def unspend(self, cause: Cause, member_id: UUID, amount: int, reference: str) -> int:
        """Give back at most `amount` and what is left of the spends, into the lots it came from; returns what was given
        back. What came from a lot that has expired since, expires again."""
        account = self._account(member_id, cause.unit)
        returned = 0
        for holder_id, spend in self._of_person(self._spends, (cause.owner_id, member_id, cause.unit, reference)):
            part = min(spend.left, amount - returned)
            if part:
                spend.left -= part
                returned += part
                holder = account if holder_id == member_id else self._account(holder_id, cause.unit)
                lot = holder.lot_of(spend.expires_at)
                self._move(cause, holder, part, "unspend", reference, lot, spend)
                if holder is not account:
                    self._carry(cause, holder, account, part, lot)
        return returned

    def _of_person(self, known: Mapping[GrantKey, list[OpenGrant]], key: GrantKey) -> Iterator[tuple[UUID, OpenGrant]]:
        """What is open under a key of the member's, or of one who was merged into them; each with whose it was."""
        owner_id, member_id, unit, reference = key
        for holder_id in (member_id, *self.absorbed.get(member_id, ())):
            for each in known.get((owner_id, holder_id, unit, reference), ()):
                yield holder_id, each

    def _repay(self, cause: Cause, account: MemberAccount, amount: int, lot: Lot | None) -> int:
        """Take what the member owes out of what they were just given, as far as it goes; returns how much."""
        debt = self._debts.get((account.member_id, account.unit))
        repaid = min(amount, debt.owed, account.spendable) if debt is not None else 0
        if debt is None or not repaid:
            return 0
        debt.add(-repaid)
        to_debt = replace(cause, issuer_id=debt.id)
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
