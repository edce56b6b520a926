"""A flash sale over HTTP: two server processes, two processes of clients, and somebody who watches the counter."""

import asyncio
import multiprocessing
import re
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from uuid import UUID

import orjson

from api.identity import load_tokens
from api.settings import Settings
from benchmarks.check_ins import Run
from benchmarks.claims_over_http import Answers, claim_request, send_all
from benchmarks.shop import add_campaign
from schema import Principal, Role
from siyu.clock import utc_now
from siyu.db import Pool

SERVERS = 2
# To each server; as many members have sent their claim and wait for the answer.
CONNECTIONS = 128
TOKEN_LIFE = timedelta(hours=1)
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
# For the clients' processes to start and to connect.
PREPARE_S = 3.0
WATCH_S = 0.02
ITEM = "mug"
ROOT = Path(__file__).parent.parent
SERVES = re.compile(rb"siyu serves (http://\S+)/graphql")
NOTHING_LEFT = frozenset({"SOLD_OUT", "SOLD_OUT_FOR_NOW"})

TAKEN = "SELECT coalesce(sum(used + held), 0)::int FROM counter WHERE campaign_id = $1 AND name = 'stock'"
HELD = "SELECT count(*) FROM reservation WHERE campaign_id = $1 AND state = 'held'"
DECIDED = "SELECT count(*) FROM decision WHERE campaign_id = $1"


@dataclass(frozen=True, slots=True)
class HttpSale:
    """A sale that was checked: its run, how often the counter was looked at meanwhile, and how many were decided."""

    run: Run
    looks: int
    decided: int


@asynccontextmanager
async def server_processes(data: Path) -> AsyncIterator[list[str]]:
    """The addresses of servers that share a data folder; each is a process, gone after the block."""
    log = data / "serve.log"
    processes = [await _start(data, log) for _ in range(SERVERS)]
    try:
        yield [await _address(process, log) for process in processes]
    finally:
        for process in processes:
            process.send_signal(signal.SIGINT)
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await process.wait()


async def _start(data: Path, log: Path) -> asyncio.subprocess.Process:
    """A server whose log, a line for each claim, is a file, as a shop's is."""
    command = (sys.executable, "-m", "api", "serve", "--port", "0", "--data", str(data))
    with log.open("ab") as stderr:
        return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=stderr)


async def _address(process: asyncio.subprocess.Process, log: Path) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(START_TIMEOUT_S):
        line = await process.stdout.readline()
    found = SERVES.search(line)
    assert found, await asyncio.to_thread(log.read_text)
    return found[1].decode()


async def sell_over_http(
    pool: Pool, data: Path, addresses: Sequence[str], members: Sequence[UUID], stock: int
) -> HttpSale:
    """A sale in which every member claims one unit; asserts that exactly as many are sold as there are, at any time."""
    campaign = await add_campaign(pool, "flash_sale", {"items": [{"key": ITEM, "stock": stock}]})
    tokens, now = load_tokens(Settings(data=data, _env_file=None)), utc_now()
    requests: list[list[bytes]] = [[] for _ in addresses]
    for number, member in enumerate(members):
        place = number % len(addresses)
        token = tokens.issue(Principal(Role.MEMBER, member_id=member), now, TOKEN_LIFE)
        requests[place].append(claim_request(addresses[place], campaign, ITEM, token))
    sold = asyncio.Event()
    watching = asyncio.create_task(_watch(pool, campaign, stock, sold))
    answers = await _send(addresses, requests)
    sold.set()
    looks = await watching
    _check(answers, stock)
    assert await pool.fetchval(TAKEN, campaign) == await pool.fetchval(HELD, campaign) == stock
    seconds = max(each.ended for each in answers) - min(each.began for each in answers)
    run = Run(seconds, [latency for each in answers for latency in each.latencies])
    return HttpSale(run, looks, await pool.fetchval(DECIDED, campaign))


async def _send(addresses: Sequence[str], requests: Sequence[Sequence[bytes]]) -> list[Answers]:
    """The clients of each server in a process of their own."""
    loop, begin_at = asyncio.get_running_loop(), perf_counter() + PREPARE_S
    with ProcessPoolExecutor(len(addresses), mp_context=multiprocessing.get_context("spawn")) as executor:
        return await asyncio.gather(
            *(
                loop.run_in_executor(executor, send_all, address, share, CONNECTIONS, begin_at)
                for address, share in zip(addresses, requests, strict=True)
            )
        )


async def _watch(pool: Pool, campaign: UUID, stock: int, sold: asyncio.Event) -> int:
    """Look at the counter again and again; how often. More than there are must never be taken."""
    looks = 0
    while not sold.is_set():
        taken = await pool.fetchval(TAKEN, campaign)
        assert taken <= stock, f"{taken} of {stock} units are taken"
        looks += 1
        await asyncio.sleep(WATCH_S)
    return looks


def _check(answers: Sequence[Answers], stock: int) -> None:
    """Every claim got a reservation of its own, or was told that nothing is left."""
    reservations: set[str] = set()
    granted = 0
    for body in (body for each in answers for body in each.bodies):
        told = orjson.loads(body)["data"]["flashSaleClaim"]
        codes = {error["code"] for error in told["userErrors"]}
        assert codes <= NOTHING_LEFT, told
        granted += not codes
        reservations |= {effect["reservation"] for effect in told["effects"] if effect["kind"] == "reserve"}
    assert granted == len(reservations) == stock, (granted, len(reservations))
