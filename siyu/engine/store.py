"""Facts and decisions from and to the database, many at a time."""

from collections.abc import Callable, Collection, Sequence
from operator import attrgetter

import orjson

from siyu.db import Connection, append_rows
from siyu.engine.facts import ArrivedFact, NewFact
from siyu.engine.outcome import Decision, Outcome, Refusal
from siyu.engine.world import LoggedDecision, OnceKey

FACT_COLUMNS = (
    "id",
    "type",
    "member_id",
    "campaign_id",
    "at",
    "arrived_at",
    "idempotency_key",
    "fingerprint",
    "data",
)
DECISION_COLUMNS = (
    "id",
    "fact_id",
    "campaign_id",
    "campaign_revision",
    "plugin_version",
    "subject_id",
    "at",
    "once_key",
    "effects",
    "refusal_code",
    "refusal_missing",
)

# What names a fact for ever.
idempotency_key: Callable[[ArrivedFact], str] = attrgetter("new.idempotency_key")

LOAD_ANSWERS = """
SELECT fact.idempotency_key, fact.fingerprint, fact.id AS fact_id, decision.id, decision.campaign_id,
       decision.effects, decision.refusal_code, decision.refusal_missing
FROM fact LEFT JOIN decision ON decision.fact_id = fact.id
WHERE fact.idempotency_key = ANY(ARRAY(SELECT json_array_elements_text($1::text::json)))
ORDER BY decision.id
"""

FIND_ONCE = """
SELECT campaign_id, subject_id, once_key FROM decision
JOIN unnest($1::uuid[], $2::uuid[], $3::text[]) AS wanted (campaign, subject, key)
  ON campaign_id = campaign AND subject_id = subject AND once_key = key
"""


async def append_facts(connection: Connection, facts: Sequence[ArrivedFact]) -> None:
    """Append facts whose keys are new. One that another process is appending raises a unique violation, once that
    process has committed; in one order for every process, so that two never wait for each other in a circle."""
    rows = [_fact_row(fact, fact.new) for fact in sorted(facts, key=idempotency_key)]
    await append_rows(connection, "fact", FACT_COLUMNS, rows)


def _fact_row(fact: ArrivedFact, new: NewFact) -> tuple[object, ...]:
    return (
        fact.id,
        new.type,
        new.member_id,
        new.campaign_id,
        new.at,
        fact.arrived_at,
        new.idempotency_key,
        fact.fingerprint,
        orjson.dumps(new.data).decode() if new.data else "{}",
    )


async def load_answers(connection: Connection, keys: Sequence[str]) -> dict[str, tuple[bytes, Outcome]]:
    """The answers that earlier facts with these keys got, each with its body's fingerprint."""
    answers: dict[str, tuple[bytes, Outcome]] = {}
    for row in await connection.fetch(LOAD_ANSWERS, orjson.dumps(keys).decode()):
        fingerprint, outcome = answers.get(row[0], (row[1], Outcome(row[2], ())))
        if row[3] is not None:
            refusal = Refusal(row[6], orjson.loads(row[7])) if row[6] is not None else None
            decision = Decision(row[3], row[4], tuple(orjson.loads(row[5])), refusal)
            outcome = Outcome(row[2], (*outcome.decisions, decision))
        answers[row[0]] = (fingerprint, outcome)
    return answers


async def append_decisions(connection: Connection, logged: Sequence[LoggedDecision]) -> None:
    """Append to the decision log. A `once_key` used before raises a violation of `decision_once`."""
    await append_rows(connection, "decision", DECISION_COLUMNS, [_decision_row(entry) for entry in logged])


def _decision_row(entry: LoggedDecision) -> tuple[object, ...]:
    fact, campaign, decision = entry.fact, entry.campaign, entry.decision
    refusal = decision.refusal
    return (
        decision.id,
        fact.id,
        decision.campaign_id,
        campaign.revision if campaign else None,
        campaign.type.version if campaign else None,
        fact.new.member_id,
        fact.arrived_at,
        entry.once_key,
        orjson.dumps(decision.effects).decode() if decision.effects else "[]",
        refusal.code if refusal else None,
        orjson.dumps(refusal.missing).decode() if refusal else None,
    )


async def find_once(connection: Connection, keys: Collection[OnceKey]) -> set[OnceKey]:
    """Which of these keys the decision log holds already."""
    campaigns, subjects, texts = zip(*keys, strict=True) if keys else ((), (), ())
    return {tuple(row) for row in await connection.fetch(FIND_ONCE, campaigns, subjects, texts)}
