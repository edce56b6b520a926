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
from siyu.paging import Page, cut_page


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision with the fact it is about; `campaign_id` is None where the core refused the fact itself.

    `revision` and `plugin_version` say what decided; they are None with the campaign.
    """

    id: UUID
    campaign_id: UUID | None
    member_id: UUID
    at: datetime
    effects: tuple[Mapping[str, Any], ...]
    refusal: Refusal | None
    fact_id: UUID
    fact_type: str
    fact_at: datetime
    revision: int | None
    plugin_version: str | None


COLUMNS = """
decision.id, decision.campaign_id, subject_id, decision.at, effects, refusal_code, refusal_missing,
fact.id AS fact_id, fact.type, fact.at AS fact_at, campaign_revision, plugin_version
"""

BY_IDS = f"""
SELECT {COLUMNS} FROM decision JOIN fact ON fact.id = decision.fact_id WHERE decision.id = ANY($1::uuid[])
"""


# Each kind of page walks one index: decision_campaign, fact_member or decision_fact. A member's decisions are in the
# order in which it happened, a campaign's and a fact's in the order in which it was decided. The first page begins at
# the end of all ids and times instead of without a bound: one plan, that goes straight to the place, serves every page.
NEWEST = "'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid"

OF_CAMPAIGN = f"""
SELECT {COLUMNS} FROM decision JOIN fact ON fact.id = decision.fact_id
WHERE decision.campaign_id = $1 AND decision.id < coalesce($2::uuid, {NEWEST})
ORDER BY decision.id DESC LIMIT $3
"""

OF_MEMBER = f"""
SELECT {COLUMNS} FROM fact JOIN decision ON decision.fact_id = fact.id
WHERE fact.member_id = $1 AND ($2::uuid IS NULL OR decision.campaign_id = $2)
  AND fact.at <= coalesce($3::timestamptz, 'infinity')
  AND (fact.at, decision.id) < (coalesce($3::timestamptz, 'infinity'), coalesce($4::uuid, {NEWEST}))
ORDER BY fact.at DESC, decision.id DESC LIMIT $5
"""

# The same of a person who was several members, each of whom has a history of their own: sorted, not walked.
OF_PERSON = OF_MEMBER.replace("fact.member_id = $1", "fact.member_id = ANY($1::uuid[])")
MERGED_INTO = "SELECT id FROM member WHERE merged_into = $1"

OF_FACT = f"""
SELECT {COLUMNS} FROM decision JOIN fact ON fact.id = decision.fact_id
WHERE decision.fact_id = $1 AND ($2::uuid IS NULL OR fact.member_id = $2)
  AND decision.id < coalesce($3::uuid, {NEWEST})
ORDER BY decision.id DESC LIMIT $4
"""

# Where a decision stands: when its fact happened, and its id.
DecisionKey = tuple[datetime, UUID]


@dataclass(frozen=True, slots=True)
class DecisionsWanted:
    """A page of decisions, newest first, those beyond `after`: about one fact, about one member or of one campaign.

    With a member, only those about the member; at least one of the three is given.
    """

    limit: int
    fact_id: UUID | None = None
    member_id: UUID | None = None
    campaign_id: UUID | None = None
    after: DecisionKey | None = None


async def decision_page(pool: Pool, wanted: DecisionsWanted) -> Page[DecisionRow]:
    """The wanted decisions."""
    at, last = wanted.after or (None, None)
    size = wanted.limit + 1
    if wanted.fact_id is not None:
        records = await pool.fetch(OF_FACT, wanted.fact_id, wanted.member_id, last, size)
    elif wanted.member_id is not None:
        others = [row[0] for row in await pool.fetch(MERGED_INTO, wanted.member_id)]
        whose = [wanted.member_id, *others] if others else wanted.member_id
        records = await pool.fetch(OF_PERSON if others else OF_MEMBER, whose, wanted.campaign_id, at, last, size)
    else:
        records = await pool.fetch(OF_CAMPAIGN, wanted.campaign_id, last, size)
    return cut_page([_decision(record) for record in records], wanted.limit)


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
        record["campaign_revision"],
        record["plugin_version"],
    )
