"""One fact decided on the in-memory view: the core's rules, every campaign concerned."""

import logging
from itertools import islice
from uuid import UUID

from siyu.campaigns.live import LiveCampaign
from siyu.engine.effects import EFFECTS_MAX, Scene, carry_out, check_effects, once_key, plan_of, refusal_among
from siyu.engine.facts import ArrivedFact
from siyu.engine.outcome import Decision, Outcome, Refusal
from siyu.engine.refusals import CAMPAIGN_FAILED, CAMPAIGN_NOT_FOUND, CAMPAIGN_NOT_OPEN
from siyu.engine.value_guards import value_refusal
from siyu.engine.world import LoggedDecision, World
from siyu.sdk import Fact, OrderView, View

logger = logging.getLogger(__name__)


def decide_fact(world: World, arrived: ArrivedFact) -> Outcome:
    """Decide one fact of a known member and leave what changed in `world`."""
    new = arrived.new
    fact = Fact(arrived.id, new.type, new.member_id, new.at, world.day(new.at), new.data)
    order = world.orders.accept(new.type, new.member_id, new.at, new.data)
    if isinstance(order, str):
        return Outcome(arrived.id, (_refuse(world, arrived, None, order),))
    if new.campaign_id is not None:
        return Outcome(arrived.id, (_decide_action(world, arrived, fact, new.campaign_id),))
    campaigns = list(world.listeners(new.type, new.at))
    return Outcome(arrived.id, tuple(_decide(world, arrived, fact, campaign, order) for campaign in campaigns))


def _decide_action(world: World, arrived: ArrivedFact, fact: Fact, campaign_id: UUID) -> Decision:
    campaign = world.campaign(campaign_id)
    if campaign is None or not fact.type.startswith(f"{campaign.type.key}."):
        return _refuse(world, arrived, None, CAMPAIGN_NOT_FOUND)
    if not campaign.is_open(fact.at):
        return _refuse(world, arrived, campaign, CAMPAIGN_NOT_OPEN)
    return _decide(world, arrived, fact, campaign, None)


def _decide(
    world: World, arrived: ArrivedFact, fact: Fact, campaign: LiveCampaign, order: OrderView | None
) -> Decision:
    """One campaign's decision. Whatever its code raises is told, and nothing of this decision happens."""
    participation = world.participations.record(campaign.id, fact.member_id, fact.at)
    scene = Scene(world, campaign, fact, participation)
    try:
        state = participation.state_for(campaign)
        member = world.members[fact.member_id]
        view = View(campaign.config, state, member, order, scene.granted, scene.balance, scene.held)
        # One more than is allowed is enough to refuse them: a campaign may yield without end.
        effects = tuple(islice(campaign.type.decide(fact, view), EFFECTS_MAX + 1))
        plan = plan_of(campaign.type.effects, tuple(map(type, effects)))
        check_effects(scene, plan, effects)
    except Exception:  # a plugin's code: it must not take the other campaigns with it
        logger.exception("campaign type %s failed on fact %s", campaign.type.key, fact.id)
        return _refuse(world, arrived, campaign, CAMPAIGN_FAILED)
    refusal = refusal_among(scene, plan, effects)
    if refusal is None and plan.guarded:
        refusal = value_refusal(scene, effects)
    if refusal is not None:
        return _log(world, arrived, campaign, Decision(world.new_id(), campaign.id, (), refusal), None)
    decision = Decision(world.new_id(), campaign.id, carry_out(scene, plan, effects), None)
    return _log(world, arrived, campaign, decision, once_key(plan, effects))


def _refuse(world: World, arrived: ArrivedFact, campaign: LiveCampaign | None, code: str) -> Decision:
    decision = Decision(world.new_id(), campaign.id if campaign else None, (), Refusal(code, {}))
    return _log(world, arrived, campaign, decision, None)


def _log(
    world: World, arrived: ArrivedFact, campaign: LiveCampaign | None, decision: Decision, once_key: str | None
) -> Decision:
    world.decisions.append(LoggedDecision(arrived, campaign, decision, once_key))
    return decision
