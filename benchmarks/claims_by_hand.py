"""The other side of the flash sale's benchmark: a claim written by hand, one transaction a claim.

As one writes it without an engine: lock the row of the stock, judge, take, note the claim, commit.
"""

import asyncio
from collections.abc import Sequence
from time import perf_counter
from uuid import UUID

import asyncpg

from benchmarks.by_hand import CONNECTIONS
from benchmarks.check_ins import Run
from siyu.db import Connection, Pool
from siyu.ids import new_id

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


async def claim_by_hand(connection: Connection, sale_id: UUID, member_id: UUID) -> None:
    """One claim in one transaction, granted or not; the answer is kept, so that a retry could be given it."""
    async with connection.transaction():
        granted = await connection.fetchval(LOCK, sale_id)
        if granted:
            await connection.execute(TAKE, sale_id)
        await connection.execute(NOTE, new_id(), sale_id, member_id, new_id().hex, granted)


async def claim_all_by_hand(url: str, stock: int, members: Sequence[UUID], callers: int) -> Run:
    """A sale of so many units in which every member claims one, by callers who share 16 connections."""
    sale_id, left = new_id(), iter(members)
    latencies: list[float] = []

    async def call(pool: Pool) -> None:
        for member_id in left:
            began = perf_counter()
            async with pool.acquire() as connection:
                await claim_by_hand(connection, sale_id, member_id)
            latencies.append(perf_counter() - began)

    async with asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        await pool.execute(OPEN, sale_id, stock)
        began = perf_counter()
        await asyncio.gather(*(call(pool) for _ in range(callers)))
        run = Run(perf_counter() - began, latencies)
        assert await pool.fetchval(GRANTED, sale_id) == min(stock, len(members))
    return run
