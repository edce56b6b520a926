"""A page of 50 members over HTTP: siyu with all that surrounds it, the same by hand, and what others would take."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import process_time
from typing import NamedTuple

import click
import orjson
import uvloop

from api.embedded import Servers, embedded_servers
from api.identity import load_tokens
from api.migrating import migrate
from benchmarks.page_load import CONNECTIONS, ask_for, ask_once, page_request
from benchmarks.page_servers import Commands, PageServer, page_servers
from benchmarks.peers.page import DOCUMENT
from benchmarks.peers.siyu_page import siyu_settings
from benchmarks.shop import temporary_data
from schema import Principal, Role
from siyu.clock import utc_now
from siyu.db import open_database

PAGE_ROWS = 50
MEMBERS = 10_000
TOKEN_LIFE = timedelta(hours=2)
WARM_UP_S = 2.0
ROUND_S = 1.5
COMPARED = (
    "CPU for each answer, raw (starlette and orjson, no GraphQL) ÷ siyu, for "
    f"{PAGE_ROWS} members with their tier; each server alone on one core, {CONNECTIONS} clients on another; "
    f"{{rounds}} rounds of {ROUND_S} s in turn, medians. siyu has all that surrounds it, but its buckets of points are "
    "never empty; the others have nothing of the kind. `memory`: each keeps the rows that PostgreSQL gave; "
    "`postgres`: each sends the same statement for each answer. Every answer was checked."
)
FILL = """
INSERT INTO member (id, joined_at, nickname, avatar_url, tier)
SELECT gen_random_uuid(), timestamptz '2025-01-01T00:00:00Z' + number * interval '1 hour', '会员 ' || number,
    'https://img.example.com/' || number || '.jpg', (ARRAY['silver', 'gold', NULL])[1 + number % 3]
FROM generate_series(1, $1::int) AS number
"""


class Round(NamedTuple):
    """One server asked for a while: CPU of its process for an answer, answers a second, how busy the clients were."""

    cpu_ms: float
    per_s: float
    clients_busy: float


Rounds = dict[str, list[Round]]


def run(rounds: int) -> dict[str, object]:
    """Everything the benchmark says, as one JSON object. Raises ClickException where it cannot be run here."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if len(cores) < 2:
        raise click.ClickException("It needs Linux and two cores: one for each server in turn, one for who asks.")
    server_core, *others = cores
    # Clients and databases are here; servers are put elsewhere.
    os.sched_setaffinity(0, others)
    with (
        temporary_data() as data,
        embedded_servers(data) as servers,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        tables = runner.run(_measure(servers, data, rounds, server_core))
    return {
        "ratio": round(_ratio(tables["memory"], "raw"), 3),
        "ratio_postgres": round(_ratio(tables["postgres"], "raw"), 3),
        "compared": COMPARED.format(rounds=rounds),
        "cpu_times_siyu": {
            name: {side: round(_ratio(table, side), 2) for side in table} for name, table in tables.items()
        },
        "tables": {name: {side: _told(each) for side, each in table.items()} for name, table in tables.items()},
        "cores": len(cores),
    }


async def _measure(servers: Servers, data: Path, rounds: int, core: int) -> dict[str, Rounds]:
    commands = Commands(servers, data)
    await migrate(servers.database_url)
    async with open_database(servers.database_url, 1) as pool:
        await pool.execute(FILL, MEMBERS)
        await pool.execute("ANALYZE member")
    settings = siyu_settings(str(data), servers.database_url, servers.redis_url)
    token = load_tokens(settings).issue(Principal(Role.OPERATOR, subject="lin"), utc_now(), TOKEN_LIFE)
    request = page_request(DOCUMENT, {"first": PAGE_ROWS}, token)
    tables: dict[str, Rounds] = {}
    for rows_from in ("memory", "postgres"):
        async with page_servers(commands, rows_from, core) as started:
            tables[rows_from] = await _in_turn(started, request, rounds)
    return tables


async def _in_turn(started: dict[str, PageServer], request: bytes, rounds: int) -> Rounds:
    bodies = {side: await ask_once(server.port, request) for side, server in started.items()}
    pages = {side: orjson.loads(body)["data"] for side, body in bodies.items()}
    assert len(pages["raw"]["members"]["nodes"]) == PAGE_ROWS
    for side, page in pages.items():
        assert page == pages["raw"], (side, page)
    for side, server in started.items():
        await ask_for(server.port, request, bodies[side], WARM_UP_S)
    found: Rounds = {side: [] for side in started}
    for _ in range(rounds):
        for side, server in started.items():
            found[side].append(await _round(server, request, bodies[side]))
    return found


async def _round(server: PageServer, request: bytes, body: bytes) -> Round:
    cpu_before_s, own_before_s = server.cpu_s(), process_time()
    answers, seconds = await ask_for(server.port, request, body, ROUND_S)
    cpu_s, own_s = server.cpu_s() - cpu_before_s, process_time() - own_before_s
    return Round(cpu_s * 1_000 / answers, answers / seconds, own_s / seconds)


def _ratio(table: Rounds, side: str) -> float:
    """The CPU of a side divided by siyu's, round by round; the median."""
    pairs = zip(table[side], table["siyu"], strict=True)
    return median(each.cpu_ms / siyu.cpu_ms for each, siyu in pairs)


def _told(rounds: list[Round]) -> dict[str, object]:
    return {
        "cpu_ms": round(median(each.cpu_ms for each in rounds), 3),
        "per_s": round(median(each.per_s for each in rounds)),
        "clients_busy": round(median(each.clients_busy for each in rounds), 2),
        "cpu_ms_of_rounds": [round(each.cpu_ms, 3) for each in rounds],
    }
