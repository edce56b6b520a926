"""The viewer: who the caller is."""

from typing import Annotated

import strawberry

from schema.context import Info
from schema.errors import unauthenticated
from schema.fields import field
from schema.principals import Role
from schema.types.dossier import MemberDossier
from schema.types.member import Member
from schema.types.personal import Personal, personal_object
from siyu.dossier import read_some
from siyu.privacy.revealing import own_values


@strawberry.type(description="The caller is a member.")
class MemberViewer:
    """A member who looks."""

    member: Member

    @field("What the shop keeps encrypted of the member, in clear, for the member alone.")
    async def personal(self, info: Info) -> Personal:
        return personal_object(await own_values(info.context.pool, info.context.vault, self.member.row.id))

    @field("All that the shop holds about the member.")
    async def dossier(self, info: Info) -> MemberDossier:
        shown = await read_some(info.context.pool, self.member.row.id)
        assert shown is not None, "members are never deleted"  # noqa: S101 - an invariant
        return MemberDossier(shown=shown)


@strawberry.type(description="The caller works for the shop.")
class OperatorViewer:
    """An operator who looks."""

    name: str
    roles: list[str]


@strawberry.type(description="The caller is another system.")
class ServiceViewer:
    """A service that looks."""

    name: str


Viewer = Annotated[MemberViewer | OperatorViewer | ServiceViewer, strawberry.union("Viewer")]


async def viewer_object(info: Info) -> MemberViewer | OperatorViewer | ServiceViewer:
    """The caller. Raises UNAUTHENTICATED where a member's token outlived the member."""
    principal = info.context.principal
    if principal.member_id is None:
        if principal.role is Role.SERVICE:
            return ServiceViewer(name=principal.subject)
        return OperatorViewer(name=principal.subject, roles=[principal.role.value])
    row = await info.context.loaders.member.load(principal.member_id)
    if row is None:
        raise unauthenticated()
    return MemberViewer(member=Member(row=row))
