"""Copies of scopes in Redis: made for who asks, kept for the last ones, and never read when nobody keeps them."""

from uuid import UUID

import pytest

from siyu.boards import BoardChange, BoardWindow, Leaderboards, mend, project, rebuild_all, scoped_copy
from siyu.boards.folding import SET_ASIDE_TOPIC
from siyu.cache import RedisClient
from siyu.db import Pool
from siyu.errors import InvalidInput
from siyu.ids import new_id
from tests.clock import NOON, TestClock
from tests.siyu.boards.conftest import TODAY, Write

MEMBER = UUID(int=7)


def talk(*scopes: UUID, amount: int = 1) -> BoardChange:
    """A change of the talk boards of these scopes."""
    return BoardChange("talk", MEMBER, TODAY, NOON, amount, scopes)


async def score(boards: Leaderboards, scope: UUID) -> tuple[int, bool]:
    """What the member has in a scope, and whether Redis says so."""
    page = await boards.top("talk", BoardWindow.WEEK, TODAY, 1, scope=scope)
    return page.entries[0].score, not page.revision.startswith("sql.")


async def warm(pool: Pool, redis: RedisClient, boards: Leaderboards, clock: TestClock, *scopes: UUID) -> None:
    """Have the scopes asked for and copied."""
    await project(pool, redis, clock())
    for scope in scopes:
        await score(boards, scope)
        clock.move(seconds=1)
        await mend(pool, redis, TODAY)


async def test_a_scope_is_copied_when_somebody_asks_and_kept_current(
    pool: Pool, redis: RedisClient, leaderboards: Leaderboards, write: Write, clock: TestClock
) -> None:
    scope = new_id()
    await write(talk(scope))
    await project(pool, redis, clock())
    assert await score(leaderboards, scope) == (1, False)
    await mend(pool, redis, TODAY)
    assert await score(leaderboards, scope) == (1, True)

    await write(talk(scope, amount=4))
    await project(pool, redis, clock())

    assert await score(leaderboards, scope) == (5, True)


async def test_of_many_scopes_those_read_last_are_kept(
    pool: Pool,
    redis: RedisClient,
    leaderboards: Leaderboards,
    write: Write,
    clock: TestClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scoped_copy, "WARM_MAX", 2)
    scopes = [UUID(int=number) for number in (3, 2, 1)]
    await write(talk(*scopes))
    await warm(pool, redis, leaderboards, clock, *scopes)

    assert len([key async for key in redis.scan_iter("{siyu:lb:talk:*}:w:*:rank")]) == 2
    assert [(await score(leaderboards, scope))[1] for scope in scopes] == [False, True, True]


async def test_a_copy_that_nobody_keeps_is_not_read(
    pool: Pool, redis: RedisClient, leaderboards: Leaderboards, write: Write, clock: TestClock
) -> None:
    scope = new_id()
    await write(talk(scope))
    await warm(pool, redis, leaderboards, clock, scope)
    assert (await score(leaderboards, scope))[1]

    # The board's own meta is lost and made anew; the scope's keys are still there.
    await redis.unlink("{siyu:lb:talk}:meta")
    await write(talk(scope))
    await project(pool, redis, clock())

    assert await score(leaderboards, scope) == (2, False)
    await mend(pool, redis, TODAY)
    assert await score(leaderboards, scope) == (2, True)


async def test_a_copy_of_an_older_epoch_is_not_read(
    pool: Pool, redis: RedisClient, leaderboards: Leaderboards, write: Write, clock: TestClock
) -> None:
    scope = new_id()
    await write(talk(scope))
    await warm(pool, redis, leaderboards, clock, scope)

    await redis.hset("{siyu:lb:talk}:meta", f"s:{scope.hex}", "another")

    assert await score(leaderboards, scope) == (1, False)


async def test_rebuilding_all_makes_the_copies_of_scopes_anew(
    pool: Pool, redis: RedisClient, leaderboards: Leaderboards, write: Write, clock: TestClock
) -> None:
    scope, unread = new_id(), new_id()
    await write(talk(scope, unread))
    await warm(pool, redis, leaderboards, clock, scope)
    await redis.zremrangebyrank(f"{{siyu:lb:talk:{scope.hex}}}:w:2026-W47:rank", 0, -1)

    await rebuild_all(pool, redis)
    await project(pool, redis, clock())

    assert await score(leaderboards, scope) == (1, True)
    assert await score(leaderboards, unread) == (1, False)


async def test_boards_that_have_no_scopes_refuse_them(pool: Pool, leaderboards: Leaderboards, write: Write) -> None:
    with pytest.raises(InvalidInput, match="only"):
        await leaderboards.top("points", BoardWindow.ALL, TODAY, 1, scope=new_id())

    await write(BoardChange("points", MEMBER, TODAY, NOON, 1, (new_id(),)))

    assert await pool.fetchval("SELECT count(*) FROM outbox WHERE topic = $1", SET_ASIDE_TOPIC) == 1


async def test_a_message_of_the_version_before_has_no_scopes(
    pool: Pool, leaderboards: Leaderboards, write: Write
) -> None:
    await pool.execute(
        "INSERT INTO outbox (topic, payload) VALUES ('scores', $1)",
        f'[["spend", "{MEMBER.hex}", "{TODAY}", "2026-11-21T04:00:00+00:00", 5]]',
    )
    await write()

    entry = await leaderboards.entry("spend", BoardWindow.ALL, TODAY, MEMBER)
    assert entry is not None
    assert entry.score == 5
