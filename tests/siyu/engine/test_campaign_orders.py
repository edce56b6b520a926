"""Orders that were made in a campaign: paid, cancelled or refunded, they name what it had set aside."""

from collections.abc import Iterator
from typing import Any

from siyu.db import Pool
from siyu.engine import Engine, NewFact, Outcome
from siyu.engine.intake import service_fact
from siyu.ids import new_id
from siyu.sdk import (
    Action,
    CampaignConfig,
    CampaignState,
    CampaignType,
    Confirm,
    Counter,
    Effect,
    Fact,
    Progress,
    Refuse,
    Release,
    Reserve,
    Scope,
    Text,
    View,
)
from siyu.sdk.testing import Stage
from tests.clock import NOON
from tests.factories import SHANGHAI, add_campaign, add_members, registry_of

SEATS = Counter[CampaignConfig](
    name="seats", scope=Scope.CAMPAIGN, limit=lambda config, subject: 2, refusal="FULL", public=True
)


def decide(fact: Fact, view: View[CampaignConfig, CampaignState]) -> Iterator[Effect]:
    """A seat is held when it is claimed, used when its order is paid, and free again when that is off."""
    key = fact.data.get("reservation")
    if fact.type == "seat.claim":
        yield Reserve("seats", key=fact.new_key)
    elif key is None or view.reserved(key) is None:
        yield Refuse("NO_SEAT")
    elif fact.type == "order.paid":
        yield Confirm(key, "NO_SEAT")
    else:
        yield Release(key)


SEAT: CampaignType[Any, Any] = CampaignType(
    key="seat",
    title=Text(zh="订座", en="Seat"),
    sdk=">=1.0,<2",
    version="1.0.0",
    config=CampaignConfig,
    state=CampaignState,
    actions=(Action("claim", Text(zh="订座", en="Claim")),),
    settles=frozenset({"order.paid", "order.cancelled"}),
    counters=(SEATS,),
    effects=frozenset({Confirm, Refuse, Release, Reserve}),
    refusals={"FULL": Text(zh="已满", en="Full"), "NO_SEAT": Text(zh="没有座位", en="No seat")},
    decide=decide,
    describe=lambda config, state: Progress(0, None, Text(zh="", en="")),
)


def codes(outcome: Outcome) -> list[str | None]:
    """The refusals of the decisions about a fact."""
    return [decision.refusal.code if decision.refusal else None for decision in outcome.decisions]


def test_a_stage_plays_orders_of_a_campaign() -> None:
    stage = Stage(SEAT)
    [paid, off] = [stage.act(name, "claim").fact.new_key for name in ("lin", "bo")]

    assert stage.act("wang", "claim").refusal == "FULL"
    assert stage.fact("lin", "order.paid", order="A-1", amount_fen=100, reservation=paid).refusal is None
    assert stage.fact("bo", "order.paid", order="A-2", amount_fen=100, reservation=paid).refusal == "NO_SEAT"
    assert stage.fact("bo", "order.cancelled", order="A-3", reservation=off).refusal is None
    assert stage.fact("bo", "order.cancelled", order="A-4").fact.data == {"order": "A-4"}
    assert stage.counted("seats") == {("", ""): (1, 0)}


async def test_the_engine_decides_about_orders_of_a_campaign(pool: Pool) -> None:
    registry = registry_of(SEAT)
    lin, bo = await add_members(pool, 2)
    campaign, engine = await add_campaign(pool, "seat"), Engine(pool, registry, SHANGHAI)

    async def claim(member: Any) -> str:
        fact = NewFact("seat.claim", member, NOON, {}, new_id().hex, campaign)
        return (await engine.submit(fact)).fact_id.hex

    async def report(member: Any, type_: str, **data: object) -> list[str | None]:
        fact = service_fact(registry, type_, NOON, data, new_id().hex, NOON)
        return codes(await engine.submit(fact.about(member)))

    paid, off = await claim(lin), await claim(bo)

    assert await report(lin, "order.paid", order="A-1", amount_fen=100, reservation=paid) == [None]
    assert await report(bo, "order.paid", order="A-2", amount_fen=100, reservation=paid) == ["NO_SEAT"]
    assert await report(bo, "order.cancelled", order="A-3", reservation=off, team=None) == [None]
    assert tuple(await pool.fetchrow("SELECT used, held FROM counter")) == (1, 0)
    assert await pool.fetchval("SELECT data FROM fact WHERE type = 'order.cancelled'") == (
        f'{{"order": "A-3", "reservation": "{off}"}}'
    )
    assert [row[0] for row in await pool.fetch("SELECT number FROM shop_order ORDER BY number")] == ["A-1", "A-2"]
