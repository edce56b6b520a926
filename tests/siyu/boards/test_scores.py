"""Writing scores: sums, bests, and what the projection is told."""

from datetime import date, timedelta
from itertools import permutations

import asyncpg
import pytest

from siyu import outbox
from siyu.boards import BoardChange, BoardWindow, Leaderboards, write_changes
from siyu.boards.changes import gather
from siyu.boards.projection import touched_by, unpack_members
from siyu.boards.scores import OUTBOX_TOPIC
from siyu.db import Pool
from siyu.ids import new_id
from tests.clock import NOON
from tests.siyu.boards.conftest import TODAY, Write

MINUTE = timedelta(minutes=1)


@pytest.fixture
def write(pool: Pool) -> Write:
    """Writes scores without a message, as the fold does with those it read."""

    async def write(*changes: BoardChange) -> None:
        async with pool.acquire() as connection, connection.transaction():
            await write_changes(connection, gather(changes))

    return write


async def test_a_batch_may_change_one_member_often(write: Write, leaderboards: Leaderboards) -> None:
    member = new_id()
    changes = [BoardChange("points", member, TODAY, NOON + MINUTE * i, amount) for i, amount in enumerate([5, 5, -3])]

    await write(*changes)

    entry = await leaderboards.entry("points", BoardWindow.DAY, TODAY, member)
    assert entry is not None
    assert (entry.score, entry.reached_at) == (7, NOON + 2 * MINUTE)


async def test_a_best_is_the_highest_value_at_its_earliest_moment(
    write: Write, pool: Pool, leaderboards: Leaderboards
) -> None:
    member = new_id()
    changes = [
        BoardChange("streak", member, TODAY, NOON + MINUTE * minute, value)
        for minute, value in ((0, 2), (2, 7), (1, 7), (3, 6))
    ]

    for order in permutations(changes):
        await pool.execute("DELETE FROM board_score")
        for change in order:
            await write(change)

        entry = await leaderboards.entry("streak", BoardWindow.ALL, TODAY, member)
        assert entry is not None
        assert (entry.score, entry.reached_at) == (7, NOON + MINUTE)


async def test_a_sum_at_zero_has_no_rank_and_may_come_back(write: Write, leaderboards: Leaderboards) -> None:
    member = new_id()
    await write(BoardChange("spend", member, TODAY, NOON, 900))
    await write(BoardChange("spend", member, TODAY, NOON + MINUTE, -900))
    assert await leaderboards.entry("spend", BoardWindow.WEEK, TODAY, member) is None

    await write(BoardChange("spend", member, TODAY, NOON + 2 * MINUTE, 100))

    entry = await leaderboards.entry("spend", BoardWindow.WEEK, TODAY, member)
    assert entry is not None
    assert (entry.rank, entry.score, entry.reached_at) == (1, 100, NOON + 2 * MINUTE)


@pytest.mark.parametrize("before", [0, 4])
async def test_a_sum_below_zero_is_refused_and_nothing_is_written(write: Write, pool: Pool, before: int) -> None:
    member, other = new_id(), new_id()
    await write(BoardChange("points", member, TODAY, NOON, before))

    with pytest.raises(asyncpg.CheckViolationError):
        await write(BoardChange("points", other, TODAY, NOON, 9), BoardChange("points", member, TODAY, NOON, -5))

    rows = await pool.fetch("SELECT score, version FROM board_score")
    assert [tuple(row) for row in rows] == [(before, 1)] * 4


async def test_a_member_without_a_row_cannot_be_lowered(write: Write) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await write(BoardChange("points", new_id(), TODAY, NOON, -1))


async def test_the_message_names_each_row_once(write: Write, pool: Pool) -> None:
    first, second = new_id(), new_id()
    changes = [BoardChange("points", member, TODAY, NOON, 1) for member in (first, second, first)]
    await write(*changes, BoardChange("streak", first, TODAY, NOON, 1))

    async with pool.acquire() as connection:
        (message,) = await outbox.oldest(connection, OUTBOX_TOPIC, limit=2)

    touched = touched_by([message.payload])
    assert touched["points", "d:2026-11-21"] == touched["points", "all"]
    assert unpack_members(touched["points", "all"]) == {first.hex, second.hex}
    assert sum(map(len, touched["points", "all"])) == 2 * len(first.hex)
    assert touched["streak", "w:2026-W47"] == [first.hex]
    assert len(touched) == 8


async def test_nothing_to_write_leaves_no_message(write: Write, pool: Pool) -> None:
    await write()

    assert await pool.fetchval("SELECT count(*) FROM outbox") == 0


async def test_days_of_one_member_that_come_together_add_up_in_the_windows_they_share(write: Write, pool: Pool) -> None:
    member = new_id()
    monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)

    await write(*(BoardChange("points", member, day, NOON, amount) for day, amount in ((monday, 5), (tuesday, 7))))

    rows = await pool.fetch("SELECT window_key, score FROM board_score")
    assert {tuple(row) for row in rows} == {
        ("d:2026-11-23", 5),
        ("d:2026-11-24", 7),
        ("w:2026-W48", 12),
        ("m:2026-11", 12),
        ("all", 12),
    }
