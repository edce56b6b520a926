"""One fact decided on the in-memory view: the core's rules, every campaign concerned."""

from collections.abc import Mapping
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

from siyu.campaigns.live import LiveCampaign
from siyu.campaigns.pending import CORE_TYPES, PendingFact
from siyu.deadline import DEADLINE, Overran
from siyu.engine.capping import cap_refusal, carry_out_counting
from siyu.engine.desk import Desk
from siyu.engine.desks import DESKS
from siyu.engine.desks.erasing import settles
from siyu.engine.desks.merging import pass_on
from siyu.engine.effects import EFFECTS_MAX, Plan, carry_out, check_effects, once_key, plan_of, refusal_among
from siyu.engine.facts import ArrivedFact
from siyu.engine.faults import CampaignFault
from siyu.engine.lanes import walk
from siyu.engine.outcome import Decision, Outcome, Refusal
from siyu.engine.reads import SceneReads
from siyu.engine.refusals import CAMPAIGN_FAILED, CAMPAIGN_NOT_FOUND, CAMPAIGN_NOT_OPEN, MEMBER_ERASED, NOT_IN_AUDIENCE
from siyu.engine.reviewing import note_verdict, reviewed
from siyu.engine.scene import InvalidEffect, Scene
from siyu.engine.tagging import label
from siyu.engine.terms import check_terms, on_terms
from siyu.engine.tier_follower import follow_tiers, mark
from siyu.engine.world import LoggedDecision, World
from siyu.errors import InvalidInput
from siyu.groups.book import GROUP_NOT_FOUND, LOOKS_AT_GROUPS
from siyu.sdk import Effect, Fact, NotDeclared, OrderView, View
from siyu.sdk.core_facts import TALK_FACT_TYPES
from siyu.sdk.frozen import read_only

NOTHING: Mapping[str, Any] = {}


def decide_fact(world: World, arrived: ArrivedFact) -> Outcome:
    """Decide one fact of a known member and leave what changed in `world`, their tier too."""
    if arrived.new.member_id in world.erased and not settles(arrived):
        return Outcome(arrived.id, (_refuse(world, arrived, None, MEMBER_ERASED),))
    if world.tiers.live is None:
        outcome = _decide_fact(world, arrived)
        pass_on(world, arrived)
        return outcome
    before = mark(world)
    outcome = _decide_fact(world, arrived)
    pass_on(world, arrived)
    follow_tiers(world, arrived, outcome, before)
    return outcome


def _decide_fact(world: World, arrived: ArrivedFact) -> Outcome:
    new = arrived.new
    desk = DESKS.get(new.type)
    if desk is not None:
        return Outcome(arrived.id, (_decide_at_desk(world, arrived, desk),))
    fact = Fact(arrived.id, new.type, new.member_id, new.at, world.day(new.at), read_only(new.data))
    order = world.orders.accept(new.type, new.member_id, new.at, new.data, new.campaign_id)
    if isinstance(order, str):
        return Outcome(arrived.id, (_refuse(world, arrived, None, order),))
    if new.type in CORE_TYPES:
        return Outcome(arrived.id, ())
    if new.campaign_id is not None:
        if arrived.pending is not None:
            return Outcome(arrived.id, _decide_pending(world, arrived, fact, arrived.pending))
        return Outcome(arrived.id, _decide_own(world, arrived, fact, new.campaign_id))
    return Outcome(arrived.id, _decide_told(world, arrived, fact, order))


def _decide_told(world: World, arrived: ArrivedFact, fact: Fact, order: OrderView | None) -> tuple[Decision, ...]:
    """What the shop's systems tell: campaigns that listen decide, unless the core has refused it."""
    if fact.type in LOOKS_AT_GROUPS:
        return _decide_move(world, arrived, fact)
    if fact.type in TALK_FACT_TYPES and world.chats.is_unknown(arrived.new.data):
        return (_refuse(world, arrived, None, GROUP_NOT_FOUND),)
    decisions = _decide_on_route(world, arrived, fact, order)
    if order is not None:
        world.note_order(fact.member_id)
    return tuple(decisions)


