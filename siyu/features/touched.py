"""Whose features a commit has changed, as it leaves that for the worker: the message of the topic `features`."""

from collections.abc import Collection, Iterable
from uuid import UUID

from siyu.db import Connection
from siyu.outbox import OutboxMessage, append

FEATURES_TOPIC = "features"
# Of one message, so that the worker's steps stay short.
MEMBERS_A_MESSAGE = 256


async def leave_touched(connection: Connection, member_ids: Collection[UUID]) -> None:
    """Leave these members to the worker; the message exists if and only if the caller's transaction commits."""
    names = [member_id.hex for member_id in member_ids]
    for start in range(0, len(names), MEMBERS_A_MESSAGE):
        await append(connection, FEATURES_TOPIC, names[start : start + MEMBERS_A_MESSAGE])


def touched_in(messages: Iterable[OutboxMessage]) -> set[UUID]:
    """The members that messages name."""
    return {UUID(hex=member) for message in messages for member in message.payload}
