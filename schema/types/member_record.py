"""What a member's record has beside profile and wallets: consents, attributes and the timeline."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from schema.connections import Connection, connect, encode_cursor, forward
from schema.connections import uuid_cursor as cursor_of
from schema.context import Info
from schema.fields import field_for, field_of_member
from schema.moment_cursors import moment_cursor, moment_key
from schema.permissions import ForStaff
from schema.types.consent import Consent, MemberAttribute
from siyu.access import Scope
from siyu.engine.timeline import TimelineWanted
from siyu.members.queries import MemberRow
from siyu.paging import NewestWanted

if TYPE_CHECKING:
    from schema.types.timeline import TimelineEntry

LazyEntry = Annotated["TimelineEntry", strawberry.lazy("schema.types.timeline")]


@strawberry.type
class MemberRecord:
    """Fields that Member has, too."""

    row: strawberry.Private[MemberRow]

    @field_of_member("What the member agreed or did not agree to, as it holds now: one for each purpose.")
    async def consents(self, info: Info) -> list[Consent]:
        return [Consent(row=row) for row in await info.context.loaders.consents.load(self.row.id) or ()]

    @field_of_member("All that the member ever said about consent, newest first.")
    async def consent_history(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[Consent]:
        slice_ = forward(first, after)
        wanted = NewestWanted(self.row.id, slice_.limit, cursor_of(slice_.after))
        page = await info.context.loaders.consent_history.load(wanted)
        return connect(page, slice_, lambda row: Consent(row=row), lambda row: encode_cursor(row.id))

    @field_for(ForStaff, "What the shop keeps of the member under keys of its own.", Scope.MEMBERS_READ)
    async def attributes(self, info: Info) -> list[MemberAttribute]:
        return [MemberAttribute(row=row) for row in await info.context.loaders.attributes.load(self.row.id) or ()]

    @field_of_member("What happened to the member and what was decided of it, newest first.")
    async def timeline(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[LazyEntry]:
        from schema.types.timeline import TimelineEntry  # noqa: PLC0415 - a decision names its member

        slice_ = forward(first, after)
        wanted = TimelineWanted(self.row.id, slice_.limit, moment_key(slice_.after))
        page = await info.context.loaders.timeline.load(wanted)
        return connect(page, slice_, lambda row: TimelineEntry(row=row), lambda row: moment_cursor(row.at, row.fact_id))
