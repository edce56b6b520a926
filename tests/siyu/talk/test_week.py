"""A week of talk in a group, small: the boards equal a plain count of the facts once the worker has caught up."""

import asyncio
from datetime import UTC, datetime
from random import Random

from siyu.boards import Leaderboards, run_projector
from siyu.cache import RedisClient
from siyu.db import Pool
from siyu.engine import running
from tests.factories import SHANGHAI, shop_engine
from tests.siyu.boards.conftest import patient
from tests.siyu.talk.week import counted, open_group, posts, shown, submit_all

__all__ = ["patient"]

# A Monday's first moment in Shanghai.
MONDAY = datetime(2026, 11, 15, 16, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 22, 12, tzinfo=UTC)
MEMBERS, MESSAGES = 300, 2_000
TRIES = 600


async def test_a_week_of_talk_is_on_the_boards_as_a_plain_count_has_it(
    pool: Pool, redis: RedisClient, patient: None
) -> None:
    group, members = await open_group(pool, "square", MEMBERS)
    stop, boards = asyncio.Event(), Leaderboards(pool, redis, SHANGHAI, lambda: datetime.now(UTC))
    projector = asyncio.create_task(run_projector(pool, redis, SHANGHAI, lambda: datetime.now(UTC), stop))
    try:
        async with running(shop_engine(pool)) as engine:
            await submit_all(engine, posts(members, "square", MESSAGES, MONDAY, Random(6)), 300)  # noqa: S311
        expected = {scope: await counted(pool, key) for scope, key in ((None, None), (group, "square"))}
        for scope, lines in expected.items():
            for _ in range(TRIES):
                found, _ = await shown(boards, SUNDAY, scope, MEMBERS)
                if found == lines:
                    break
                await asyncio.sleep(0.05)
            assert found == lines
    finally:
        stop.set()
        await projector
