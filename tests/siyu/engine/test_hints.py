"""Sold-out hints: they spare the engine, are believed for a second, and keep nobody from what is theirs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

import orjson
import pytest

from plugins.flash_sale.campaign import FLASH_SALE
from siyu.cache import RedisClient, open_redis
from siyu.clock import utc_now
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine, HintBoard, NewFact, Refusal, hint_board
from siyu.engine.hint_board import LIFETIME_S
from siyu.engine.intake import action_fact
from siyu.ids import new_id
from tests.factories import SHANGHAI, add_campaign, add_members, registry_of
from tests.seeds import seeded_random

REGISTRY = registry_of(FLASH_SALE)
CLAIM, CANCEL, *_ = FLASH_SALE.actions
NOWHERE = "unix:///nowhere/at/all.sock"
# The second that a hint lives, as long as no machine is too slow for it.
LIFE_S, LIFE_MS = 60.0, 60_000
# Until what one process has found out has come to another one that asks for it; nothing comes later where none should.
SPREAD_TIMEOUT_S, NOTHING_AFTER_S = 60.0, 0.5
REFUSALS_MAX = 50
POLL_S = 0.01
ON_HOLD = Refusal("SOLD_OUT_FOR_NOW", {"on_hold": 1})


class Seconds:
    """The clock that nobody sets, as a test moves it on."""

    def __init__(self) -> None:
        self.moved = 0.0

    def __call__(self) -> float:
        return monotonic() + self.moved


class Sale:
    """One mug and one lamp, sold by two processes that have a Redis in common."""

    def __init__(self, pools: tuple[Pool, Pool], redis: RedisClient) -> None:
        self.pool, self.redis, self.seconds = pools[0], redis, Seconds()
        self.boards = [HintBoard(redis, utc_now, self.seconds) for _ in pools]
        self.here, self.there = (
            Engine(pool, REGISTRY, SHANGHAI, BatchLimits(), hints=board)
            for pool, board in zip(pools, self.boards, strict=True)
        )
        self.campaign, self.members = UUID(int=0), list[UUID]()

    async def open(self, **fields: Any) -> None:
        """With these fields of the config, and a few members; both processes know of it."""
        items = [{"key": "mug", "stock": 1}, {"key": "lamp", "stock": 1}]
        self.campaign = await add_campaign(self.pool, "flash_sale", {"items": items, **fields})
        self.members = await add_members(self.pool, 4)
        for engine in (self.here, self.there):
            await engine.submit(self.claim(3, item="nothing"))

    def claim(self, member: int, key: str | None = None, item: str = "mug", at: datetime | None = None) -> NewFact:
        """A member claims one."""
        return self.action(CLAIM, member, {"item": item}, key, at)

    def action(
        self, action: Any, member: int, data: Any, key: str | None = None, at: datetime | None = None
    ) -> NewFact:
        """A member does something."""
        now = at or utc_now()
        return action_fact(FLASH_SALE, action, self.campaign, self.members[member], data, key or new_id().hex, now)

    async def sell_out(self) -> tuple[NewFact, NewFact]:
        """The first member gets the mug, the second finds it gone: their claims."""
        claims = self.claim(0), self.claim(1)
        refusals = [(await self.here.submit(claim)).decisions[0].refusal for claim in claims]
        assert refusals == [None, ON_HOLD]
        return claims

    async def hinted_there(self, within_s: float = SPREAD_TIMEOUT_S) -> Refusal | None:
        """What the other process is told once what is known in Redis can have come to it."""
        ends = monotonic() + within_s
        while monotonic() < ends:
            refusal = await self.there.hinted(self.claim(2))
            if refusal is not None:
                return refusal
            await asyncio.sleep(POLL_S)
        return None

    async def facts(self) -> int:
        """How many are written down."""
        count: int = await self.pool.fetchval("SELECT count(*) FROM fact")
        return count


@pytest.fixture(autouse=True)
def long_life(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hints live for a minute."""
    monkeypatch.setattr(hint_board, "LIFETIME_S", LIFE_S)


def test_a_hint_lives_for_a_second() -> None:
    assert LIFETIME_S == 1.0


@pytest.fixture
async def sale(pool: Pool, other_pool: Pool, redis: RedisClient) -> AsyncIterator[Sale]:
    opened = Sale((pool, other_pool), redis)
    await opened.open()
    yield opened
    for engine in (opened.here, opened.there):
        await engine.drain()
    for board in opened.boards:
        await board.close()


