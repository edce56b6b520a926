"""Facts and decisions from and to the database, many at a time."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import orjson

from siyu.db import Connection
from siyu.engine.facts import ArrivedFact
from siyu.engine.outcome import Decision, Outcome, Refusal
from siyu.engine.world import LoggedDecision, OnceKey

# In one order for every process: a key that another transaction is inserting makes this one wait for it.
INSERT_FACTS = """
INSERT INTO fact (id, type, member_id, campaign_id, at, arrived_at, idempotency_key, fingerprint, data)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[],
                     $7::text[], $8::bytea[], $9::jsonb[])
ON CONFLICT (idempotency_key) DO NOTHING
RETURNING id
"""

LOAD_ANSWERS = """
SELECT fact.idempotency_key, fact.fingerprint, fact.id AS fact_id, decision.id, decision.campaign_id,
       decision.effects, decision.refusal_code, decision.refusal_missing
FROM fact LEFT JOIN decision ON decision.fact_id = fact.id
WHERE fact.idempotency_key = ANY($1::text[])
ORDER BY decision.id
"""

WRITE_DECISIONS = """
INSERT INTO decision (id, fact_id, campaign_id, campaign_revision, plugin_version, subject_id, at, once_key, effects,
                      refusal_code, refusal_missing)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::uuid[], $7::timestamptz[],
                     $8::text[], $9::jsonb[], $10::text[], $11::jsonb[])
"""

FIND_ONCE = """
SELECT campaign_id, subject_id, once_key FROM decision
JOIN unnest($1::uuid[], $2::uuid[], $3::text[]) AS wanted (campaign, subject, key)
  ON campaign_id = campaign AND subject_id = subject AND once_key = key
"""


async def insert_facts(connection: Connection, facts: Sequence[ArrivedFact]) -> set[UUID]:
    """Insert the facts; the ids of those whose idempotency key was new."""
    facts = sorted(facts, key=lambda fact: fact.new.idempotency_key)
    news = [fact.new for fact in facts]
    rows = await connection.fetch(
        INSERT_FACTS,
        [fact.id for fact in facts],
        [new.type for new in news],
        [new.member_id for new in news],
        [new.campaign_id for new in news],
        [new.at for new in news],
        [fact.arrived_at for fact in facts],
        [new.idempotency_key for new in news],
        [fact.fingerprint for fact in facts],
        [orjson.dumps(new.data).decode() for new in news],
    )
    return {row[0] for row in rows}


async def load_answers(connection: Connection, keys: Collection[str]) -> Mapping[str, tuple[bytes, Outcome]]:
    """The answers that earlier facts with these keys got, each with its body's fingerprint."""
    answers: dict[str, tuple[bytes, Outcome]] = {}
    for row in await connection.fetch(LOAD_ANSWERS, list(keys)):
        fingerprint, outcome = answers.get(row[0], (row[1], Outcome(row[2], ())))
        if row[3] is not None:
            refusal = Refusal(row[6], orjson.loads(row[7])) if row[6] is not None else None
            decision = Decision(row[3], row[4], tuple(orjson.loads(row[5])), refusal)
            outcome = Outcome(row[2], (*outcome.decisions, decision))
        answers[row[0]] = (fingerprint, outcome)
    return answers


async def write_decisions(connection: Connection, logged: Sequence[LoggedDecision]) -> None:
    """Append to the decision log. A `once_key` used before raises a violation of `decision_once`."""
    if not logged:
        return
    refusals = [entry.decision.refusal for entry in logged]
    await connection.execute(
        WRITE_DECISIONS,
        [entry.decision.id for entry in logged],
        [entry.fact.id for entry in logged],
        [entry.decision.campaign_id for entry in logged],
        [entry.campaign.revision if entry.campaign else None for entry in logged],
        [entry.campaign.type.version if entry.campaign else None for entry in logged],
        [entry.fact.new.member_id for entry in logged],
        [entry.fact.arrived_at for entry in logged],
        [entry.once_key for entry in logged],
        [orjson.dumps(entry.decision.effects).decode() for entry in logged],
        [refusal.code if refusal else None for refusal in refusals],
        [orjson.dumps(refusal.missing).decode() if refusal else None for refusal in refusals],
    )


async def find_once(connection: Connection, keys: Collection[OnceKey]) -> set[OnceKey]:
    """Which of these keys the decision log holds already."""
    campaigns, subjects, texts = zip(*keys, strict=True) if keys else ((), (), ())
    return {tuple(row) for row in await connection.fetch(FIND_ONCE, campaigns, subjects, texts)}
