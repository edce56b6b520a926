"""A decision on a campaign's own terms: the arm's config, the day of its time zone, and what it must not reward."""

from collections.abc import Sequence

from siyu.campaigns.live_terms import LiveTerms
from siyu.engine.scene import InvalidEffect, Scene
from siyu.sdk import CampaignConfig, Effect, Fact


def on_terms(scene: Scene, terms: LiveTerms) -> tuple[CampaignConfig, Fact]:
    """The config and the fact as the campaign is shown them. Boards go on counting by the shop's days."""
    fact, campaign = scene.fact, scene.campaign
    arm = terms.arm_of(scene.participation.arm, campaign.id, fact.member_id) if terms.arms else None
    shown = fact if terms.zone is None else fact._replace(day=fact.at.astimezone(terms.zone).date())
    return (campaign.config if arm is None else arm.config), shown


def check_terms(scene: Scene, terms: LiveTerms, effects: Sequence[Effect]) -> None:
    """Raise InvalidEffect for a reward that the campaign must not give; keep the arm of whoever was decided about.

    The arm is kept from the first decision on, a refusal included: later weights move nobody.
    """
    fact, participation = scene.fact, scene.participation
    if terms.rewardable is not None:
        problem = terms.rewardable.problem(effects, fact.type)
        if problem is not None:
            raise InvalidEffect(problem)
    if terms.arms and participation.arm is None:
        arm = terms.arm_of(None, scene.campaign.id, fact.member_id)
        assert arm is not None, "an arm is drawn among those there are"  # noqa: S101 - an invariant
        participation.keep_arm(arm.key, scene.campaign.type.state_version, fact.at)
