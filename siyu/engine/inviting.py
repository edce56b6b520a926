"""Invite, and the member whom a fact names by their code: looked up, checked, guarded and carried out."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from siyu.campaigns import AnyCampaignType
from siyu.engine.guards import Draft
from siyu.engine.outcome import Refusal
from siyu.engine.scene import Logged, Scene
from siyu.members.invitations import Invitation
from siyu.sdk import Invite, MemberView, member_of_code


def partner_named(kind: AnyCampaignType, data: Mapping[str, Any]) -> UUID | None:
    """Whose code a fact carries for a type, whether there is such a member or not."""
    return None if kind.partner is None else member_of_code(data.get(kind.partner))


def partner_of(scene: Scene) -> MemberView | None:
    """The fact's partner, if there is such a member: one of the batch's, or one that was read for it."""
    partner_id, world = partner_named(scene.campaign.type, scene.fact.data), scene.world
    return None if partner_id is None else world.members.get(partner_id) or world.partners.get(partner_id)


def check_invite(scene: Scene, effect: Invite) -> bool:
    """The fact's partner alone can have invited: of others nothing was read."""
    partner = partner_of(scene)
    return partner is not None and effect.inviter == partner.id and effect.code in scene.campaign.type.refusals


def guard_invite(scene: Scene, _: Draft, effect: Invite) -> Refusal | None:
    """Nobody is invited by themselves, twice, or by somebody who came after them."""
    member, inviter = _both(scene)
    problem = scene.world.invitations.problem_of(member, inviter)
    return None if problem is None else Refusal(effect.code, {"reason": problem})


def invite(scene: Scene, effect: Invite) -> Logged:
    """Keep who invited the member; the next decision about them finds it."""
    world, fact = scene.world, scene.fact
    member, inviter = _both(scene)
    places = world.kin.own_place(member), world.kin.first_place(inviter)
    world.invitations.invite(Invitation(world.new_id(), member, inviter, scene.campaign.id, fact.id, fact.at, *places))
    return {"kind": "invite", "inviter": str(effect.inviter)}


def _both(scene: Scene) -> tuple[MemberView, MemberView]:
    """The member and the inviter, whom the check has found."""
    inviter = partner_of(scene)
    assert inviter is not None, "an effect is checked before it is guarded"  # noqa: S101 - our bug
    return scene.world.members[scene.fact.member_id], inviter
