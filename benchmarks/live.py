"""A board's top 100 with the caller's rank, and a poll that finds no change, against the Redis round trip alone."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from statistics import median
from time import process_time
from typing import NamedTuple
from uuid import UUID

import uvloop

from api.answering import Answering
from api.app import build_answering
from api.embedded import Servers, embedded_servers
from api.migrating import migrate
from api.observing import RequestTrail
from api.requests import GraphQLRequest
from api.services import Services, open_services
from api.settings import Settings
from benchmarks.shop import add_members, temporary_data
from schema import Context, Principal, Role
from siyu.boards import (
    HEAD,
    Around,
    BoardChange,
    BoardWindow,
    Stretch,
    Top,
    fold_everything,
    project,
    rebuild,
    write_changes,
)
from siyu.boards.changes import gather
from siyu.boards.copy import COLD_MAX
from siyu.boards.scripts import READ
from siyu.clock import utc_now
from siyu.ids import new_id
from siyu.live import board_topic

MEMBERS = 1_000
TOP = 100
WARM_UP = 50
CALLS = 300
BOARD, WINDOW, KEY = "points", BoardWindow.ALL, "all"
TOP_DOCUMENT = f"""
query Top {{
  leaderboard(board: "{BOARD}", window: ALL) {{
    revision pollAfterMs entries(first: {TOP}) {{ nodes {{ rank score }} }} entry {{ rank score }}
  }}
}}
"""
POLL_DOCUMENT = f'query Poll {{ leaderboard(board: "{BOARD}", window: ALL) {{ revision pollAfterMs }} }}'


class Side(NamedTuple):
    """What is measured."""

    name: str
    call: Callable[[], Awaitable[object]]


def run(rounds: int) -> dict[str, object]:
    """Everything the benchmark says, as one JSON object."""
    with (
        temporary_data() as data,
        embedded_servers(data) as servers,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        # The caller's points are for callers, not for a benchmark.
        settings = Settings(data=data, rate_points=10**9, rate_points_per_s=10**9, _env_file=None)
        return runner.run(_measure(settings, servers, rounds))


async def _measure(settings: Settings, servers: Servers, rounds: int) -> dict[str, object]:
    await migrate(servers.database_url)
    async with open_services(settings, servers) as services:
        members = await _ranked(services)
        answering = build_answering(services)
        await services.live.hub.ready()
        sides = [*_sides(services, members[MEMBERS // 2]), *_asked(services, answering, members[MEMBERS // 2])]
        cpu_us: dict[str, list[float]] = {side.name: [] for side in sides}
        for _ in range(rounds):
            for side in sides:
                cpu_us[side.name].append(await _cpu_us(side.call))
    return _told(cpu_us, rounds)


def _told(cpu_us: Mapping[str, list[float]], rounds: int) -> dict[str, object]:
    def ratio(side: str, other: str) -> float:
        return round(median(a / b for a, b in zip(cpu_us[side], cpu_us[other], strict=True)), 3)

    return {
        "ratio": ratio("read", "redis"),
        "poll_ratio": ratio("poll", "read"),
        "first_read_ratio": ratio("first_read", "redis"),
        "graphql_ratio": ratio("graphql", "redis"),
        "graphql_poll_ratio": ratio("graphql_poll", "graphql"),
        "compared": f"CPU of this process for the top {TOP} of {MEMBERS} with one member's rank. `redis`: the script "
        "that reads them, called with redis-py alone; `first_read`: siyu's read of what the process does not know yet; "
        "`read`: of what has not changed since; `poll`: of its revision; `graphql` and `graphql_poll`: documents that "
        "ask for the same, with guard, cost, rate and executor, without HTTP; "
        f"{CALLS} calls a round, {rounds} rounds in turn, medians of the rounds' ratios",
        "cpu_us": {side: [round(each, 1) for each in rounds_us] for side, rounds_us in cpu_us.items()},
        "cores": os.cpu_count(),
    }


async def _ranked(services: Services) -> list[UUID]:
    """Members, each with a score; the copy of the board is warm."""
    members, now = await add_members(services.pool, MEMBERS), utc_now()
    day = services.leaderboards.today()
    changes = [
        BoardChange(BOARD, member, day, now - timedelta(seconds=place), place + 1)
        for place, member in enumerate(members)
    ]
    async with services.pool.acquire() as connection, connection.transaction():
        await write_changes(connection, gather(changes))
    await fold_everything(services.pool)
    await rebuild(services.pool, services.redis, BOARD, KEY)
    while not (report := await project(services.pool, services.redis, utc_now())) or not report.is_drained:
        await asyncio.sleep(0)
    return members


def _sides(services: Services, member: UUID) -> list[Side]:
    """The round trip, and siyu's reads."""
    script = services.redis.register_script(READ)
    stem = f"{{siyu:lb:{BOARD}}}"
    keys = [f"{stem}:meta", *(f"{stem}:{KEY}:{part}" for part in ("ready", "rank", "seen")), f"{stem}:cold"]
    args: list[str | int | bytes] = [KEY, COLD_MAX, b"", 0, TOP, "", member.bytes, 0, 0, ""]
    day = services.leaderboards.today()
    stretches: list[Stretch] = [Top(TOP), Around(member, 0)]

    async def round_trip() -> object:
        reply = await script(keys, args)
        assert len(reply[5][1]) == 2 * TOP
        assert len(reply[6][1]) == 2
        return reply

    async def read() -> object:
        top, mine = await services.leaderboards.read(BOARD, WINDOW, day, stretches)
        assert len(top.entries) == TOP
        assert len(mine.entries) == 1
        return top

    async def first_read() -> object:
        services.leaderboards._copy._known.clear()
        return await read()

    async def poll() -> object:
        return await services.live.kept.read(
            board_topic(BOARD), "benchmark", lambda: services.leaderboards.read(BOARD, WINDOW, day, [HEAD])
        )

    return [Side("redis", round_trip), Side("first_read", first_read), Side("read", read), Side("poll", poll)]


def _asked(services: Services, answering: Answering, member: UUID) -> list[Side]:
    """The same asked for in GraphQL."""
    principal = Principal(Role.MEMBER, member_id=member)

    def asks(document: str) -> Callable[[], Awaitable[object]]:
        request = GraphQLRequest(document, None, {}, None)

        async def ask() -> object:
            answer = await answering.answer(request, _context(services, principal), "", RequestTrail())
            assert "errors" not in answer, answer
            return answer

        return ask

    return [Side("graphql", asks(TOP_DOCUMENT)), Side("graphql_poll", asks(POLL_DOCUMENT))]


def _context(services: Services, principal: Principal) -> Context:
    return Context(
        principal=principal,
        request_id=new_id().hex,
        language="en",
        now=utc_now(),
        engine=services.engine,
        pool=services.pool,
        leaderboards=services.leaderboards,
        zone=services.zone,
        issue_token=lambda *_: "",
        live=services.live,
        analytics=services.analytics,
        vault=services.vault,
    )


async def _cpu_us(call: Callable[[], Awaitable[object]]) -> float:
    """CPU of one call, warm."""
    for _ in range(WARM_UP):
        await call()
    before_s = process_time()
    for _ in range(CALLS):
        await call()
    return (process_time() - before_s) * 1_000_000 / CALLS