async def test_what_one_refusal_said_everybody_is_told_without_a_decision(sale: Sale) -> None:
    assert await sale.here.hinted(sale.claim(2)) is None
    await sale.sell_out()
    before = await sale.facts()

    assert await sale.here.hinted(sale.claim(2)) == ON_HOLD
    assert await sale.hinted_there() == ON_HOLD
    assert await sale.facts() == before


async def test_a_hint_is_believed_for_a_second_and_no_longer(sale: Sale) -> None:
    await sale.sell_out()

    sale.seconds.moved = LIFE_S / 2
    assert await sale.here.hinted(sale.claim(2)) == ON_HOLD
    sale.seconds.moved = LIFE_S
    assert await sale.here.hinted(sale.claim(2)) is None


async def test_in_redis_it_ends_with_the_second_that_began_when_the_database_was_read(sale: Sale) -> None:
    await sale.sell_out()
    assert await sale.hinted_there() == ON_HOLD
    [key] = await sale.redis.keys("{siyu:hint:*")

    # Half of it is more than a busy machine has taken since.
    assert LIFE_S * 500 < await sale.redis.pttl(key) < LIFE_S * 1_000
    assert await sale.there.hinted(sale.claim(2)) == ON_HOLD
    await sale.redis.delete(key)
    sale.seconds.moved = LIFE_S
    assert await sale.there.hinted(sale.claim(2)) is None


