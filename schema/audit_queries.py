"""The reads of the audit log, for admins."""

from datetime import datetime

import strawberry

from schema.connections import Connection, connect, encode_cursor, forward, number_cursor
from schema.context import Info
from schema.fields import field_for
from schema.ids import decode_id
from schema.permissions import ForAdmins
from schema.types.audit import AuditEntry
from siyu.audit.queries import AuditOutcome, AuditWanted, audit_page
from siyu.inputs import is_storable


@strawberry.input(description="Which entries; what is left out selects all.")
class AuditFilter:
    """Which entries."""

    actor: str | None = strawberry.field(default=None, description="Who, by the name in the token.")
    field: str | None = strawberry.field(default=None, description="The mutation, or the words of the command.")
    object: strawberry.ID | None = strawberry.field(default=None, description="What it named or made.")
    from_: datetime | None = strawberry.field(default=None, name="from", description="Not before.")
    to: datetime | None = strawberry.field(default=None, description="Before.")
    outcome: AuditOutcome | None = None

    def wanted(self) -> AuditWanted | None:
        """The same for the database; None where nothing can be meant."""
        decoded = decode_id(self.object) if self.object else None
        if (self.object and decoded is None) or not all(is_storable(each or "") for each in (self.actor, self.field)):
            return None
        named = ":".join(decoded) if decoded else None
        if named is not None and not is_storable(named):
            return None
        return AuditWanted(self.actor, self.field, named, self.from_, self.to, self.outcome)


@strawberry.type
class AuditQueries:
    """What staff changed."""

    @field_for(
        ForAdmins,
        "What operators, admins, analysts, clerks and commands changed or tried to, the newest first.",
    )
    async def audit_log(
        self,
        info: Info,
        filter: AuditFilter | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
    ) -> Connection[AuditEntry]:
        slice_ = forward(first, after)
        wanted = (filter or AuditFilter()).wanted()
        before = number_cursor(slice_.after) if wanted else 0
        page = await audit_page(info.context.pool, wanted or AuditWanted(), slice_.limit, before)
        return connect(page, slice_, lambda row: AuditEntry(row=row), lambda row: encode_cursor(row.number))
