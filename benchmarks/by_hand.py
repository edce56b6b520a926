"""The other side of the engine benchmark: a check-in's rows written by hand, one transaction a call.

Written as one would without an engine, with the same guarantees: the member is locked, the state read and judged, and
the same rows are written, a statement a table, prepared once a connection.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from time import perf_counter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import orjson

from siyu.db import Connection, Pool
from siyu.ids import new_id

CONNECTIONS = 16
STREAK_POINTS = (5, 5, 6, 6, 8, 8, 10)

LOCK_MEMBER = "SELECT id FROM member WHERE id = $1 FOR NO KEY UPDATE"
INSERT_FACT = """
INSERT INTO fact (id, type, member_id, campaign_id, at, arrived_at, idempotency_key, fingerprint, data)
VALUES ($1, 'check_in.sign', $2, $3, $4, $4, $5, $6, '{}') ON CONFLICT (idempotency_key) DO NOTHING RETURNING id
"""
READ_CAMPAIGN = "SELECT state, starts_at, ends_at, config FROM campaign WHERE id = $1"
READ_PARTICIPATION = "SELECT id, state FROM participation WHERE campaign_id = $1 AND subject_id = $2"
WRITE_PARTICIPATION = """
INSERT INTO participation (id, campaign_id, subject_id, state, state_version, created_at, updated_at)
VALUES ($1, $2, $3, $4, 1, $5, $5)
ON CONFLICT (campaign_id, subject_id) DO UPDATE SET state = EXCLUDED.state, updated_at = EXCLUDED.updated_at
"""
ADD_POINTS = """
INSERT INTO account (id, member_id, unit, balance) VALUES ($1, $2, 'points', $3)
ON CONFLICT (member_id, unit) DO UPDATE SET balance = account.balance + EXCLUDED.balance RETURNING id, balance
"""
INSERT_TRANSFER = """
INSERT INTO transfer (id, unit, debit_id, credit_id, amount, member_balance, kind, fact_id, at)
VALUES ($1, 'points', $2, $3, $4, $5, 'grant', $6, $7)
"""
INSERT_DECISION = """
INSERT INTO decision (id, fact_id, campaign_id, campaign_revision, plugin_version, subject_id, at, once_key, effects)
VALUES ($1, $2, $3, 1, '1.0.0', $4, $5, $6, $7)
"""
# What boards, features and metrics are brought up to date by.
INSERT_OUTBOX = "INSERT INTO outbox (topic, payload) VALUES ('scores', $1), ('features', $2), ('metrics', $3)"


async def sign_by_hand(
    connection: Connection, campaign_id: UUID, issuer_id: UUID, member_id: UUID, at: datetime, zone: ZoneInfo
) -> None:
    """One check-in in one transaction."""
    day = at.astimezone(zone).date()
    async with connection.transaction():
        await connection.fetchval(LOCK_MEMBER, member_id)
        fact_id = await connection.fetchval(INSERT_FACT, new_id(), member_id, campaign_id, at, new_id().hex, b"0" * 16)
        await connection.fetchrow(READ_CAMPAIGN, campaign_id)
        row = await connection.fetchrow(READ_PARTICIPATION, campaign_id, member_id)
        state: dict[str, Any] = orjson.loads(row["state"]) if row else {"last_day": None, "streak": 0, "days": 0}
        streak = state["streak"] + 1 if state["last_day"] == (day - timedelta(days=1)).isoformat() else 1
        points = STREAK_POINTS[(streak - 1) % len(STREAK_POINTS)]
        state = {"last_day": day.isoformat(), "streak": streak, "best_streak": streak, "days": state["days"] + 1}
        participation_id = row["id"] if row else new_id()
        await connection.execute(
            WRITE_PARTICIPATION, participation_id, campaign_id, member_id, orjson.dumps(state).decode(), at
        )
        account = await connection.fetchrow(ADD_POINTS, new_id(), member_id, points)
        assert account is not None
        await connection.execute(
            INSERT_TRANSFER, new_id(), issuer_id, account["id"], points, account["balance"], fact_id, at
        )
        effects = orjson.dumps(
            [
                {"kind": "once", "key": day.isoformat()},
                {"kind": "grant", "unit": "points", "amount": points, "reference": None},
                {"kind": "set_state"},
                {"kind": "score", "board": "streak", "value": streak},
            ]
        ).decode()
        await connection.execute(
            INSERT_DECISION, new_id(), fact_id, campaign_id, member_id, at, day.isoformat(), effects
        )
        await connection.execute(INSERT_OUTBOX, *left_for_the_worker(member_id.hex, day, at, points, streak))


def left_for_the_worker(member: str, day: date, at: datetime, points: int, streak: int) -> list[str]:
    """The notes of one check-in, as a batch of one leaves them."""
    at_s = int(at.timestamp())
    changes = [
        [board, day, [], [member], [at_s * 1_000_000], [value]]
        for board, value in (("streak", streak), ("points", points))
    ]
    return [orjson.dumps(note).decode() for note in (changes, [member], [[member, at_s]])]


async def sign_all_by_hand(
    url: str,
    campaign_id: UUID,
    issuer_id: UUID,
    signs: Sequence[tuple[UUID, datetime]],
    zone: ZoneInfo,
    callers: int,
) -> tuple[float, list[float]]:
    """All check-ins by so many callers who share 16 connections: the seconds it took, and each call's latency in s."""
    latencies: list[float] = []
    left = iter(signs)

    async def call(pool: Pool) -> None:
        for member_id, at in left:
            began = perf_counter()
            async with pool.acquire() as connection:
                await sign_by_hand(connection, campaign_id, issuer_id, member_id, at, zone)
            latencies.append(perf_counter() - began)

    async with asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        began = perf_counter()
        await asyncio.gather(*(call(pool) for _ in range(callers)))
        return perf_counter() - began, latencies