async def test_a_unit_that_comes_back_can_be_had_within_a_second(sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody presses the button all the time, at whatever process."""
    monkeypatch.setattr(hint_board, "LIFETIME_S", LIFETIME_S)
    seed, random = seeded_random()
    print(f"seed {seed}")
    winner, _ = await sale.sell_out()
    for _ in range(REFUSALS_MAX):
        if await sale.hinted_there(NOTHING_AFTER_S) == ON_HOLD:
            break
        await sale.here.submit(sale.claim(1))
    reservation = (await sale.here.submit(winner)).fact_id.hex

    given_back = await sale.here.submit(sale.action(CANCEL, 0, {"reservation": reservation}))
    since_s, hinted_s = monotonic(), list[float]()
    assert given_back.decisions[0].refusal is None
    while True:
        engine, claim, pressed_s = random.choice((sale.here, sale.there)), sale.claim(2), monotonic() - since_s
        if await engine.hinted(claim) is None:
            break
        hinted_s.append(pressed_s)
        await asyncio.sleep(POLL_S)

    assert (await engine.submit(claim)).decisions[0].refusal is None
    assert all(pressed_s < 1.0 for pressed_s in hinted_s)


async def test_a_claim_that_was_answered_is_given_its_first_answer(sale: Sale) -> None:
    first, second = await sale.sell_out()

    for claim in (first, second):
        assert await sale.here.hinted(claim) is None
        assert await sale.there.hinted(claim) is None
    assert await sale.hinted_there() == ON_HOLD
    for claim in (first, second):
        assert await sale.there.hinted(claim) is None
        assert await sale.there.submit(claim) == await sale.here.submit(claim)


async def test_a_claim_that_is_being_decided_is_no_stranger(sale: Sale) -> None:
    await sale.sell_out()
    claim = sale.claim(2)
    deciding = asyncio.create_task(sale.here.submit(claim))
    await asyncio.sleep(0)

    assert await sale.here.hinted(claim) is None
    assert (await deciding).decisions[0].refusal == ON_HOLD


async def test_other_items_and_other_actions_go_on(sale: Sale) -> None:
    winner, _ = await sale.sell_out()
    reservation = (await sale.here.submit(winner)).fact_id.hex

    assert await sale.here.hinted(sale.claim(2)) == ON_HOLD
    assert await sale.here.hinted(sale.claim(2, item="lamp")) is None
    assert await sale.here.hinted(sale.action(CANCEL, 0, {"reservation": reservation})) is None


async def test_a_sale_that_is_paused_says_so_itself(sale: Sale) -> None:
    await sale.sell_out()
    await sale.pool.execute("UPDATE campaign SET state = 'paused'")
    lamp = await sale.here.submit(sale.claim(2, item="lamp"))

    assert lamp.decisions[0].refusal == Refusal("CAMPAIGN_NOT_OPEN", {})
    assert await sale.here.hinted(sale.claim(2)) is None


async def test_what_a_slot_has_sold_out_the_next_one_has(sale: Sale) -> None:
    slots = [{"start": f"{hour:02}:00", "end": f"{hour + 1:02}:00"} for hour in range(23)]
    await sale.open(items=[{"key": "mug", "stock": 2, "slot_stock": 1}], slots=slots)
    # Tomorrow: what is to be paid until a moment in the past is for sale again at once.
    now = (utc_now() + timedelta(days=1)).astimezone(SHANGHAI).replace(hour=9, minute=59, second=59)
    claims = [sale.claim(member, at=now) for member in (0, 1)]
    refusals = [(await sale.here.submit(claim)).decisions[0].refusal for claim in claims]

    assert refusals == [None, Refusal("SLOT_SOLD_OUT", {})]
    assert await sale.here.hinted(sale.claim(2, at=now)) == Refusal("SLOT_SOLD_OUT", {})
    assert await sale.here.hinted(sale.claim(2, at=now + timedelta(seconds=1))) is None


async def test_a_refusal_that_is_about_the_member_says_nothing_of_others(sale: Sale) -> None:
    """The member's limit is looked at first, also where nothing is left."""
    await sale.here.submit(sale.claim(0))
    again = await sale.here.submit(sale.claim(0))

    assert again.decisions[0].refusal == Refusal("MEMBER_LIMIT", {"most": 1, "left": 0})
    assert await sale.here.hinted(sale.claim(2)) is None


async def test_what_the_batch_gives_back_after_all_is_not_hinted_at(sale: Sale) -> None:
    winner = sale.claim(0)
    reservation = (await sale.here.submit(winner)).fact_id.hex
    refused, given_back = await asyncio.gather(
        sale.here.submit(sale.claim(1)), sale.here.submit(sale.action(CANCEL, 0, {"reservation": reservation}))
    )

    assert (refused.decisions[0].refusal, given_back.decisions[0].refusal) == (ON_HOLD, None)
    assert await sale.here.hinted(sale.claim(2)) is None


async def test_a_flushed_redis_costs_others_a_decision(sale: Sale) -> None:
    await sale.sell_out()
    await sale.boards[0].close()
    await sale.redis.flushall()

    assert await sale.hinted_there(NOTHING_AFTER_S) is None
    assert (await sale.there.submit(sale.claim(2))).decisions[0].refusal == ON_HOLD
    assert await sale.there.hinted(sale.claim(3)) == ON_HOLD


async def test_without_redis_every_process_knows_what_it_found_out_itself(pool: Pool, other_pool: Pool) -> None:
    async with open_redis(NOWHERE) as redis:
        sale = Sale((pool, other_pool), redis)
        await sale.open()
        await sale.sell_out()

        assert await sale.here.hinted(sale.claim(2)) == ON_HOLD
        assert await sale.hinted_there(NOTHING_AFTER_S) is None
        for board in sale.boards:
            await board.close()


def value(age_s: float = 0.0, code: str = "SOLD_OUT", missing: object = None) -> bytes:
    """A hint as Redis has it."""
    return orjson.dumps([utc_now().timestamp() - age_s, code, {} if missing is None else missing])


@pytest.mark.parametrize(
    ("made", "ms"),
    [
        pytest.param(lambda: b"\xff", LIFE_MS, id="no text"),
        pytest.param(lambda: b"{}", LIFE_MS, id="no hint"),
        pytest.param(lambda: value(missing=5), LIFE_MS, id="no words"),
        pytest.param(lambda: value(code="FREE_MUGS"), LIFE_MS, id="not the campaign's words"),
        pytest.param(value, None, id="kept for ever"),
        pytest.param(lambda: value(age_s=LIFE_S), 60 * LIFE_MS, id="too old"),
        pytest.param(lambda: value(age_s=-5 * LIFE_S), LIFE_MS, id="from the future"),
    ],
)
async def test_redis_may_hold_anything(sale: Sale, made: Callable[[], bytes], ms: int | None) -> None:
    await sale.sell_out()
    assert await sale.hinted_there() == ON_HOLD
    [key] = await sale.redis.keys("{siyu:hint:*")
    await sale.boards[0].close()
    stranger = Sale((sale.pool, sale.pool), sale.redis)
    stranger.campaign, stranger.members = sale.campaign, sale.members
    await stranger.there.submit(sale.claim(3, item="nothing"))

    await sale.redis.set(key, made(), px=ms)
    assert await stranger.hinted_there(NOTHING_AFTER_S) is None
    # What is not the campaign's word may be believed, as long as a hint is.
    stranger.seconds.moved = LIFE_S
    await sale.redis.set(key, value(), px=LIFE_MS)
    assert await stranger.hinted_there() == Refusal("SOLD_OUT", {})
    await stranger.boards[1].close()
