"""Who invited whom, as a batch of facts finds it and adds to it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from siyu.members.kinship import NO_KIN, Kin, Place
from siyu.sdk import MemberView


@dataclass(frozen=True, slots=True)
class Invitation:
    """That a member was invited: by whom, by which campaign's decision about which fact, and when that happened.

    `id` is in the order in which invitations were decided.
    """

    id: UUID
    member: MemberView
    inviter: MemberView
    campaign_id: UUID
    fact_id: UUID
    at: datetime
    # Where the two came in the order of joining: of a person who was several members, the first one's as inviter.
    place: Place
    inviter_place: Place


class InvitationBook:
    """The members who have an inviter; `new` is what a commit has to write, by member."""

    def __init__(self) -> None:
        self._bound: set[UUID] = set()
        self.kin: Kin = NO_KIN
        self.new: dict[UUID, Invitation] = {}

    def put(self, member_id: UUID) -> None:
        """Make known that the member has an inviter."""
        self._bound.add(member_id)

    def problem_of(self, member: MemberView, inviter: MemberView) -> str | None:
        """Why the one cannot have been invited by the other, as `Invite` names it; None where nothing speaks against.

        The order of joining is fixed and without ties: whoever is invited comes after their inviter, and so after
        everybody whom that one was invited by. No look at other invitations is needed to rule out rings.
        """
        if self.kin.person(inviter.id) == self.kin.person(member.id):
            return "self"
        if member.id in self._bound:
            return "bound"
        return None if self.kin.first_place(inviter) < self.kin.first_place(member) else "later"

    def invite(self, invitation: Invitation) -> None:
        """Keep it; nothing speaks against it."""
        self._bound.add(invitation.member.id)
        self.new[invitation.member.id] = invitation
