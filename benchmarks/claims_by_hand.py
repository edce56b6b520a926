"""The other side of the flash sale's benchmark: a claim written by hand, one transaction a claim.

Twice: with the rows that the engine writes, for the same guarantees, the row of the stock locked as late as can be; and
bare, as one who needs nothing but the stock to be right writes it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from time import perf_counter
from uuid import UUID

import asyncpg
import orjson

from benchmarks.by_hand import CONNECTIONS, LOCK_MEMBER, READ_PARTICIPATION
from benchmarks.check_ins import Run
from siyu.clock import utc_now
from siyu.db import Connection, Pool
from siyu.ids import new_id

MINUTES_TO_PAY = timedelta(minutes=15)
PRICE_FEN = 9_900
ITEM = "mug"

CREATE = """
CREATE TABLE by_hand_sale (id uuid PRIMARY KEY, stock int NOT NULL, taken int NOT NULL CHECK (taken <= stock));
CREATE TABLE by_hand_claim (
    id uuid PRIMARY KEY, sale_id uuid NOT NULL REFERENCES by_hand_sale, member_id uuid NOT NULL REFERENCES member,
    idempotency_key text NOT NULL UNIQUE, granted bool NOT NULL, at timestamptz NOT NULL DEFAULT now()
);
"""
OPEN = "INSERT INTO by_hand_sale (id, stock, taken) VALUES ($1, $2, 0)"
LOCK = "SELECT taken < stock FROM by_hand_sale WHERE id = $1 FOR UPDATE"
TAKE = "UPDATE by_hand_sale SET taken = taken + 1 WHERE id = $1"
NOTE = "INSERT INTO by_hand_claim (id, sale_id, member_id, idempotency_key, granted) VALUES ($1, $2, $3, $4, $5)"
GRANTED = "SELECT count(*) FROM by_hand_claim WHERE sale_id = $1 AND granted"

OPEN_COUNTER = "INSERT INTO counter (campaign_id, name, subject, bucket, used, held) VALUES ($1, 'stock', $2, '', 0, 0)"
INSERT_FACT = """
INSERT INTO fact (id, type, member_id, campaign_id, at, arrived_at, idempotency_key, fingerprint, data)
VALUES ($1, 'flash_sale.claim', $2, $3, $4, $4, $5, $6, $7) ON CONFLICT (idempotency_key) DO NOTHING RETURNING id
"""
LOCK_COUNTER = """
SELECT held FROM counter WHERE campaign_id = $1 AND name = 'stock' AND subject = $2 AND bucket = '' FOR NO KEY UPDATE
"""
HOLD = """
UPDATE counter SET held = held + 1 WHERE campaign_id = $1 AND name = 'stock' AND subject = $2 AND bucket = ''
"""
RESERVE = """
INSERT INTO reservation (
    id, campaign_id, member_id, key, counter, subject, bucket, amount, state, created_at, changed_at)
VALUES ($1, $2, $3, $4, 'stock', $5, '', 1, 'held', $6, $6)
"""
PARTICIPATE = """
INSERT INTO participation (id, campaign_id, subject_id, state, state_version, created_at, updated_at)
VALUES ($1, $2, $3, $4, 1, $5, $5)
"""
SCHEDULE = """
INSERT INTO pending_fact (id, type, member_id, campaign_id, data, timer_key, depth, due_at, created_at)
VALUES ($1, 'flash_sale.expire', $2, $3, $4, $5, 0, $6, $7)
"""
DECIDE = """
INSERT INTO decision (id, fact_id, campaign_id, campaign_revision, plugin_version, subject_id, at, effects,
                      refusal_code, refusal_missing)