def _decide_move(world: World, arrived: ArrivedFact, fact: Fact) -> tuple[Decision, ...]:
    """A member joins or leaves a group, and campaigns hear of it with the group among, or not among, the member's."""
    refused = world.groups.accept(fact.type, fact.member_id, fact.at, arrived.new.data)
    if refused is not None:
        return (_refuse(world, arrived, None, *refused),)
    world.note_groups(fact.member_id)
    label(world, fact.member_id, world.groups.labels.pop(fact.member_id, ()))
    world.note_stay(fact.member_id, arrived.new.data["group"])
    return tuple(_decide_on_route(world, arrived, fact, None))


def _decide_at_desk(world: World, arrived: ArrivedFact, desk: Desk) -> Decision:
    verdict = desk(world, arrived)
    if isinstance(verdict, Refusal):
        return _refuse(world, arrived, None, verdict.code, verdict.missing)
    return _log(world, arrived, None, Decision(world.new_id(), None, verdict, None), None)


def _decide_on_route(
    world: World, arrived: ArrivedFact, fact: Fact, order: OrderView | None, but: UUID | None = None
) -> list[Decision]:
    """Who settles such facts decides whatever its state and for whomever; who listens keeps to lanes and audience.

    The campaign `but` is passed over.
    """
    route = world.route(fact.type)
    decisions = [_decide(world, arrived, fact, campaign, order) for campaign in route.settling if campaign.id != but]
    listening = [campaign for campaign in route.listening if campaign.id != but and campaign.is_open(fact.at)]
    decide = partial(_decide_in_audience, world, arrived, fact, order)
    if route.laned:
        return decisions + walk(listening, decide, partial(_refuse, world, arrived))
    return decisions + [decide(campaign) for campaign in listening]


def _decide_pending(world: World, arrived: ArrivedFact, fact: Fact, pending: PendingFact) -> tuple[Decision, ...]:
    """Whoever asked for the fact decides, in whatever state it is; an emitted one others hear as they hear any."""
    if world.pending.is_withdrawn(pending):
        return ()
    own = world.campaign(pending.campaign_id)
    decisions = [_decide(world, arrived, fact, own, None)] if own is not None else []
    if pending.timer_key is None:
        decisions += _decide_on_route(world, arrived, fact, None, but=pending.campaign_id)
    return tuple(decisions)


def _decide_own(world: World, arrived: ArrivedFact, fact: Fact, campaign_id: UUID) -> tuple[Decision, ...]:
    """An action, or an operator's verdict: on what is open, whatever the campaign's state; on anything else nobody."""
    campaign = world.campaign(campaign_id)
    if campaign is None or fact.type != campaign.verdict_fact:
        return (_decide_action(world, arrived, fact, campaign_id, campaign),)
    key = reviewed(campaign_id, arrived)
    if not world.reviews.is_open(key):
        return ()
    decision = _decide(world, arrived, fact, campaign, None)
    note_verdict(world, key, arrived, decision)
    return (decision,)


def _decide_action(
    world: World, arrived: ArrivedFact, fact: Fact, campaign_id: UUID, campaign: LiveCampaign | None
) -> Decision:
    type_key = campaign.type.key if campaign is not None else world.routes.unreadable.get(campaign_id)
    if type_key is None or not fact.type.startswith(f"{type_key}."):
        return _refuse(world, arrived, None, CAMPAIGN_NOT_FOUND)
    if campaign is None:
        return _refuse(world, arrived, None, CAMPAIGN_FAILED, {"fault": CampaignFault.UNREADABLE.value})
    if not campaign.is_open(fact.at):
        return _refuse(world, arrived, campaign, CAMPAIGN_NOT_OPEN)
    return _decide_in_audience(world, arrived, fact, None, campaign)


def _decide_in_audience(
    world: World, arrived: ArrivedFact, fact: Fact, order: OrderView | None, campaign: LiveCampaign
) -> Decision:
    if campaign.terms is not None and campaign.terms.audience is not None:
        zone, features = campaign.terms.zone or world.zone, world.features[fact.member_id]
        missing = campaign.terms.audience.lacks(features, world.rows.get(fact.member_id), fact.at, zone)
        if missing is not None:
            return _refuse(world, arrived, campaign, NOT_IN_AUDIENCE, missing)
    return _decide(world, arrived, fact, campaign, order)


