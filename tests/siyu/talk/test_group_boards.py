"""Messages score in their group and in the whole shop, payments in every group that the buyer is in."""

from asyncio import gather
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.boards import (
    SET_ASIDE_TOPIC,
    WHOLE_SHOP,
    BoardWindow,
    Leaderboards,
    fold_everything,
    mend,
    project,
    rebuild_all,
    window_keys,
)
from siyu.cache import RedisClient
from siyu.db import Pool
from siyu.engine import Engine, NewFact, Refusal, running
from siyu.ids import new_id
from tests.clock import NOON, TestClock
from tests.factories import SHANGHAI, add_members, paid, refunded, shop_engine
from tests.siyu.boards.conftest import TODAY, leaderboards, patient
from tests.siyu.groups.shop import add_group, joined, left, refusal_of
from tests.siyu.talk.chatting import posted

__all__ = ["leaderboards", "patient"]

MINUTE = timedelta(minutes=1)
DAYS = (-8, -7, -1, 0)
GROUPS = ("book-club", "tea-house")
# Who posts, where (or nowhere that there is), on which day and at which minute of it, and the key that names it.
POSTS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from(DAYS), st.integers(0, 3), st.integers(0, 12)),
    max_size=24,
)
Scores = dict[tuple[UUID, str, UUID], tuple[int, datetime]]
SCORES = "SELECT scope, window_key, member_id, score, reached_at FROM board_score WHERE board = 'talk'"


async def scores_of(pool: Pool) -> Scores:
    """Every score of the talk boards."""
    await fold_everything(pool)
    return {tuple(row)[:3]: tuple(row)[3:] for row in await pool.fetch(SCORES)}


async def lines_of(boards: Leaderboards, board: str, window: BoardWindow, scope: UUID | None) -> list[tuple[UUID, int]]:
    """The members and scores of a window's first page."""
    page = await boards.top(board, window, TODAY, first=100, scope=scope)
    return [(entry.member_id, entry.score) for entry in page.entries]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(posts=POSTS, random=st.randoms(use_true_random=False))
async def test_boards_equal_a_plain_count_in_any_order(
    pool: Pool,
    redis: RedisClient,
    leaderboards: Leaderboards,
    posts: list[tuple[int, int, int, int, int]],
    random: Random,
) -> None:
    keys = [f"{name}-{new_id().hex}" for name in GROUPS]
    groups = {key: await add_group(pool, key) for key in keys}
    members = await add_members(pool, 4)
    await pool.execute("DELETE FROM board_score")
    await redis.flushall()
    facts: dict[str, NewFact] = {}
    run = new_id().hex
    for who, where, day, minute, number in posts:
        group = keys[where] if where < len(keys) else "nowhere"
        at = NOON + timedelta(days=day) + minute * MINUTE
        facts.setdefault(f"{run}-{number}", posted(members[who], group, at, f"{run}-{number}"))
    # Late, early and again: archives come in any order, and more than once.
    sent = [*facts.values(), *random.choices([*facts.values()], k=5)] if facts else []
    random.shuffle(sent)

    async with running(shop_engine(pool)) as engine:
        for fact in sent:
            await engine.submit(fact)

    assert await scores_of(pool) == plainly(facts.values(), groups)
    assert await pool.fetchval("SELECT count(*) FROM outbox WHERE topic = $1", SET_ASIDE_TOPIC) == 0
    await check_copies(pool, redis, leaderboards, groups)


def plainly(facts: Iterable[NewFact], groups: Mapping[str, UUID]) -> Scores:
    """What the scores must be: messages counted, in the whole shop and in their group; those of no group nowhere."""
    found: Scores = {}
    for fact in facts:
        group = groups.get(fact.data["group"])
        if group is None:
            continue
        for scope in (WHOLE_SHOP, group):
            for window_key in window_keys(fact.at.astimezone(SHANGHAI).date()):
                score, at = found.get((scope, window_key, fact.member_id), (0, fact.at))
                found[scope, window_key, fact.member_id] = score + 1, max(at, fact.at)
    return found


