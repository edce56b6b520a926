"""A decision on a campaign's own terms: the arm's config, the day of its time zone, and what it must not reward."""

from collections.abc import Sequence

from siyu.campaigns.live_terms import LiveTerms
from siyu.engine.scene import InvalidEffect, Scene
from siyu.sdk import CampaignConfig, Effect, Fact, Grant, Hold, Issue


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
        for effect in effects:
            if isinstance(effect, Grant | Hold | Issue):
                unit = None if isinstance(effect, Issue) else effect.unit
                if not terms.rewardable.permits(unit, fact.type):
                    raise InvalidEffect(f"{unit or 'a reward'} must not be given for {fact.type}")
    if terms.arms and participation.arm is None:
        arm = terms.arm_of(None, scene.campaign.id, fact.member_id)
        assert arm is not None, "an arm is drawn among those there are"  # noqa: S101 - an invariant
        participation.keep_arm(arm.key, scene.campaign.type.state_version, fact.at)
