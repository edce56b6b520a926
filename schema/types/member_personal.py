"""What is told of a member's personal data, and of the end of it."""

from datetime import datetime

import strawberry

from schema.context import Info
from schema.fields import field_for, field_of_member
from schema.permissions import ForStaff
from siyu.access import Scope
from siyu.members.queries import MemberRow
from siyu.privacy import PersonalField


@strawberry.type
class MemberPersonal:
    """Fields of Member; not a type of the schema itself."""

    row: strawberry.Private[MemberRow]

    @field_for(ForStaff, "The phone but for its middle: 138****5678; null for none.", Scope.MEMBERS_READ)
    async def phone_masked(self, info: Info) -> str | None:
        return (await info.context.loaders.masked.load(self.row.id) or {}).get(PersonalField.PHONE)

    @field_for(ForStaff, "The real name but for its beginning: 张*; null for none.", Scope.MEMBERS_READ)
    async def real_name_masked(self, info: Info) -> str | None:
        return (await info.context.loaders.masked.load(self.row.id) or {}).get(PersonalField.REAL_NAME)

    @field_of_member("When the member is to be erased, as they asked for; null where nothing waits.")
    async def erasure_due_at(self, info: Info) -> datetime | None:
        request = await info.context.loaders.erasure.load(self.row.id)
        return request.due_at if request else None

    @field_for(ForStaff, "What hindered the erasure when it was due, such as PAYOUT_STATE.", Scope.MEMBERS_READ)
    async def erasure_problem(self, info: Info) -> str | None:
        request = await info.context.loaders.erasure.load(self.row.id)
        return request.problem if request else None

    @field_for(ForStaff, "Since when nothing is known of the member any more.", Scope.MEMBERS_READ)
    def erased_at(self) -> datetime | None:
        return self.row.erased_at
