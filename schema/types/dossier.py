"""All that is held about a member, as one answer."""

import json

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.fields import field, field_for
from schema.ids import MEMBER, decode_or_nobody
from schema.permissions import ForAdmins
from siyu.dossier import ShownPart, read_some
from siyu.dossier.reading import SHOWN_ROWS_MAX


@strawberry.type(description="All that is held about a member, in the words of the tables that hold it.")
class MemberDossier:
    """A dossier as a GraphQL object."""

    shown: strawberry.Private[list[ShownPart]]

    @field(f"The rows of each table; of each at most {SHOWN_ROWS_MAX}. `members dossier` has all.")
    def parts(self) -> JSON:
        return JSON({part.table: [json.loads(row) for row in part.rows] for part in self.shown})

    @field("The tables of which not all rows are shown.")
    def cut(self) -> list[str]:
        return [part.table for part in self.shown if part.is_cut]


@strawberry.type
class DossierQueries:
    """What is held about members."""

    @field_for(
        ForAdmins,
        "All that is held about a member; members find their own at `viewer`. It is in the audit log, with the reason.",
    )
    async def member_dossier(
        self,
        info: Info,
        member: strawberry.ID,
        reason: str,  # noqa: ARG002 - the audit log reads it
    ) -> MemberDossier | None:
        shown = await read_some(info.context.pool, decode_or_nobody(MEMBER, member))
        return MemberDossier(shown=shown) if shown is not None else None