async def check_copies(pool: Pool, redis: RedisClient, boards: Leaderboards, groups: Mapping[str, UUID]) -> None:
    """Redis shows what SQL does, as it was kept and as it is rebuilt."""
    window = BoardWindow.WEEK
    from_sql = {scope: await lines_of(boards, "talk", window, scope) for scope in (None, *groups.values())}
    await project(pool, redis, NOON)
    await mend(pool, redis, TODAY)
    assert {scope: await lines_of(boards, "talk", window, scope) for scope in from_sql} == from_sql
    await rebuild_all(pool, redis)
    await project(pool, redis, NOON)
    assert {scope: await lines_of(boards, "talk", window, scope) for scope in from_sql} == from_sql


@pytest.fixture
async def engine(pool: Pool, clock: TestClock) -> AsyncIterator[Engine]:
    async with running(shop_engine(pool)) as engine:
        yield engine


async def test_a_message_of_a_group_that_is_not_there_is_refused_and_scores_nothing(pool: Pool, engine: Engine) -> None:
    [member] = await add_members(pool, 1)

    outcome = await engine.submit(posted(member, "nowhere"))

    assert refusal_of(outcome) == "GROUP_NOT_FOUND"
    assert outcome.decisions[0].refusal == Refusal("GROUP_NOT_FOUND", {})
    assert await scores_of(pool) == {}


async def test_a_click_outside_of_groups_is_taken(pool: Pool, engine: Engine) -> None:
    [member] = await add_members(pool, 1)

    outcome = await engine.submit(NewFact("link.clicked", member, NOON, {"url": "https://a.example"}, "service/x/1"))

    assert outcome.decisions == ()


async def test_a_payment_counts_in_the_groups_that_the_buyer_is_in_and_its_refund_wherever_it_counted(
    pool: Pool, engine: Engine, leaderboards: Leaderboards
) -> None:
    tea, club, late = [await add_group(pool, key) for key in ("tea", "club", "late")]
    lin, wang = await add_members(pool, 2)
    for fact in (
        joined(lin, "tea", NOON - 3 * MINUTE),
        joined(lin, "club", NOON - 3 * MINUTE),
        left(lin, "club", NOON - 2 * MINUTE),
        paid(lin, "A", 500, NOON),
        paid(wang, "B", 300, NOON),
        # Told late: the order that was there before counts for nothing, and takes nothing away.
        joined(lin, "late", NOON - 3 * MINUTE),
        left(lin, "tea", NOON + MINUTE),
        refunded(lin, "A", 200, NOON + MINUTE),
        paid(lin, "C", 50, NOON + 2 * MINUTE),
    ):
        assert refusal_of(await engine.submit(fact)) is None
    await fold_everything(pool)

    assert await lines_of(leaderboards, "spend", BoardWindow.DAY, tea) == [(lin, 300)]
    assert await lines_of(leaderboards, "spend", BoardWindow.DAY, club) == []
    assert await lines_of(leaderboards, "spend", BoardWindow.DAY, late) == [(lin, 50)]
    assert await lines_of(leaderboards, "spend", BoardWindow.DAY, None) == [(lin, 350), (wang, 300)]


async def test_who_joins_and_pays_in_one_batch_pays_as_a_member(
    pool: Pool, engine: Engine, leaderboards: Leaderboards
) -> None:
    tea = await add_group(pool, "tea")
    [lin] = await add_members(pool, 1)

    await gather(
        *(
            engine.submit(fact)
            for fact in (
                joined(lin, "tea", NOON),
                paid(lin, "A", 500, NOON),
                left(lin, "tea", NOON + MINUTE),
                paid(lin, "B", 70, NOON + 2 * MINUTE),
            )
        )
    )
    await fold_everything(pool)

    assert await lines_of(leaderboards, "spend", BoardWindow.ALL, tea) == [(lin, 500)]


async def test_of_equal_talkers_the_one_who_got_there_first_leads(
    pool: Pool, engine: Engine, leaderboards: Leaderboards
) -> None:
    tea = await add_group(pool, "tea")
    lin, wang = await add_members(pool, 2)
    for member, minute in ((lin, 1), (wang, 2), (wang, 3), (lin, 4)):
        await engine.submit(posted(member, "tea", NOON + minute * MINUTE))
    await fold_everything(pool)

    assert await lines_of(leaderboards, "talk", BoardWindow.WEEK, tea) == [(wang, 2), (lin, 2)]
