"""Questionnaires to and from the database: a new version of one, the present ones, and what was answered."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from siyu.db import Pool
from siyu.errors import NotFound
from siyu.groups.questionnaire import Question, parse_questions, to_json

# Under the group's lock, so that two that are set at once become two versions.
LOCK = "SELECT FROM community WHERE id = $1 FOR NO KEY UPDATE"
LATEST = """
SELECT DISTINCT ON (community_id) community_id, version, questions, created_at FROM questionnaire
WHERE community_id = ANY($1::uuid[]) ORDER BY community_id, version DESC
"""
ADD = """
INSERT INTO questionnaire (community_id, version, questions, created_at, created_by) VALUES ($1, $2, $3, $4, $5)
"""
COUNTS = """
WITH given AS (
    SELECT community_id, version, answers FROM questionnaire_answer
    JOIN unnest($1::uuid[], $2::int[]) AS wanted (community_id, version) USING (community_id, version)
)
SELECT community_id, version, question, option, count(*)::int
FROM given, jsonb_each(answers -> 'choices') AS each (question, chosen), jsonb_array_elements_text(chosen) AS option
GROUP BY 1, 2, 3, 4
UNION ALL
SELECT community_id, version, question, NULL, count(*)::int
FROM given, jsonb_object_keys(answers -> 'texts') AS question GROUP BY 1, 2, 3
UNION ALL
SELECT community_id, version, NULL, NULL, count(*)::int FROM given GROUP BY 1, 2
"""

# A group and a version of what it asks.
VersionKey = tuple[UUID, int]


@dataclass(frozen=True, slots=True)
class QuestionnaireRow:
    """A version of a group's questionnaire."""

    community_id: UUID
    version: int
    questions: Sequence[Question]
    created_at: datetime


class Answered(NamedTuple):
    """How many members answered a version, how often each option was chosen, and how many texts were written."""

    members: int
    options: Mapping[tuple[str, str], int]
    texts: Mapping[str, int]


async def questionnaires_of(pool: Pool, group_ids: Collection[UUID]) -> dict[UUID, QuestionnaireRow]:
    """What these groups ask now; a group that asks nothing is missing."""
    rows = [
        QuestionnaireRow(row[0], row[1], parse_questions(row[2]), row[3])
        for row in await pool.fetch(LATEST, list(group_ids))
    ]
    return {row.community_id: row for row in rows if row.questions}


async def set_questionnaire(
    pool: Pool, group_id: UUID, questions: Sequence[Question], now: datetime, author: str
) -> QuestionnaireRow:
    """Have a group ask these from now on; the same questions stay the same version. Raises NotFound."""
    async with pool.acquire() as connection, connection.transaction():
        if await connection.fetchrow(LOCK, group_id) is None:
            raise NotFound("there is no such group")
        known = await connection.fetchrow(LATEST, [group_id])
        if known is not None and parse_questions(known[2]) == tuple(questions):
            return QuestionnaireRow(group_id, known[1], tuple(questions), known[3])
        version = 1 if known is None else known[1] + 1
        await connection.execute(ADD, group_id, version, to_json(questions), now, author)
    return QuestionnaireRow(group_id, version, tuple(questions), now)


async def answered(pool: Pool, keys: Collection[VersionKey]) -> dict[VersionKey, Answered]:
    """What was answered of these versions, with one statement; a version that nobody answered is missing."""
    members: dict[VersionKey, int] = {}
    options: defaultdict[VersionKey, dict[tuple[str, str], int]] = defaultdict(dict)
    texts: defaultdict[VersionKey, dict[str, int]] = defaultdict(dict)
    for *key, question, option, count in await pool.fetch(COUNTS, *map(list, zip(*keys, strict=True))):
        version = (key[0], key[1])
        if question is None:
            members[version] = count
        elif option is None:
            texts[version][question] = count
        else:
            options[version][question, option] = count
    return {version: Answered(count, options[version], texts[version]) for version, count in members.items()}
