"""Refunds in previews, replays and simulations: asked for as in a commit, and compared with the past's."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.campaigns import LiveCampaign
from siyu.campaigns.drafts import Draft, DraftChanges
from siyu.db import Pool
from siyu.engine import Engine
from siyu.engine.population import CrowdPlan
from siyu.engine.preview import Previewer, PreviewFact
from siyu.engine.preview_rounds import Step
from siyu.engine.replay import Difference, Replay, ReplaySummary
from siyu.engine.simulation import simulate
from siyu.ids import new_id
from siyu.orders import ORDER_REFUSALS
from siyu.sdk import CampaignConfig, CampaignState, Effect, Fact, Notify, Refund, Schedule, Text, View
from siyu.sdk.model import FactData
from tests.clock import NOON, TestClock
from tests.factories import SHANGHAI, add_campaign, add_members, registry_of
from tests.siyu.engine.happening import decided, happen, told
from tests.siyu.engine.relay import RELAY, fire_all, relay_engine
from tests.siyu.engine.test_relay_preview_equals_commit import SLOW

MINUTE = timedelta(minutes=1)


class PledgeConfig(CampaignConfig):
    """How much an order has to come to."""

    least_fen: int = 500


class Order(FactData):
    """An order and how much of it goes back."""

    order: str
    amount_fen: int


def decide(fact: Fact, view: View[PledgeConfig, CampaignState]) -> Iterator[Effect]:
    """A minute after an order that is too small, its money goes back; where that fails, the member is told."""
    if fact.type == "refund.failed":
        yield Notify("sorry", {"problem": fact.data["problem"]})
    elif fact.type == "pledge.judge":
        yield Refund(fact.data["order"], fact.data["amount_fen"], "small")
    elif view.order is not None and view.order.amount_fen < view.config.least_fen:
        told = {"order": view.order.number, "amount_fen": view.order.amount_fen}
        yield Schedule(view.order.number, fact.at + MINUTE, "judge", told)


PLEDGE = replace(
    RELAY,
    key="pledge",
    config=PledgeConfig,
    state=CampaignState,
    actions=(),
    listens=frozenset({"order.paid"}),
    settles=frozenset({"refund.failed"}),
    timers={"judge": Order},
    emits={},
    effects=frozenset({Notify, Refund, Schedule}),
    messages={"sorry": Text(zh="退款失败：{problem}", en="No refund: {problem}")},
    refunds={"small": Text(zh="订单金额不足", en="The order is too small")},
    decide=decide,
)
REGISTRY = registry_of(PLEDGE)


def order_fact(at: int, member: UUID, type_: str, order: str, **data: Any) -> PreviewFact:
    """Something that is reported of an order, so many minutes after noon."""
    return PreviewFact(NOON + at * MINUTE, member, type=type_, data={"order": order, **data})


HAPPENINGS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 3]),
        st.sampled_from(["order.paid", "order.refunded", "refund.failed"]),
        st.sampled_from(["A", "B"]),
        st.sampled_from([1, 400, 500]),
        st.integers(0, 1),
    ),
    min_size=1,
    max_size=8,
)
Happening = tuple[int, str, str, int, int]


def facts_of(happenings: list[Happening], members: list[UUID], since: int, salt: str) -> list[PreviewFact]:
    """What happens from a minute on; `salt` makes the orders others than those of the example before."""
    facts, minute = [], since
    for pause, type_, order, fen, number in happenings:
        minute += pause
        data = {"problem": "closed"} if type_ == "refund.failed" else {"amount_fen": fen}
        facts.append(order_fact(minute, members[number], type_, f"{salt}/{order}", **data))
    return facts


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(before=HAPPENINGS, after=HAPPENINGS)
async def test_what_is_previewed_is_what_is_then_committed(
    pool: Pool, before: list[Happening], after: list[Happening]
) -> None:
    members, campaign, clock = await add_members(pool, 2), await add_campaign(pool, "pledge"), TestClock()
    await pool.execute("UPDATE campaign SET state = 'ended' WHERE id <> $1", campaign)
    engine, salt = relay_engine(pool, clock, REGISTRY), new_id().hex
    await happen(pool, engine, clock, PLEDGE, campaign, facts_of(before, members, 0, salt))
    passed, minute = len(await decided(pool, campaign, 0)), (clock.now - NOON) // MINUTE
    facts = facts_of(after, members, minute, salt)
    # Timers are known of those alone whom the preview is about.
    facts += [replace(facts[-1], member_id=member, type="refund.failed", data=NO_ORDER) for member in members]

    steps = (await Previewer(pool, REGISTRY, SHANGHAI).preview(Draft(campaign), facts, clock.now)).steps
    await happen(pool, engine, clock, PLEDGE, campaign, facts)

    assert told(by_campaigns(steps)) == await decided(pool, campaign, passed)


def by_campaigns(steps: Sequence[Step]) -> list[Step]:
    """Those that the core did not refuse."""
    decided_steps = [step for step in steps if step.decided]
    return [step for step in decided_steps if step.refusal is None or step.refusal.code not in ORDER_REFUSALS]


NO_ORDER = {"order": "none", "problem": "closed"}


async def test_a_preview_goes_on_to_what_follows_from_a_refund(pool: Pool) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "pledge")
    facts = [
        order_fact(0, member, "order.paid", "A", amount_fen=400),
        order_fact(0, member, "refund.failed", "A", problem="early"),
        order_fact(2, member, "refund.failed", "A", problem="closed"),
        order_fact(3, member, "order.refunded", "A", amount_fen=400),
        order_fact(4, member, "refund.failed", "A", problem="late"),
    ]

    steps = (await Previewer(pool, REGISTRY, SHANGHAI).preview(Draft(campaign), facts, NOON)).steps

    kinds = [[effect["kind"] for effect in step.effects] for step in by_campaigns(steps)]
    assert kinds == [["schedule"], ["refund"], ["notify"]]
    assert [step.refusal.code for step in steps if step.refusal] == ["REFUND_NOT_ASKED", "REFUND_DONE"]


class Past:
    """Two campaigns that ask for refunds, and a member."""

    def __init__(self, pool: Pool, campaign: UUID, member: UUID) -> None:
        self.pool, self.campaign, self.member, self.clock = pool, campaign, member, TestClock()
        self.engine: Engine = relay_engine(pool, self.clock, REGISTRY)

    async def live(self, *facts: PreviewFact) -> None:
        """Let facts happen, and what follows."""
        await happen(self.pool, self.engine, self.clock, PLEDGE, self.campaign, facts)
        self.clock.now += MINUTE
        await fire_all(self.engine)

    async def replay(self, **config: object) -> list[Difference]:
        """Replay to the end."""
        changes = DraftChanges(config=config) if config else DraftChanges()
        plan = Replay(self.pool, REGISTRY, SHANGHAI, Draft(self.campaign, None, changes))
        return [found async for found in plan.differences(ReplaySummary(), lambda done, total: None)]


async def past_of(pool: Pool, other_least_fen: int) -> Past:
    """A is too small for the first campaign, B for the other at most; both fail, A is paid back."""
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "pledge")
    await add_campaign(pool, "pledge", {"least_fen": other_least_fen})
    past = Past(pool, campaign, member)
    await past.live(
        order_fact(0, member, "order.paid", "A", amount_fen=400),
        order_fact(0, member, "order.paid", "B", amount_fen=600),
        order_fact(2, member, "refund.failed", "A", problem="closed"),
        order_fact(2, member, "refund.failed", "B", problem="closed"),
        order_fact(3, member, "order.refunded", "A", amount_fen=400),
        order_fact(4, member, "refund.failed", "A", problem="closed"),
    )
    return past


async def test_the_config_as_it_was_differs_in_nothing(pool: Pool) -> None:
    past = await past_of(pool, other_least_fen=500)

    assert await past.replay() == []


async def test_what_another_campaign_asked_for_was_asked_for_in_the_replay_too(pool: Pool) -> None:
    """That the refund of B failed, the campaign heard because the other one had asked for it."""
    past = await past_of(pool, other_least_fen=1_000)

    assert await past.replay() == []


async def test_another_config_differs_in_the_refunds_that_it_asks_for(pool: Pool) -> None:
    past = await past_of(pool, other_least_fen=0)

    found = await past.replay(least_fen=700)
    more = [(d.type, [e.get("order") for e in d.after.effects]) for d in found if d.before.effects == ()]

    assert more == [("order.paid", [None]), ("refund.failed", [None]), ("pledge.judge", ["B"])]
    less = [(d.type, d.before.refusal, d.after.refusal) for d in await past.replay(least_fen=1)]
    assert less == [
        ("order.paid", None, None),
        ("pledge.judge", None, None),
        ("refund.failed", None, "REFUND_NOT_ASKED"),
        ("refund.failed", "REFUND_DONE", "REFUND_NOT_ASKED"),
    ]


async def test_a_simulated_crowd_asks_for_refunds() -> None:
    live = LiveCampaign(UUID(int=1), PLEDGE, 1, "running", None, None, PledgeConfig(least_fen=20_000), {})
    plan = CrowdPlan(members=20, days=5, seed=1, starts_on=date(2026, 11, 1), zone=SHANGHAI)

    report = simulate(live, plan, lambda day, days, facts: None)

    assert report.facts["refund.requested"] == report.facts["pledge.judge"] > 0
    assert report.unplayed == ["refund.failed"]
