"""Redis is flushed and killed while facts are submitted: nobody notices, and the boards come back as SQL has them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, datetime, timedelta
from itertools import product
from random import Random
from uuid import UUID

import httpx
import pytest

from api.app import build_app
from api.embedded import Servers
from api.identity import Tokens
from api.server import working
from api.services import Services, open_services
from api.settings import Settings
from siyu.boards import BoardEntry, BoardWindow, fold_everything, queries, window_key
from siyu.cache import open_redis
from siyu.db import Pool
from siyu.engine import NewFact, Outcome
from siyu.ledger.verify import verify_ledger
from tests.api.graphql import ask, operator_token
from tests.api.own_valkey import OwnValkey, own_valkey
from tests.factories import add_campaign, add_members, paid, sign
from tests.seeds import seeded_random

FACTS = 2_000
MEMBERS = 120
DAYS = 9
# Facts are submitted in waves, so that the disasters fall between and into them.
WAVE = 50
PAUSE_S = 0.05
# Far more than it takes: a busy machine is no reason to fail.
BACK_TIMEOUT_S = 120.0
POLL_S = 0.05
PAGE = 50
# The boards that these facts move.
SCORED = ("points", "spend", "streak")

LEADERBOARD = """
{ leaderboard(board: "spend", window: ALL) { exact entries(first: 10) { nodes { rank score } } } }
"""
RANKING = """
SELECT member_id, score, reached_at FROM board_score WHERE board = $1 AND window_key = $2 AND score > 0
ORDER BY score DESC, reached_at, member_id DESC
"""

Disaster = Callable[[OwnValkey, Random], Awaitable[None]]


async def flushes(valkey: OwnValkey, random: Random) -> None:
    """FLUSHALL at random moments."""
    async with open_redis(valkey.url) as client:
        for _ in range(5):
            await asyncio.sleep(random.uniform(0.1, 0.5))
            await client.flushall()


async def deaths(valkey: OwnValkey, random: Random) -> None:
    """kill -9 at random moments, and a new start after a while."""
    for _ in range(2):
        await asyncio.sleep(random.uniform(0.1, 0.6))
        await valkey.kill()
        await asyncio.sleep(random.uniform(0.3, 0.8))
        await valkey.start()


@pytest.fixture
async def valkey() -> AsyncIterator[OwnValkey]:
    """A Valkey that the test may kill."""
    async with own_valkey() as running:
        yield running


@pytest.fixture
async def shop(
    settings: Settings, database_url: str, valkey: OwnValkey, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Services]:
    """A process with a worker's loops in it."""
    # A busy machine must not turn a test of Redis into a test of SQL.
    monkeypatch.setattr(queries, "REDIS_READ_TIMEOUT_S", BACK_TIMEOUT_S)
    async with open_services(settings, Servers(database_url, valkey.url)) as services, working(services):
        yield services


@pytest.mark.parametrize("disaster", [flushes, deaths])
async def test_the_boards_come_back_and_no_caller_is_told(
    shop: Services, pool: Pool, tokens: Tokens, valkey: OwnValkey, disaster: Disaster
) -> None:
    seed, random = seeded_random()
    print(f"seed {seed}")
    facts = await some_facts(pool, random, shop.clock())
    stop = asyncio.Event()
    watching = asyncio.create_task(watch(shop, operator_token(tokens), stop))

    outcomes, _ = await asyncio.gather(submit(shop, facts), disaster(valkey, random))
    stop.set()

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert len(outcomes) == FACTS
    async with asyncio.timeout(BACK_TIMEOUT_S):
        await fold_everything(pool)
        for board, window in product(SCORED, BoardWindow):
            await until_as_in_sql(shop, board, window)
    assert await watching > 0
    assert not any(finding.violations for finding in await verify_ledger(pool, lambda done, total: None))


async def some_facts(pool: Pool, random: Random, now: datetime) -> list[NewFact]:
    """Orders and check-ins of some days, oldest first; few amounts and few moments, so that there are ties."""
    await add_campaign(pool, "purchase", {"lateness_days": None})
    check_in = await add_campaign(pool, "check_in")
    members = await add_members(pool, MEMBERS)
    drawn: list[tuple[datetime, UUID]] = sorted(
        (now - timedelta(days=random.randrange(DAYS)), random.choice(members)) for _ in range(FACTS)
    )
    return [
        sign(check_in, member, at) if random.random() < 0.3 else paid(member, f"C{n}", random.choice((500, 1000)), at)
        for n, (at, member) in enumerate(drawn)
    ]


async def submit(shop: Services, facts: list[NewFact]) -> list[Outcome | BaseException]:
    """What became of every fact."""
    outcomes: list[Outcome | BaseException] = []
    for start in range(0, len(facts), WAVE):
        wave = (shop.engine.submit(fact) for fact in facts[start : start + WAVE])
        outcomes += await asyncio.gather(*wave, return_exceptions=True)
        await asyncio.sleep(PAUSE_S)
    return outcomes


async def watch(shop: Services, token: str, stop: asyncio.Event) -> int:
    """Ask for a leaderboard over GraphQL until told to stop, and count the answers; each must be good."""
    transport, answers = httpx.ASGITransport(build_app(shop)), 0
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        while not stop.is_set():
            nodes = (await ask(client, LEADERBOARD, token))["leaderboard"]["entries"]["nodes"]
            assert [node["rank"] for node in nodes] == list(range(1, len(nodes) + 1))
            answers += 1
            await asyncio.sleep(PAUSE_S)
    return answers


async def until_as_in_sql(shop: Services, board: str, window: BoardWindow) -> None:
    """Wait until Redis has the present window, page by page as SQL has it."""
    day = shop.leaderboards.today()
    rows = await shop.pool.fetch(RANKING, board, window_key(window, day))
    expected = [BoardEntry(rank, *row) for rank, row in enumerate(rows, 1)]
    assert expected
    while await ranking_of_redis(shop, board, window, day) != expected:
        await asyncio.sleep(POLL_S)


async def ranking_of_redis(shop: Services, board: str, window: BoardWindow, day: date) -> list[BoardEntry] | None:
    """All pages, one after the other; None while any of them is SQL's or not exact."""
    entries: list[BoardEntry] = []
    while True:
        page = await shop.leaderboards.top(board, window, day, PAGE, after_rank=len(entries))
        if page.revision.startswith("sql.") or not page.exact:
            return None
        entries += page.entries
        if not page.has_next:
            return entries
