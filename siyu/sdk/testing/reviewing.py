"""The effect that asks for an operator's verdict: `Review`."""

from collections.abc import Iterator

from siyu.sdk.shop_effects import Review
from siyu.sdk.testing.bounds import listed, shown, wrong_key, wrong_values
from siyu.sdk.testing.limits import EVIDENCE_LENGTH_MAX, EVIDENCE_MAX, REVIEWS_OPEN_MAX
from siyu.sdk.testing.scene import Logged, Scene
from siyu.sdk.testing.shop import OpenReview


def review_problems(scene: Scene, effect: Review) -> Iterator[str]:
    """A key, a declared reason, little and short evidence, and room among the member's open reviews."""
    yield from wrong_key(effect.key)
    if effect.reason not in scene.kind.reviews:
        yield f"the type has no review {shown(effect.reason)}; it has: {listed(scene.kind.reviews)}"
    yield from wrong_values("piece of evidence", dict(effect.evidence), EVIDENCE_MAX, EVIDENCE_LENGTH_MAX)
    if sum(member_id == scene.fact.member_id for member_id, _ in scene.shop.reviews) >= REVIEWS_OPEN_MAX:
        yield f"the member has {REVIEWS_OPEN_MAX} open reviews already"


def review(scene: Scene, effect: Review) -> Logged:
    """Let it wait for a verdict, unless the member had a review of this key before."""
    owner = scene.fact.member_id, effect.key
    if owner not in scene.shop.review_keys:
        scene.shop.reviews[owner] = OpenReview(effect.reason, dict(effect.evidence), scene.fact.at)
        scene.shop.review_keys.add(owner)
    return {"kind": "review", "key": effect.key, "reason": effect.reason}
