"""The effect that asks for an operator's verdict, and what a verdict is decided into."""

from uuid import UUID

from siyu.engine.facts import ArrivedFact
from siyu.engine.outcome import Decision
from siyu.engine.refusals import CAMPAIGN_FAILED
from siyu.engine.scene import KEY_LENGTH_MAX, Logged, Scene, are_values, is_text
from siyu.engine.world import World
from siyu.reviews.book import ReviewKey, Verdict
from siyu.sdk import Review

EVIDENCE_MAX = 16
EVIDENCE_LENGTH_MAX = 500
# Of one member in one campaign: all of them are read with every fact of theirs.
REVIEWS_OPEN_MAX = 256


def check_review(scene: Scene, effect: Review) -> bool:
    """Whether it has a key and a declared reason, little and short evidence, and room among the open reviews."""
    campaign = scene.campaign
    known = is_text(effect.key, KEY_LENGTH_MAX) and effect.reason in campaign.type.reviews
    return (
        known
        and are_values(dict(effect.evidence), EVIDENCE_MAX, EVIDENCE_LENGTH_MAX)
        and scene.world.reviews.open_count(campaign.id, scene.fact.member_id) < REVIEWS_OPEN_MAX
    )


def review(scene: Scene, effect: Review) -> Logged:
    """Ask for it; the evidence is no part of the log, which the member may read."""
    fact, evidence = scene.fact, dict(effect.evidence)
    scene.world.reviews.ask(scene.key(effect.key), effect.reason, evidence, fact.id, fact.at)
    return {"kind": "review", "key": effect.key, "reason": effect.reason}


def reviewed(campaign_id: UUID, arrived: ArrivedFact) -> ReviewKey:
    """What a verdict is on."""
    return campaign_id, arrived.new.member_id, arrived.new.data["key"]


def note_verdict(world: World, key: ReviewKey, arrived: ArrivedFact, decision: Decision) -> None:
    """Close the review with the verdict; where the campaign failed to decide about it, it stays open and tells."""
    new, refusal = arrived.new, decision.refusal
    problem = None
    if refusal is not None and refusal.code == CAMPAIGN_FAILED:
        problem = world.faults.problem_of(key[0]) or CAMPAIGN_FAILED
    made_by = new.verdict.made_by if new.verdict is not None else ""
    world.reviews.decide(Verdict(key, new.data["approved"], new.data["note"], made_by, arrived.id, new.at, problem))
