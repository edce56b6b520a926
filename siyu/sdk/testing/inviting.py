"""The member whom a fact names by their code, and the effect `Invite`."""

from collections.abc import Iterator

from siyu.sdk.codes import member_of_code
from siyu.sdk.member_effects import Invite
from siyu.sdk.testing.bounds import shown, wrong_code
from siyu.sdk.testing.scene import Logged, Refusal, Scene
from siyu.sdk.view import MemberView


def partner_of(scene: Scene) -> MemberView | None:
    """The member whose code the fact carries, if anybody has it."""
    member_id = None if scene.kind.partner is None else member_of_code(scene.fact.data.get(scene.kind.partner))
    return None if member_id is None else scene.shop.members.get(member_id)


def invite_problems(scene: Scene, effect: Invite) -> Iterator[str]:
    """The fact's partner, and a declared code."""
    partner = partner_of(scene)
    if partner is None:
        yield "the fact names no partner who could have invited"
    elif effect.inviter != partner.id:
        yield f"inviter must be the id of the partner whom the fact names, and is {shown(effect.inviter)}"
    yield from wrong_code(scene, effect.code)


def invite_is_refused(scene: Scene, effect: Invite) -> Refusal | None:
    """Nobody is invited by themselves, twice, or by somebody who came after them."""
    member, inviter = scene.shop.members[scene.fact.member_id], scene.shop.members[effect.inviter]
    if inviter == member:
        return Refusal(effect.code, {"reason": "self"})
    if member.id in scene.shop.inviters:
        return Refusal(effect.code, {"reason": "bound"})
    came_before = (inviter.joined_at, inviter.id) < (member.joined_at, member.id)
    return None if came_before else Refusal(effect.code, {"reason": "later"})


def invite(scene: Scene, effect: Invite) -> Logged:
    """Keep who invited the member."""
    scene.shop.inviters[scene.fact.member_id] = effect.inviter
    return {"kind": "invite", "inviter": str(effect.inviter)}
