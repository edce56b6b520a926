"""Spends of points, through the engine and by hand: one transaction a spend, with the rows that the engine writes."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from time import perf_counter
from uuid import UUID

import asyncpg
import orjson

from benchmarks.check_ins import Run
from siyu.db import Connection, Pool
from siyu.engine import Engine, NewFact
from siyu.ids import new_id
from siyu.ledger import Purpose, shop_account_id

CONNECTIONS = 16
AMOUNT = 10
SHOP = shop_account_id(Purpose.SPENDING, "points")

LOCK_MEMBER = "SELECT id FROM member WHERE id = $1 FOR NO KEY UPDATE"
INSERT_FACT = """
INSERT INTO fact (id, type, member_id, at, arrived_at, idempotency_key, fingerprint, data)
VALUES ($1, 'value.spent', $2, $3, $3, $4, $5, $6) ON CONFLICT (idempotency_key) DO NOTHING RETURNING id
"""
TAKE = """
UPDATE account SET balance = balance - $2 WHERE member_id = $1 AND unit = 'points' AND balance >= $2
RETURNING id, balance
"""
INSERT_TRANSFER = """
INSERT INTO transfer (id, unit, debit_id, credit_id, amount, member_balance, kind, fact_id, reference, at)
VALUES ($1, 'points', $2, $3, $4, $5, 'spend', $6, $7, $8)
"""
INSERT_DECISION = """
INSERT INTO decision (id, fact_id, subject_id, at, effects) VALUES ($1, $2, $3, $4, $5)
"""
# What features and metrics are brought up to date by.
INSERT_OUTBOX = "INSERT INTO outbox (topic, payload) VALUES ('features', $1), ('metrics', $2)"


async def spend_by_hand(connection: Connection, member_id: UUID, reference: str, key: str, at: datetime) -> None:
    """One spend in one transaction."""
    data = orjson.dumps({"unit": "points", "amount": AMOUNT, "reference": reference}).decode()
    async with connection.transaction():
        await connection.fetchval(LOCK_MEMBER, member_id)
        fact_id = await connection.fetchval(INSERT_FACT, new_id(), member_id, at, key, b"0" * 16, data)
        account = await connection.fetchrow(TAKE, member_id, AMOUNT)
        assert account is not None
        await connection.execute(
            INSERT_TRANSFER, new_id(), account["id"], SHOP, AMOUNT, account["balance"], fact_id, reference, at
        )
        effects = [{"kind": "spend", "unit": "points", "amount": AMOUNT, "reference": reference}]
        await connection.execute(INSERT_DECISION, new_id(), fact_id, member_id, at, orjson.dumps(effects).decode())
        notes = [member_id.hex], [[member_id.hex, int(at.timestamp())]]
        await connection.execute(INSERT_OUTBOX, *(orjson.dumps(note).decode() for note in notes))


async def spend_all_by_hand(url: str, members: Sequence[UUID], at: datetime, callers: int) -> Run:
    """A spend of each of these members, by so many callers who share 16 connections."""
    latencies: list[float] = []
    left = iter([(member_id, new_id().hex, new_id().hex) for member_id in members])

    async def call(pool: Pool) -> None:
        for member_id, reference, key in left:
            began = perf_counter()
            async with pool.acquire() as connection:
                await spend_by_hand(connection, member_id, reference, key, at)
            latencies.append(perf_counter() - began)

    async with asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        began = perf_counter()
        await asyncio.gather(*(call(pool) for _ in range(callers)))
        return Run(perf_counter() - began, latencies)


async def spend_all(engine: Engine, members: Sequence[UUID], at: datetime, callers: int) -> Run:
    """The same through `submit`; each caller waits for its answer before its next call, and any refusal is raised."""
    latencies: list[float] = []
    # What callers send is theirs to make, and is made beforehand.
    left = iter(
        [
            NewFact(
                "value.spent", member, at, {"unit": "points", "amount": AMOUNT, "reference": new_id().hex}, new_id().hex
            )
            for member in members
        ]
    )

    async def call() -> None:
        for fact in left:
            began = perf_counter()
            outcome = await engine.submit(fact)
            latencies.append(perf_counter() - began)
            assert outcome.decisions[0].refusal is None, outcome

    began = perf_counter()
    await asyncio.gather(*(call() for _ in range(callers)))
    return Run(perf_counter() - began, latencies)
