"""Invite: who can be invited by whom, what is kept of it, and who wins when many write at once."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.boards import BoardWindow, fold_everything
from siyu.campaigns.drafts import Draft
from siyu.db import Pool
from siyu.engine import CAMPAIGN_FAILED, BatchLimits, Engine
from siyu.engine.population import CrowdPlan
from siyu.engine.preview import Previewer, PreviewFact
from siyu.engine.replay import Replay, ReplaySummary
from siyu.engine.simulation import simulate
from siyu.ids import new_id
from siyu.members import lock_members
from siyu.sdk import Effect, Fact, Invite, MemberView, View, member_code
from tests.clock import NOON
from tests.factories import LONG_AGO, SHANGHAI, add_campaign, registry_of
from tests.locks import until_waiting
from tests.siyu.engine.inviting import INVITING, add_joined, bind, inviters, inviting_engine, said
from tests.siyu.engine.stage import MEMBER, live, play, told, world_of
from tests.siyu.engine.systems import own_pool
from tests.siyu.engine.test_model import SLOW

ALONE = BatchLimits(facts_max=1, share_min=1)
FRIEND = UUID(int=3)
# What has to happen at all happens within this.
WAIT_S_MAX = 60


async def test_who_was_invited_has_one_inviter_in_the_whole_shop(pool: Pool) -> None:
    first, second, lin = await add_joined(pool, 0, 1, 2)
    ours, theirs = [await add_campaign(pool, "inviting") for _ in range(2)]
    engine = inviting_engine(pool)

    outcomes = [
        await engine.submit(bind(campaign, lin, inviter))
        for campaign, inviter in ((ours, first), (ours, first), (ours, second), (theirs, second))
    ]

    assert [said(outcome) for outcome in outcomes] == [None, "bound", "bound", "bound"]
    assert outcomes[0].decisions[0].effects[0] == {"kind": "invite", "inviter": str(first)}
    [row] = await pool.fetch("SELECT * FROM invitation")
    kept = {"member_id": lin, "inviter_id": first, "campaign_id": ours, "fact_id": outcomes[0].fact_id, "at": NOON}
    joined = {"inviter_joined_at": LONG_AGO, "member_joined_at": LONG_AGO + timedelta(days=2)}
    assert {name: row[name] for name in kept} == kept
    assert {name: row[name] for name in joined} == joined


@pytest.mark.parametrize("limits", [BatchLimits(), ALONE], ids=["together", "one by one"])
async def test_nobody_is_invited_by_themselves_twice_or_by_a_newcomer(pool: Pool, limits: BatchLimits) -> None:
    old, lin, new = await add_joined(pool, 0, 1, 2)
    campaign, engine = await add_campaign(pool, "inviting"), inviting_engine(pool, limits)

    outcomes = await asyncio.gather(
        *(engine.submit(bind(campaign, lin, inviter)) for inviter in (lin, new, new_id(), "junk", None, old, old, lin))
    )

    reasons = ["self", "later", "NOBODY", "NOBODY", "NOBODY", None, "bound", "self"]
    assert [said(outcome) for outcome in outcomes] == reasons
    assert await inviters(pool) == {lin: old}


async def test_of_two_who_joined_at_one_moment_the_smaller_id_was_first(pool: Pool) -> None:
    first, second = await add_joined(pool, 0, 0)
    campaign, engine = await add_campaign(pool, "inviting"), inviting_engine(pool)

    assert said(await engine.submit(bind(campaign, first, second))) == "later"
    assert said(await engine.submit(bind(campaign, second, first))) is None


async def test_the_answer_of_before_is_given_again(pool: Pool) -> None:
    old, lin = await add_joined(pool, 0, 1)
    campaign, engine = await add_campaign(pool, "inviting"), inviting_engine(pool)
    fact = bind(campaign, lin, old, key="scan-1")

    first, again = [await engine.submit(fact) for _ in range(2)]

    assert first == again
    assert said(again) is None


async def test_an_inviter_whom_others_decide_about_keeps_nobody_waiting(pool: Pool) -> None:
    """Of a partner nothing is locked: neither to read them nor by the foreign key."""
    old, lin = await add_joined(pool, 0, 1)
    campaign, engine = await add_campaign(pool, "inviting"), inviting_engine(pool)

    async with pool.acquire() as connection, connection.transaction():
        await lock_members(connection, [old])
        outcome = await asyncio.wait_for(engine.submit(bind(campaign, lin, old)), WAIT_S_MAX)

    assert said(outcome) is None
    await engine.drain()


async def test_an_inviter_counts_whom_they_invited_on_a_board(pool: Pool) -> None:
    old, *others = await add_joined(pool, 0, 1, 2, 3)
    campaign, engine = await add_campaign(pool, "inviting"), inviting_engine(pool)

    for member in others:
        await engine.submit(bind(campaign, member, old))
        await engine.drain()
    await fold_everything(pool)

    board = "SELECT member_id, score FROM board_score WHERE board = 'invitees' AND window_key = 'all'"
    assert [tuple(row) for row in await pool.fetch(board)] == [(old, 3)]
    assert BoardWindow.ALL.value == "all"


async def test_an_invitation_that_nobody_locked_for_is_found_by_the_constraint(pool: Pool) -> None:
    """Another writer's row is not committed when the batch looks, and is when it writes."""
    old, older, lin, wang = await add_joined(pool, 1, 0, 2, 3)
    campaign, engine = await add_campaign(pool, "inviting"), inviting_engine(pool)
    write = """
    INSERT INTO invitation
    SELECT member.id, gen_random_uuid(), member.joined_at, inviter.id, inviter.joined_at, $3, gen_random_uuid(), now()
    FROM member, member AS inviter WHERE member.id = $1 AND inviter.id = $2
    """

    async with pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute(write, lin, older, campaign)
            submitted = asyncio.gather(
                engine.submit(bind(campaign, lin, old)), engine.submit(bind(campaign, wang, old))
            )
            await until_waiting(pool)
        outcomes = await submitted

    assert [said(outcome) for outcome in outcomes] == ["bound", None]
    assert await inviters(pool) == {lin: older, wang: old}
    await engine.drain()