VALUES ($1, $2, $3, 1, '1.0.0', $4, $5, $6, $7, $8)
"""
HELD = "SELECT count(*) FROM reservation WHERE campaign_id = $1 AND state = 'held'"

# A claim of a member, in a transaction of the connection.
Claim = Callable[[Connection, UUID], Awaitable[None]]


async def claim_bare(sale_id: UUID, connection: Connection, member_id: UUID) -> None:
    """The stock is right, and the answer is kept, so that a retry could be given it; nothing else is."""
    granted = await connection.fetchval(LOCK, sale_id)
    if granted:
        await connection.execute(TAKE, sale_id)
    await connection.execute(NOTE, new_id(), sale_id, member_id, new_id().hex, granted)


async def claim_fully(campaign_id: UUID, stock: int, connection: Connection, member_id: UUID) -> None:
    """With the fact and the decision; of who gets a unit also the reservation, the state and the timer."""
    at, data = utc_now(), orjson.dumps({"item": ITEM, "quantity": 1}).decode()
    await connection.fetchval(LOCK_MEMBER, member_id)
    fact_id = await connection.fetchval(
        INSERT_FACT, new_id(), member_id, campaign_id, at, new_id().hex, b"0" * 16, data
    )
    await connection.fetchrow(READ_PARTICIPATION, campaign_id, member_id)
    held = await connection.fetchval(LOCK_COUNTER, campaign_id, ITEM)
    effects, code, missing = "[]", None, None
    if held < stock:
        effects = await _hold(connection, campaign_id, member_id, fact_id)
    else:
        code, missing = "SOLD_OUT_FOR_NOW", orjson.dumps({"on_hold": held}).decode()
    await connection.execute(DECIDE, new_id(), fact_id, campaign_id, member_id, at, effects, code, missing)


async def _hold(connection: Connection, campaign_id: UUID, member_id: UUID, fact_id: UUID) -> str:
    """Hold a unit until it is to be paid; the effects for the log."""
    at, key = utc_now(), fact_id.hex
    pay_by = at + MINUTES_TO_PAY
    await connection.execute(HOLD, campaign_id, ITEM)
    await connection.execute(RESERVE, new_id(), campaign_id, member_id, key, ITEM, at)
    claim = {"reservation": key, "item": ITEM, "quantity": 1, "amount_fen": PRICE_FEN, "pay_by": pay_by}
    state = orjson.dumps({"claims": [claim]}).decode()
    await connection.execute(PARTICIPATE, new_id(), campaign_id, member_id, state, at)
    timer = orjson.dumps({"reservation": key}).decode()
    await connection.execute(SCHEDULE, new_id(), member_id, campaign_id, timer, key, pay_by, at)
    reserve = {"kind": "reserve", "counter": "stock", "subject": ITEM, "bucket": "", "amount": 1, "reservation": key}
    return orjson.dumps([reserve, {"kind": "set_state"}, {"kind": "schedule", "key": key}]).decode()


async def sell_bare(url: str, stock: int, members: Sequence[UUID], callers: int) -> Run:
    """A sale of so many units in which every member claims one, by callers who share 16 connections."""
    sale_id = new_id()
    async with asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        await pool.execute(OPEN, sale_id, stock)
        run = await _sell(pool, partial(claim_bare, sale_id), members, callers)
        assert await pool.fetchval(GRANTED, sale_id) == min(stock, len(members))
    return run


async def sell_fully(url: str, campaign_id: UUID, stock: int, members: Sequence[UUID], callers: int) -> Run:
    """The same with the rows of the engine, in a campaign that nobody has claimed in."""
    async with asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        await pool.execute(OPEN_COUNTER, campaign_id, ITEM)
        run = await _sell(pool, partial(claim_fully, campaign_id, stock), members, callers)
        assert await pool.fetchval(HELD, campaign_id) == min(stock, len(members))
    return run


async def _sell(pool: Pool, claim: Claim, members: Sequence[UUID], callers: int) -> Run:
    left = iter(members)
    latencies: list[float] = []

    async def call() -> None:
        for member_id in left:
            began = perf_counter()
            async with pool.acquire() as connection, connection.transaction():
                await claim(connection, member_id)
            latencies.append(perf_counter() - began)

    began = perf_counter()
    await asyncio.gather(*(call() for _ in range(callers)))
    return Run(perf_counter() - began, latencies)
