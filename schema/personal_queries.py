"""Members by their identities, and who was shown personal data."""

from uuid import UUID

import strawberry

from schema.connections import Connection, connect, encode_cursor, forward, uuid_cursor
from schema.context import Info
from schema.errors import invalid_argument
from schema.fields import field_for
from schema.ids import MEMBER, decode_or_nobody
from schema.inputs import IdentityInput
from schema.permissions import ForAdmins
from schema.types.personal import Revelation
from siyu.errors import InvalidInput
from siyu.members.queries import member_id_of
from siyu.privacy.revealing import revelation_page


async def member_id_by(info: Info, identity: IdentityInput) -> UUID | None:
    """The member who is known by the identity. Raises INVALID_ARGUMENT for a phone that is none."""
    try:
        return await member_id_of(info.context.pool, identity.kind, identity.value, info.context.vault)
    except InvalidInput as error:
        raise invalid_argument(str(error)) from None


@strawberry.type
class PersonalQueries:
    """Who was shown what."""

    @field_for(ForAdmins, "Who was shown personal data in clear and why, the latest first: of a member, or of all.")
    async def revelations(
        self,
        info: Info,
        member: strawberry.ID | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
    ) -> Connection[Revelation]:
        slice_ = forward(first, after)
        member_id = decode_or_nobody(MEMBER, member) if member else None
        page = await revelation_page(info.context.pool, member_id, slice_.limit, uuid_cursor(slice_.after))
        return connect(page, slice_, lambda row: Revelation(row=row), lambda row: encode_cursor(row.id))
