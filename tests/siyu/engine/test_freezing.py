"""Frozen wallets, which let value in and none out, and wallets that are emptied."""

from siyu.db import Pool
from tests.factories import add_campaign
from tests.siyu.engine import till
from tests.siyu.engine.wallets import LIN, NOON, WANG, Desks, code, record, violations

WHY = {"reason": "under review", "made_by": LIN}


async def test_nothing_leaves_a_frozen_wallet_and_grants_arrive(pool: Pool) -> None:
    desks = Desks(pool)
    member_id = await desks.member(points=100, commission=500)
    payout = record(await desks.ask("payout.requested", member_id, amount_fen=100))["id"]
    await desks.ask("wallet.frozen", member_id, **WHY)

    codes = [
        code(await desks.ask("value.spent", member_id, unit="points", amount=1, reference="R-1")),
        code(await desks.hold(member_id, 1)),
        code(await desks.ask("payout.requested", member_id, amount_fen=100)),
        code(await desks.ask("payout.approved", member_id, payout=payout, made_by=WANG)),
        code(await desks.ask("wallet.frozen", member_id, **WHY)),
    ]
    await desks.give(member_id, "points", 7)

    assert codes == ["WALLET_FROZEN"] * 5
    assert await desks.balance(member_id) == 107


async def test_campaigns_cannot_spend_from_a_frozen_wallet(pool: Pool) -> None:
    desks = Desks(pool)
    member_id, campaign = await desks.member(points=100), await add_campaign(pool, "till")
    await desks.ask("wallet.frozen", member_id, **WHY)
    engine = till.till_engine(pool)

    spent = await engine.submit(till.play(campaign, member_id, NOON, till.spend(10)))
    granted = await engine.submit(till.play(campaign, member_id, NOON, till.grant(10)))

    assert [code(one.decisions[0]) for one in (spent, granted)] == ["WALLET_FROZEN", None]


async def test_a_wallet_thaws(pool: Pool) -> None:
    desks = Desks(pool)
    member_id = await desks.member(points=100)
    await desks.ask("wallet.frozen", member_id, **WHY)

    codes = [code(await desks.ask("wallet.unfrozen", member_id, **WHY)) for _ in range(2)]

    assert codes == [None, "WALLET_NOT_FROZEN"]
    assert code(await desks.hold(member_id, 1)) is None


async def test_what_is_forfeited_is_booked_out_whatever_it_was_kept_for(pool: Pool) -> None:
    desks = Desks(pool)
    member_id = await desks.member(points=100, growth=7, commission=500)
    await desks.hold(member_id, 60)
    await desks.ask("payout.requested", member_id, amount_fen=200)
    await desks.ask("wallet.frozen", member_id, **WHY)

    await desks.ask("value.forfeited", member_id, **WHY)

    assert [await desks.balance(member_id, unit) for unit in ("points", "growth", "commission")] == [0, 0, 0]
    assert await desks.states("value_hold") == ["void"]
    assert await desks.states("payout") == ["rejected"]
    assert await violations(pool) == []


async def test_what_is_on_its_way_is_not_forfeited(pool: Pool) -> None:
    desks = Desks(pool)
    member_id = await desks.member(commission=500)
    payout = record(await desks.ask("payout.requested", member_id, amount_fen=200))["id"]
    await desks.ask("payout.approved", member_id, payout=payout, made_by=LIN)

    assert code(await desks.ask("value.forfeited", member_id, **WHY)) == "PAYOUT_STATE"
    assert await desks.balance(member_id, "commission") == 300
