"""What the desks of wallets read before they decide."""

from collections.abc import Sequence
from uuid import UUID

from siyu.db import Connection
from siyu.engine.desks import adjusting, freezing, holding, paying_out, spending
from siyu.engine.desks.erasing import ERASED
from siyu.engine.facts import NewFact
from siyu.engine.world import World
from siyu.ledger import Purpose, load_spends, shop_account_id
from siyu.wallets import Asked, load_wallets

ENDING_HOLDS = frozenset({holding.POSTED, holding.VOIDED, holding.TIMED_OUT})
ENDING_PAYOUTS = frozenset({paying_out.APPROVED, paying_out.REJECTED, paying_out.PAID, paying_out.FAILED})
# Whose member must not be frozen, or whose freeze is looked at.
SPENDING = frozenset(
    {spending.SPENT, holding.HELD, paying_out.REQUESTED, paying_out.APPROVED, freezing.FROZEN, freezing.UNFROZEN}
)
# What empties wallets needs all that is open.
EMPTYING = frozenset({freezing.FORFEITED, ERASED})
ADJUSTING = frozenset({adjusting.ADJUSTED, adjusting.DECIDED})
WALLET_TYPES = SPENDING | ENDING_HOLDS | ENDING_PAYOUTS | ADJUSTING | {spending.RETURNED, *EMPTYING}


async def load_for_wallets(connection: Connection, world: World, facts: Sequence[NewFact], lock: bool) -> None:
    """Rows that the facts name, and what is left of the spends that may come back: each once, as it is counted."""
    asked = Asked()
    for new in facts:
        _ask(asked, new)
    await load_wallets(connection, world.wallets, asked, world.book.now, lock=lock)
    references = {new.data["reference"] for new in facts if new.type == spending.RETURNED}
    members = {new.member_id for new in facts}
    for member_id in members:
        references |= {hold.reference for hold in world.wallets.holds.of(member_id)}
        references |= {str(payout.id) for payout in world.wallets.payouts.of(member_id)}
    if references:
        accounts = [shop_account_id(Purpose.SPENDING, unit) for unit in world.routes.units]
        accounts.append(shop_account_id(Purpose.PAYOUT, paying_out.COMMISSION))
        await load_spends(connection, world.book, accounts, references, world.kin.whole(members))


def _ask(asked: Asked, new: NewFact) -> None:
    kind, member_id, data = new.type, new.member_id, new.data
    if kind in SPENDING:
        asked.spenders.add(member_id)
    if kind in {holding.HELD, spending.RETURNED}:
        asked.held_for.add((member_id, data["unit"], data["reference"]))
    if kind in {holding.HELD, *EMPTYING}:
        asked.holders.add(member_id)
    if kind in {paying_out.REQUESTED, *EMPTYING}:
        asked.payees.add(member_id)
    if kind in ENDING_HOLDS:
        asked.hold_ids.add(UUID(data["hold"]))
    if kind in ENDING_PAYOUTS:
        asked.payout_ids.add(UUID(data["payout"]))
    if kind == paying_out.PAID:
        asked.paid_under.add(data["reference"])
    if kind == adjusting.ADJUSTED:
        asked.adjusted.add(member_id)
    if kind == adjusting.DECIDED:
        asked.adjustment_ids.add(UUID(data["adjustment"]))
