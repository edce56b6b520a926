"""Invitations from and to the database, many at a time."""

from collections.abc import Collection
from uuid import UUID

from siyu.db import Connection, append_rows
from siyu.members.invitations import Invitation, InvitationBook

# Also those that a merge set aside: nobody is invited twice.
LOAD = "SELECT person_id FROM invitation WHERE person_id = ANY($1::uuid[])"

ELSEWHERE = "SELECT member_id, id FROM invitation WHERE member_id = ANY($1::uuid[]) AND campaign_id <> $2"

COLUMNS = (
    "member_id",
    "id",
    "member_joined_at",
    "inviter_id",
    "inviter_joined_at",
    "campaign_id",
    "fact_id",
    "at",
)


async def load_invited(connection: Connection, book: InvitationBook, member_ids: Collection[UUID]) -> None:
    """Make known which of these members have an inviter; they are locked by the caller."""
    for row in await connection.fetch(LOAD, list(member_ids)):
        book.put(row[0])


async def invited_elsewhere(
    connection: Connection, campaign_id: UUID, member_ids: Collection[UUID]
) -> dict[UUID, UUID]:
    """Which of these members were invited in other campaigns, each with the id of the invitation, which dates it."""
    return {row[0]: row[1] for row in await connection.fetch(ELSEWHERE, list(member_ids), campaign_id)}


async def append_invitations(connection: Connection, invitations: Collection[Invitation]) -> None:
    """Append invitations. A member who has an inviter after all raises a violation of uniqueness."""
    await append_rows(connection, "invitation", COLUMNS, [_row(invitation) for invitation in invitations])


def _row(invitation: Invitation) -> tuple[object, ...]:
    (joined_at, member_id), (inviter_joined_at, inviter_id) = invitation.place, invitation.inviter_place
    who = member_id, invitation.id, joined_at, inviter_id, inviter_joined_at
    return (*who, invitation.campaign_id, invitation.fact_id, invitation.at)
