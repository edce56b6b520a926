"""The message of changed scores: bound to its commit, bounded in its amounts, and read as it was written."""

from datetime import timedelta

import pytest

from siyu import outbox
from siyu.boards import MAX_SCORE, BoardChange, leave_changes
from siyu.boards.changes import SCORES_TOPIC, read_changes
from siyu.db import Pool
from siyu.ids import new_id
from tests.clock import NOON
from tests.siyu.boards.conftest import TODAY, Write


async def left(pool: Pool) -> list[list[BoardChange]]:
    """The messages there are."""
    async with pool.acquire() as connection:
        messages = await outbox.oldest(connection, SCORES_TOPIC, 10)
    return [[change for some in read_changes(each.payload) for change in some.single()] for each in messages]


async def test_changes_are_read_as_they_were_left(pool: Pool, leave: Write) -> None:
    changes = [
        BoardChange("points", new_id(), TODAY, NOON + timedelta(microseconds=1), -5),
        BoardChange("spend", new_id(), TODAY - timedelta(days=1), NOON, MAX_SCORE),
    ]

    await leave(*changes)

    assert await left(pool) == [changes]


async def test_no_change_leaves_no_message(pool: Pool, leave: Write) -> None:
    await leave()

    assert await left(pool) == []


async def test_a_commit_that_fails_leaves_no_message(pool: Pool) -> None:
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await leave_changes(connection, [BoardChange("points", new_id(), TODAY, NOON, 5)])
        await transaction.rollback()

    assert await left(pool) == []


@pytest.mark.parametrize("amount", [MAX_SCORE + 1, -MAX_SCORE - 1])
async def test_an_amount_that_redis_would_round_is_refused(leave: Write, amount: int) -> None:
    with pytest.raises(ValueError, match=str(MAX_SCORE)):
        await leave(BoardChange("spend", new_id(), TODAY, NOON, amount))


def test_changes_of_the_version_before_are_read() -> None:
    member, group = new_id(), new_id()
    payload = [
        ["talk", member.hex, TODAY.isoformat(), NOON.isoformat(), 1, [group.hex]],
        ["streak", member.hex, TODAY.isoformat(), NOON.isoformat(), None],
    ]

    read = [change for some in read_changes(payload) for change in some.single()]

    assert read == [
        BoardChange("talk", member, TODAY, NOON, 1, (group,)),
        BoardChange("streak", member, TODAY, NOON, None),
    ]


async def test_one_members_changes_of_a_sum_are_left_as_one_and_of_a_best_as_they_are(pool: Pool, leave: Write) -> None:
    member = new_id()
    sums = [BoardChange("talk", member, TODAY, NOON + timedelta(seconds=place), 1) for place in range(3)]
    bests = [BoardChange("streak", member, TODAY, NOON, value) for value in (2, 5)]

    await leave(*sums, *bests)

    assert await left(pool) == [[sums[-1]._replace(amount=3), *bests]]