async def both(
    pool: Pool, other_pool: Pool, binds: Sequence[tuple[UUID, UUID]], limits: BatchLimits
) -> list[str | None]:
    """Let two engines, as two processes would, bind members at the same moment."""
    campaign = await add_campaign(pool, "inviting")
    engines = [inviting_engine(each, limits) for each in (pool, other_pool)]
    outcomes = await asyncio.gather(
        *(engines[place % 2].submit(bind(campaign, *each)) for place, each in enumerate(binds))
    )
    await asyncio.gather(*(engine.drain() for engine in engines))
    return [said(outcome) for outcome in outcomes]


@pytest.mark.parametrize("_", range(5))
async def test_two_who_invite_each_other_at_once_make_no_ring(pool: Pool, other_pool: Pool, _: int) -> None:
    first, second = await add_joined(pool, 0, 0)

    reasons = await both(pool, other_pool, [(first, second), (second, first)], ALONE)

    assert reasons == ["later", None]
    assert await inviters(pool) == {second: first}


@pytest.mark.parametrize("limits", [BatchLimits(), ALONE], ids=["together", "one by one"])
async def test_rings_of_four_at_once_end_as_chains(pool: Pool, other_pool: Pool, limits: BatchLimits) -> None:
    """Every order in which four can stand in a ring, twenty-four rings of four members at the same time."""
    rings = [[*order] for order in permutations(range(4))]
    members = [await add_joined(pool, 0, 0, 1, 1) for _ in rings]
    binds = [
        (four[order[place]], four[order[(place + 1) % 4]])
        for four, order in zip(members, rings, strict=True)
        for place in range(4)
    ]

    reasons = await both(pool, other_pool, binds, limits)

    assert set(reasons) == {None, "later"}
    kept = await inviters(pool)
    places = {member: (number, place) for number, four in enumerate(members) for place, member in enumerate(four)}
    assert all(places[inviter] < places[member] for member, inviter in kept.items())
    for number, four in enumerate(members):
        assert 1 <= sum(member in kept for member in four) <= 3, f"ring {number}"


@pytest.mark.parametrize("limits", [BatchLimits(), ALONE], ids=["together", "one by one"])
async def test_of_fifty_inviters_at_once_one_is_kept(pool: Pool, other_pool: Pool, limits: BatchLimits) -> None:
    *olds, lin = await add_joined(pool, *range(51))

    reasons = await both(pool, other_pool, [(lin, old) for old in olds], limits)

    assert Counter(reasons) == {None: 1, "bound": 49}
    kept = await inviters(pool)
    assert kept == {lin: olds[reasons.index(None)]}


LIVES = st.lists(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5) | st.none()), min_size=1, max_size=8),
    min_size=1,
    max_size=4,
)


def test_whoever_names_whom_in_whatever_batches_it_is_what_plain_python_says(database_url: str) -> None:
    with own_pool(database_url) as (loop, pool):
        campaign = loop.run_until_complete(add_campaign(pool, "inviting"))

        @settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
        @given(st.lists(st.integers(0, 2), min_size=5, max_size=5), LIVES, st.sampled_from([1, 3, 256]))
        def one_life(days: list[int], life: list[list[tuple[int, int | None]]], facts_max: int) -> None:
            loop.run_until_complete(live_it(pool, campaign, days, life, facts_max))

        one_life()


async def live_it(
    pool: Pool, campaign: UUID, days: list[int], life: list[list[tuple[int, int | None]]], facts_max: int
) -> None:
    """Bind members round by round, each round at once, and compare with the rules told again."""
    members = await add_joined(pool, *days)
    names = [*members, new_id()]
    engine = inviting_engine(pool, BatchLimits(facts_max=facts_max, share_min=1))
    kept: dict[UUID, UUID] = {}
    for turns in life:
        outcomes = await asyncio.gather(
            *(engine.submit(bind(campaign, members[one], None if by is None else names[by])) for one, by in turns)
        )
        for (one, by), outcome in zip(turns, outcomes, strict=True):
            assert said(outcome) == expected(days, kept, members, one, by)
            if said(outcome) is None and by is not None:
                kept[members[one]] = members[by]
        await engine.drain()
    found = await inviters(pool)
    assert {member: found[member] for member in members if member in found} == kept


