"""Decisions as they are read back from their log."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from siyu.db import Pool
from siyu.engine.outcome import Refusal


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision with the fact it is about; `campaign_id` is None where the core refused the fact itself."""

    id: UUID
    campaign_id: UUID | None
    member_id: UUID
    at: datetime
    effects: tuple[Mapping[str, Any], ...]
    refusal: Refusal | None
    fact_id: UUID
    fact_type: str
    fact_at: datetime


BY_IDS = """
SELECT decision.id, decision.campaign_id, subject_id, decision.at, effects, refusal_code, refusal_missing,
       fact.id AS fact_id, fact.type, fact.at AS fact_at
FROM decision JOIN fact ON fact.id = decision.fact_id
WHERE decision.id = ANY($1::uuid[])
"""


async def decisions_by_id(pool: Pool, ids: Collection[UUID]) -> dict[UUID, DecisionRow]:
    """Those of these decisions that exist."""
    return {record["id"]: _decision(record) for record in await pool.fetch(BY_IDS, list(ids))}


def _decision(record: asyncpg.Record) -> DecisionRow:
    code = record["refusal_code"]
    return DecisionRow(
        record["id"],
        record["campaign_id"],
        record["subject_id"],
        record["at"],
        tuple(orjson.loads(record["effects"])),
        Refusal(code, orjson.loads(record["refusal_missing"])) if code is not None else None,
        record["fact_id"],
        record["type"],
        record["fact_at"],
    )
