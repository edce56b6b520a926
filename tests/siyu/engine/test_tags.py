"""Tag and Untag: what members are given and lose, what the next decision sees of it, and what is written."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.campaigns import LiveCampaign
from siyu.campaigns.drafts import Draft, DraftChanges
from siyu.db import Pool
from siyu.engine import CAMPAIGN_FAILED, BatchLimits, Engine, NewFact
from siyu.engine.facts import ArrivedFact
from siyu.engine.preview import Previewer, PreviewFact
from siyu.engine.rehearsal import Rehearsal
from siyu.engine.replay import Replay, ReplaySummary
from siyu.engine.world import World
from siyu.members.service import FeatureChanges, ProfileChanges, update_profile
from siyu.sdk import (
    Audience,
    CampaignConfig,
    CampaignTerms,
    Effect,
    Emit,
    Fact,
    FactData,
    Features,
    Grant,
    Tag,
    Untag,
    View,
)
from siyu.sdk.audience import LABELS_MAX
from tests.clock import NOON
from tests.factories import LONG_AGO, SHANGHAI, add_campaign, add_members, paid, registry_of
from tests.siyu.engine import till
from tests.siyu.engine.capped import codes
from tests.siyu.engine.stage import MEMBER, gives, live, paying, play, world_of
from tests.siyu.engine.systems import own_pool
from tests.siyu.engine.test_model import SLOW
from tests.siyu.engine.till import Told, till_engine

TAGS = "SELECT tags FROM member WHERE id = $1"


def tag(label: Any) -> Told:
    """A tag given."""
    return "Tag", {"tag": label}


def untag(label: Any) -> Told:
    """A tag taken."""
    return "Untag", {"tag": label}


def shop(*tags: str) -> World:
    """A world with a till and a member who has these tags."""
    return world_of([live(till.TILL)], features=Features(LONG_AGO, tags=frozenset(tags)))


def tell(*effects: Told) -> NewFact:
    """A fact that tells the till of `shop` what to do."""
    return till.play(UUID(int=1), MEMBER, NOON, *effects)


def test_what_is_done_twice_is_done_once() -> None:
    world = shop("tea")

    told = tell(tag("new"), tag("new"), tag("tea"), untag("old"), untag("tea"), untag("tea"))
    [decision] = play(world, told).decisions

    assert [(effect["kind"], effect["tag"], effect["changed"]) for effect in decision.effects] == [
        ("tag", "new", True),
        ("tag", "new", False),
        ("tag", "tea", False),
        ("untag", "old", False),
        ("untag", "tea", True),
        ("untag", "tea", False),
    ]
    assert world.features[MEMBER].tags == {"new"}
    assert {change[:3] for change in world.tags.changed()} == {(MEMBER, "new", True), (MEMBER, "tea", False)}


def test_what_is_given_and_taken_again_is_no_change() -> None:
    world = shop("tea")

    play(world, tell(tag("new"), untag("tea")))
    play(world, tell(untag("new"), tag("tea")))

    assert world.features[MEMBER].tags == {"tea"}
    assert world.tags.changed() == []


def test_the_next_decision_sees_the_tag() -> None:
    first = live(paying(lambda fact, view: [Tag("buyer")], effects=frozenset({Tag}), refusals={}), 1)
    terms = CampaignTerms(audience=Audience(rule="'buyer' in member.tags"))
    others: list[LiveCampaign] = [live(paying(gives(1)), 2, terms), live(paying(gives(1)), 3)]
    world = world_of([first, *others])

    outcome = play(world, paid(MEMBER, "A1", 100, NOON))

    assert [d.refusal for d in outcome.decisions] == [None] * 3
    assert play(world_of(others), paid(MEMBER, "A1", 100, NOON)).decisions[0].refusal is not None


def _always(effect: Effect, fact: Fact, view: object) -> list[Effect]:
    return [effect]


@pytest.mark.parametrize("label", ["", " tea", "tea ", "x" * 33, "a\nb", "\0", "\ud800", "\u2028", 5, None])
def test_what_operators_could_not_give_fails_the_decision(label: Any) -> None:
    for effect in (Tag(label), Untag(label)):
        kind = paying(partial(_always, effect), effects=frozenset({Tag, Untag}), refusals={})
        assert codes([play(world_of([live(kind)]), paid(MEMBER, "A1", 100, NOON))]) == [CAMPAIGN_FAILED]


def test_a_type_that_does_not_declare_it_cannot_tag() -> None:
    world = world_of([live(paying(lambda fact, view: [Tag("x")]))])

    assert codes([play(world, paid(MEMBER, "A1", 100, NOON))]) == [CAMPAIGN_FAILED]


def test_a_member_has_so_many_tags_and_no_more() -> None:
    world = shop(*(f"t{n}" for n in range(LABELS_MAX - 1)))

    outcomes = [
        play(world, tell(*effects))
        for effects in (
            [till.grant(1), tag("last"), tag("one too many")],
            [tag("last")],
            [tag("t1"), tag("last")],
            [till.grant(1), tag("one too many"), untag("t1")],
            [untag("t1"), tag("in its place")],
        )
    ]

    assert codes(outcomes) == ["TOO_MANY_TAGS", None, None, "TOO_MANY_TAGS", None]
    assert outcomes[0].decisions[0].refusal == ("TOO_MANY_TAGS", {"most": 64})
    assert (len(world.features[MEMBER].tags), world.book.transfers) == (LABELS_MAX, [])


async def test_tags_are_written_with_the_decision_and_keep_their_order(pool: Pool) -> None:
    lin, bo, mei = await add_members(pool, 3)
    await pool.execute("UPDATE member SET tags = '{tea,new,vip}'")
    campaign, engine = await add_campaign(pool, "till"), till_engine(pool)

    await asyncio.gather(
        engine.submit(till.play(campaign, lin, NOON, untag("new"), tag("b"), tag("a"))),
        engine.submit(till.play(campaign, lin, NOON, tag("new"), untag("b"), tag("c"))),
        engine.submit(till.play(campaign, bo, NOON, untag("tea"), untag("new"), untag("vip"))),
        engine.submit(till.play(campaign, mei, NOON, tag("no"), till.spend(1))),
    )

    assert engine.timings.batches == 1
    # What was taken and given back within the batch stayed where it was.
    assert await pool.fetchval(TAGS, lin) == ["tea", "new", "vip", "a", "c"]
    assert await pool.fetchval(TAGS, bo) == []
    assert await pool.fetchval(TAGS, mei) == ["tea", "new", "vip"]


async def test_an_operator_and_a_campaign_wait_for_each_other(pool: Pool) -> None:
    """Whichever comes second adds to what the first left, or replaces it."""
    [lin] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "till"), till_engine(pool)
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("UPDATE member SET tags = '{operator}'")
        tagging = asyncio.ensure_future(engine.submit(till.play(campaign, lin, NOON, tag("campaign"))))
        _, waiting = await asyncio.wait([tagging], timeout=0.2)
        await transaction.commit()
    await tagging

    assert waiting == {tagging}
    assert await pool.fetchval(TAGS, lin) == ["operator", "campaign"]
    await update_profile(pool, lin, ProfileChanges(), FeatureChanges(tags=["mine"]))
    await engine.submit(till.play(campaign, lin, NOON, tag("campaign")))
    assert await pool.fetchval(TAGS, lin) == ["mine", "campaign"]


LABELS = st.sampled_from("abc")
PLAYS = st.lists(
    st.tuples(st.integers(0, 1), st.lists(st.builds(tag, LABELS) | st.builds(untag, LABELS), min_size=1, max_size=3)),
    min_size=1,
    max_size=12,
)


def test_whatever_is_given_and_taken_in_whatever_batches_the_tags_are_those_of_sets(database_url: str) -> None:
    with own_pool(database_url) as (loop, pool):
        campaign = loop.run_until_complete(add_campaign(pool, "till"))

        @settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
        @given(PLAYS, st.sampled_from([1, 3, 256]))
        def one_life(plays: list[tuple[int, list[Told]]], facts_max: int) -> None:
            engine = till_engine(pool, BatchLimits(facts_max=facts_max, share_min=1))
            loop.run_until_complete(_live(pool, engine, campaign, plays))

        one_life()


async def _live(pool: Pool, engine: Engine, campaign: UUID, plays: list[tuple[int, list[Told]]]) -> None:
    members = await add_members(pool, 2)
    expected: list[set[str]] = [set(), set()]

    outcomes = await asyncio.gather(
        *(engine.submit(till.play(campaign, members[member], NOON, *effects)) for member, effects in plays)
    )

    for (member, effects), outcome in zip(plays, outcomes, strict=True):
        for (name, values), logged in zip(effects, outcome.decisions[0].effects, strict=True):
            before = set(expected[member])
            (expected[member].add if name == "Tag" else expected[member].discard)(values["tag"])
            assert logged["changed"] is (expected[member] != before)
    for member_id, tags in zip(members, expected, strict=True):
        kept = await pool.fetchval(TAGS, member_id)
        assert (set(kept), len(kept)) == (tags, len(tags))


# Gives a tag and a point to whoever pays.
BUYERS = paying(
    lambda fact, view: [Tag("buyer"), Grant("points", 1)], key="buyers", effects=frozenset({Tag, Grant}), refusals={}
)


async def test_a_preview_tags_nobody(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "buyers")
    facts = [
        PreviewFact(NOON, member, type="order.paid", data={"order": f"A{n}", "amount_fen": 1})
        for n, member in enumerate([lin, lin, None])
    ]

    steps = (await Previewer(pool, registry_of(BUYERS), SHANGHAI).preview(Draft(campaign), facts, NOON)).steps

    assert [step.effects[0]["changed"] for step in steps] == [True, False, True]
    assert await pool.fetchval(TAGS, lin) == []


async def test_a_replay_of_tags_differs_in_nothing_though_the_member_has_them_now(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    campaign, engine = await add_campaign(pool, "buyers"), Engine(pool, registry_of(BUYERS), SHANGHAI)
    past = [await engine.submit(paid(lin, f"A{n}", 1, NOON + timedelta(days=n))) for n in range(2)]
    summary = ReplaySummary()

    replay = Replay(pool, registry_of(BUYERS), SHANGHAI, Draft(campaign))
    differences = [one async for one in replay.differences(summary, lambda done, total: None)]

    assert [outcome.decisions[0].effects[0]["changed"] for outcome in past] == [True, False]
    assert (differences, summary.compared, summary.after["points", "granted"]) == ([], 2, 2)


class Greeting(FactData):
    """Nothing to tell."""


class GreeterConfig(CampaignConfig):
    """Whom to greet when somebody pays."""

    whom: UUID | None = None


def greet(fact: Fact, view: View[GreeterConfig, Any]) -> list[Effect]:
    """Greet somebody by a tag and a point."""
    if fact.type == "order.paid":
        return [Emit("greet", {}, view.config.whom)] if view.config.whom else []
    return [Tag("greeted"), Grant("points", 1)]


async def test_a_replay_knows_whom_nothing_but_what_the_draft_emits_is_about(pool: Pool) -> None:
    lin, bo = await add_members(pool, 2)
    effects = frozenset({Emit, Grant, Tag})
    kind = paying(greet, key="greeter", config=GreeterConfig, effects=effects, emits={"greet": Greeting}, refusals={})
    campaign, registry = await add_campaign(pool, "greeter"), registry_of(kind)
    await Engine(pool, registry, SHANGHAI).submit(paid(lin, "A1", 1, NOON))
    summary = ReplaySummary()

    replay = Replay(pool, registry, SHANGHAI, Draft(campaign, None, DraftChanges(config={"whom": str(bo)})))
    differences = [one async for one in replay.differences(summary, lambda done, total: None)]

    assert [(one.type, one.member_id, one.after.refusal) for one in differences] == [
        ("order.paid", lin, None),
        ("greeter.greet", bo, None),
    ]
    assert summary.after["points", "granted"] == 1


def test_a_shop_in_memory_keeps_the_tags_and_nothing_to_write() -> None:
    world = shop()
    fact = tell(tag("new"))

    Rehearsal(world).play(ArrivedFact(fact.member_id, b"", NOON, fact))

    assert world.features[MEMBER].tags == {"new"}
    assert world.tags.changed() == []
