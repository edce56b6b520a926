"""Verdicts that come to a batch: each on a review that is open, and of several the first alone."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from siyu.campaigns import LiveCampaign
from siyu.db import Connection
from siyu.engine.facts import ArrivedFact
from siyu.errors import AlreadyReviewed, CampaignStateError, DomainError, NotFound
from siyu.reviews import FoundReview, find_reviews

NOBODY_LATE: Mapping[UUID, DomainError] = {}


async def find_late(
    connection: Connection, facts: Sequence[ArrivedFact], campaigns: Mapping[UUID, LiveCampaign]
) -> Mapping[UUID, DomainError]:
    """By fact, why verdicts that are not to be decided are not; the members are locked by the caller.

    Two on one review are not decided in one batch: the second is late even where the first will have failed.
    """
    wanted = {fact.new.verdict.review_id for fact in facts if fact.new.verdict is not None}
    if not wanted:
        return NOBODY_LATE
    found = await find_reviews(connection, wanted)
    late: dict[UUID, DomainError] = {}
    met: set[UUID] = set()
    for fact in facts:
        if fact.new.verdict is not None:
            review_id = fact.new.verdict.review_id
            problem = _problem(found.get(review_id), campaigns, is_second=review_id in met)
            met.add(review_id)
            if problem is not None:
                late[fact.id] = problem
    return late


def _problem(
    review: FoundReview | None, campaigns: Mapping[UUID, LiveCampaign], *, is_second: bool
) -> DomainError | None:
    if review is None:
        return NotFound("there is no such review")
    if is_second or not review.is_open:
        return AlreadyReviewed("another verdict came first")
    campaign = campaigns.get(review.campaign_id)
    if campaign is None or campaign.suspended:
        why = "siyu has paused it" if campaign is not None else "its type is not loaded, or refuses its config"
        return CampaignStateError(f"the campaign cannot decide now, the review stays open: {why}")
    return None