def expected(days: list[int], kept: dict[UUID, UUID], members: list[UUID], one: int, by: int | None) -> str | None:
    """What a bind comes to. Members' ids are in the order of the list."""
    if by is None or by == len(members):
        return "NOBODY"
    if by == one:
        return "self"
    if members[one] in kept:
        return "bound"
    return None if (days[by], by) < (days[one], one) else "later"


def asks(*effects: Effect) -> Callable[[Fact, View[Any, Any]], Sequence[Effect]]:
    """A decide that asks for these."""
    return lambda fact, view: effects


@pytest.mark.parametrize(
    ("effects", "named"),
    [
        ([Invite(FRIEND, "NOT_INVITED")], None),
        ([Invite(UUID(int=4), "NOT_INVITED")], FRIEND),
        ([Invite(MEMBER, "NOT_INVITED")], FRIEND),
        ([Invite(str(FRIEND), "NOT_INVITED")], FRIEND),  # type: ignore[arg-type]  # junk on purpose
        ([Invite(FRIEND, "UNDECLARED")], FRIEND),
        ([Invite(FRIEND, "NOT_INVITED")] * 2, FRIEND),
    ],
)
def test_nobody_but_the_partner_can_have_invited_and_once_a_decision(effects: list[Effect], named: UUID | None) -> None:
    world = world_of([live(replace(INVITING, decide=asks(*effects)))])
    world.partners[FRIEND] = MemberView(FRIEND, LONG_AGO - timedelta(days=1))
    world.partners[UUID(int=4)] = MemberView(UUID(int=4), LONG_AGO - timedelta(days=1))

    outcome = play(world, bind(UUID(int=1), MEMBER, named))

    assert told(outcome) == [(1, CAMPAIGN_FAILED, 0)]
    assert world.invitations.new == {}


def test_a_type_without_a_partner_sees_none() -> None:
    world = world_of([live(replace(INVITING, partner=None))])

    assert told(play(world, bind(UUID(int=1), MEMBER, FRIEND))) == [(1, CAMPAIGN_FAILED, 0)]


async def test_a_preview_binds_nobody_and_says_what_a_commit_would(pool: Pool) -> None:
    old, lin, new = await add_joined(pool, 0, 1, 2)
    campaign, registry = await add_campaign(pool, "inviting"), registry_of(INVITING)
    await Engine(pool, registry, SHANGHAI).submit(bind(campaign, new, old))

    def scan(member: UUID | None, inviter: UUID) -> PreviewFact:
        return PreviewFact(NOON, member, "bind", data={"inviter": member_code(inviter)})

    facts = [scan(lin, new), scan(lin, old), scan(lin, old), scan(new, old), scan(None, lin), scan(None, old)]
    preview = await Previewer(pool, registry, SHANGHAI).preview(Draft(campaign), facts, NOON)

    steps = [step for step in preview.steps if not step.is_follow_up]
    reasons = [step.refusal and step.refusal.missing["reason"] for step in steps]
    assert reasons == ["later", None, "bound", "bound", None, "bound"]
    assert await inviters(pool) == {new: old}


async def test_a_replay_differs_in_nothing_whoever_else_has_bound_members_meanwhile(pool: Pool) -> None:
    old, *others = await add_joined(pool, 0, 1, 2, 3)
    ours, theirs = [await add_campaign(pool, "inviting") for _ in range(2)]
    registry = registry_of(INVITING)
    engine = Engine(pool, registry, SHANGHAI, ALONE)
    binds = [
        (ours, others[0], old),
        (theirs, others[0], old),
        (theirs, others[1], old),
        (ours, others[1], others[0]),
        (ours, others[2], others[2]),
        (ours, others[2], others[1]),
        (theirs, others[2], old),
        (ours, others[0], "junk"),
    ]
    for fact in binds:
        await engine.submit(bind(*fact))
        await engine.drain()

    for campaign, compared in ((ours, 7), (theirs, 4)):
        summary = ReplaySummary()
        replay = Replay(pool, registry, SHANGHAI, Draft(campaign))
        differences = [one async for one in replay.differences(summary, lambda done, total: None)]
        assert differences == []
        assert summary.compared == compared


def test_a_crowd_names_each_other_in_a_simulation() -> None:
    plan = CrowdPlan(200, 5, 7, NOON.date(), SHANGHAI)

    report = simulate(live(INVITING), plan, lambda done, days, facts: None)

    assert report.refusals.keys() == {"NOBODY", "NOT_INVITED"}
    assert 0 < report.totals["points", "granted"] < plan.members