def _decide(
    world: World, arrived: ArrivedFact, fact: Fact, campaign: LiveCampaign, order: OrderView | None
) -> Decision:
    """One campaign's decision. Whatever its code raises is told, and nothing of this decision happens."""
    participation = world.participations.record(campaign.id, fact.member_id, fact.at)
    named = world.counters.noted(campaign.id, arrived.new.idempotency_key)
    scene = Scene(world, campaign, fact, participation, arrived, named, {})
    if campaign.suspended or campaign.id in world.faults.suspended:
        return _refuse(world, arrived, campaign, CAMPAIGN_FAILED, {"fault": CampaignFault.SUSPENDED.value})
    try:
        # A call of its own for the deadline.
        DEADLINE.asking = scene
        if not DEADLINE.armed:
            DEADLINE.arm()
        plan, effects, refusal = _ask(scene, order)
        DEADLINE.asking = None
    except BaseException as error:  # a plugin's code: it must not take the other campaigns with it, nor the process
        DEADLINE.asking = None
        if isinstance(error, KeyboardInterrupt):
            raise
        return _fail(world, arrived, scene, error)
    if refusal is not None:
        return _log(world, arrived, campaign, Decision(world.new_id(), campaign.id, (), refusal), None)
    logged = (carry_out_counting if campaign.caps else carry_out)(scene, plan, effects)
    decision = Decision(world.new_id(), campaign.id, logged, None)
    return _log(world, arrived, campaign, decision, once_key(plan, effects))


def _ask(scene: Scene, order: OrderView | None) -> tuple[Plan, tuple[Effect, ...], Refusal | None]:
    """What the campaign wants to happen, checked, and the refusal that it amounts to.

    All that runs a plugin's code, or looks at its values, is in here: anything may be raised.
    """
    world, campaign, fact = scene.world, scene.campaign, scene.fact
    state = scene.participation.state_for(campaign)
    config, seen = (campaign.config, fact) if campaign.terms is None else on_terms(scene, campaign.terms)
    if campaign.copies_config:
        config = config.model_copy(deep=True)
    view = View(config, state, world.members[fact.member_id], order, SceneReads(scene))
    # One more than is allowed is enough to refuse them: a campaign may yield without end.
    effects = tuple(islice(campaign.type.decide(seen, view), EFFECTS_MAX + 1))
    plan = plan_of(campaign.effects, tuple(map(type, effects)))
    check_effects(scene, plan, effects)
    if campaign.terms is not None:
        check_terms(scene, campaign.terms, effects)
    refusal = refusal_among(scene, plan, effects)
    if refusal is None and campaign.caps:
        refusal = cap_refusal(scene, effects)
    return plan, effects, refusal


def _fail(world: World, arrived: ArrivedFact, scene: Scene, error: BaseException) -> Decision:
    """A decision that came to nothing, and counts against its campaign."""
    fault = CampaignFault.RAISED
    if isinstance(error, Overran):
        fault = CampaignFault.OVERRAN
    elif isinstance(error, InvalidEffect | InvalidInput | NotDeclared):
        fault = CampaignFault.INVALID
    scene.participation.forget()
    if scene.campaign.needs.team is not None:
        # All of them: which one it was, the code that failed would have to tell.
        world.participations.forget_teams(scene.campaign.id)
    world.faults.note(scene.campaign, fault, error, arrived.id, arrived.arrived_at)
    return _refuse(world, arrived, scene.campaign, CAMPAIGN_FAILED, {"fault": fault.value})


def _refuse(
    world: World, arrived: ArrivedFact, campaign: LiveCampaign | None, code: str, missing: Mapping[str, Any] = NOTHING
) -> Decision:
    decision = Decision(world.new_id(), campaign.id if campaign else None, (), Refusal(code, missing))
    return _log(world, arrived, campaign, decision, None)


def _log(
    world: World, arrived: ArrivedFact, campaign: LiveCampaign | None, decision: Decision, once_key: str | None
) -> Decision:
    world.decisions.append(LoggedDecision(arrived, campaign, decision, once_key))
    return decision
