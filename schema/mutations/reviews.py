"""reviewDecide: for operators."""

import strawberry

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.ids import REVIEW, decode_or_nobody
from schema.keys import own_key
from schema.kinds import kind_types
from schema.permissions import ForOperators
from schema.types.decision import Decision, refusal_errors
from schema.types.review import Review
from siyu.engine.queries import DecisionRow
from siyu.engine.verdict_intake import GivenVerdict, give_verdict
from siyu.reviews.queries import ReviewRow


@strawberry.input
class ReviewDecideInput:
    """An operator's verdict."""

    review: strawberry.ID
    approved: bool
    note: str = strawberry.field(default="", description="At most 500 characters, for operators and services.")
    idempotency_key: str


@strawberry.type
class ReviewDecidePayload:
    """The review as it is now, and what the campaign made of the verdict: null where it did not count."""

    review: Review | None = None
    decision: Decision | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class ReviewMutations:
    """Verdicts on what campaigns have operators look at."""

    @field_for(
        ForOperators,
        "Give the verdict on an open review, whatever the campaign's state; the first one counts, any other is "
        "ALREADY_REVIEWED. Where the campaign fails to decide about it, the review stays open: give it again under "
        "another key. Safe to repeat with the same key.",
    )
    async def review_decide(self, info: Info, input: ReviewDecideInput) -> ReviewDecidePayload:
        context, review_id = info.context, decode_or_nobody(REVIEW, input.review)
        context.loaders.forget()
        try:
            key = own_key(context.principal, input.idempotency_key)
            given = GivenVerdict(review_id, input.approved, input.note, context.principal.subject, key)
            decision = await give_verdict(context.engine, given)
        except MENDABLE as error:
            row = await context.loaders.review.load(review_id)
            return ReviewDecidePayload(review=_review(row), user_errors=user_errors(error))
        row = await context.loaders.review.load(review_id)
        decided = await context.loaders.decision.load(decision.id)
        return ReviewDecidePayload(
            review=_review(row),
            decision=Decision(row=decided) if decided else None,
            user_errors=await _refusal(info, decided) if decided else [],
        )


def _review(row: ReviewRow | None) -> Review | None:
    return Review(row=row) if row else None


async def _refusal(info: Info, decision: DecisionRow) -> list[UserError]:
    """What the campaign refused the verdict with."""
    if decision.refusal is None or decision.campaign_id is None:
        return []
    campaign = await info.context.loaders.campaign.load(decision.campaign_id)
    kind = kind_types(info, campaign.type_key).kind if campaign else None
    return refusal_errors(decision.refusal, kind, info.context.language)
