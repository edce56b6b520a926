"""What previews are held against: facts that are committed one after the other, with the timers in between."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from siyu.campaigns import AnyCampaignType
from siyu.db import Pool
from siyu.engine import Engine
from siyu.engine.intake import action_fact, service_fact
from siyu.engine.outcome import Decision, Refusal
from siyu.engine.preview import PreviewFact
from siyu.engine.preview_rounds import Step
from siyu.engine.replay_verdicts import Verdict, verdict_of
from siyu.ids import new_id
from tests.clock import NOON, TestClock
from tests.siyu.engine.relay import fire_all

DECISIONS = """
SELECT fact.type, fact.member_id, fact.at, effects, refusal_code
FROM decision JOIN fact ON fact.id = fact_id WHERE decision.campaign_id = $1 ORDER BY decision.id OFFSET $2
"""
NEXT_DUE = "SELECT min(due_at) FROM pending_fact WHERE campaign_id = $1"


class Said(NamedTuple):
    """A decision, or a preview of one."""

    type: str
    member: UUID
    seconds: float
    verdict: Verdict


async def happen(
    pool: Pool, engine: Engine, clock: TestClock, kind: AnyCampaignType, campaign: UUID, facts: Sequence[PreviewFact]
) -> None:
    """Submit each when it happens, and let each timer fire when it is due, up to the last fact."""
    actions = {action.name: action for action in kind.actions}

    async def wait_until(moment: Any) -> None:
        while (due_at := await pool.fetchval(NEXT_DUE, campaign)) is not None and due_at <= moment:
            clock.now = max(clock.now, due_at)
            await fire_all(engine)
        clock.now = moment

    for fact in facts:
        await wait_until(fact.at)
        assert fact.member_id is not None
        key = new_id().hex
        if fact.action is not None:
            new = action_fact(kind, actions[fact.action], campaign, fact.member_id, fact.data, key, fact.at)
        else:
            assert fact.type is not None
            new = service_fact(engine.registry, fact.type, fact.at, fact.data, key, fact.at).about(fact.member_id)
        await engine.submit(new)
        await engine.drain()
    await wait_until(clock.now)


async def decided(pool: Pool, campaign: UUID, offset: int) -> list[Said]:
    """What the log says, but for its first decisions."""
    return [
        said(row[0], row[1], row[2], tuple(orjson.loads(row[3])), row[4])
        for row in await pool.fetch(DECISIONS, campaign, offset)
    ]


def said(kind: str, member: UUID, at: Any, effects: tuple[Any, ...], code: str | None) -> Said:
    """A decision as it is compared."""
    decision = Decision(member, None, effects, Refusal(code, {}) if code else None)
    return Said(kind, member, (at - NOON).total_seconds(), verdict_of(decision))


def told(steps: Sequence[Step]) -> list[Said]:
    """The steps of a preview."""
    return [
        said(s.fact.type, s.fact.member_id, s.fact.at, s.effects, s.refusal.code if s.refusal else None) for s in steps
    ]
