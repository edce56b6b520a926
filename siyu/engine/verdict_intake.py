"""An operator's verdict on a review, checked and submitted."""

from dataclasses import dataclass
from uuid import UUID

from siyu.campaigns.queries import campaigns_by_id
from siyu.engine.engine import Engine
from siyu.engine.facts import NewFact, VerdictOn
from siyu.engine.outcome import Decision
from siyu.errors import CampaignStateError, NotFound
from siyu.inputs import parse_json, without_phones
from siyu.reviews.queries import reviews_by_id
from siyu.sdk import Reviewed


@dataclass(frozen=True, slots=True)
class GivenVerdict:
    """What an operator says about a review; `made_by` names them, in at most 60 characters.

    `idempotency_key`, in the operator's own namespace, names this verdict for ever.
    """

    review_id: UUID
    approved: bool
    note: str
    made_by: str
    idempotency_key: str


async def give_verdict(engine: Engine, given: GivenVerdict) -> Decision:
    """Have the campaign decide about a verdict, in whatever state it is: the first on a review that is open counts.

    A decision that fails leaves the review open; a repeated key gets the first answer. Raises NotFound, InvalidInput,
    AlreadyReviewed, IdempotencyConflict, Busy, and CampaignStateError where the campaign cannot decide now.
    """
    now = engine.clock()
    review = (await reviews_by_id(engine.pool, [given.review_id])).get(given.review_id)
    if review is None:
        raise NotFound("there is no such review")
    said = {"key": review.key, "approved": given.approved, "note": without_phones(given.note)}
    data = parse_json(Reviewed, said, ()).model_dump(mode="json")
    campaign = (await campaigns_by_id(engine.pool, [review.campaign_id], now))[review.campaign_id]
    kind = engine.registry.types.get(campaign.type_key)
    fact_type = kind.verdict_fact() if kind is not None else None
    if fact_type is None:
        problem = "is not loaded" if kind is None else "asks for no reviews any more"
        raise CampaignStateError(f"the campaign type {campaign.type_key} {problem}: the review stays as it is")
    verdict = VerdictOn(review.id, given.made_by)
    outcome = await engine.submit(
        NewFact(
            fact_type,
            review.member_id,
            now,
            data,
            given.idempotency_key,
            campaign.id,
            stamped=True,
            verdict=verdict,
        )
    )
    decision = outcome.decision_of(campaign.id)
    assert decision is not None, "what is found open is decided by its campaign"  # noqa: S101 - an invariant
    return decision
