"""Whose features a commit has changed, as it leaves that for the worker: the message of the topic `features`."""

from collections.abc import Collection, Iterable
from uuid import UUID

from siyu.db import Connection
from siyu.features.talk_days import Said, pack_talk
from siyu.outbox import OutboxMessage, append

FEATURES_TOPIC = "features"
# Of one message, so that the worker's steps stay short.
MEMBERS_A_MESSAGE = 256


async def leave_touched(connection: Connection, member_ids: Collection[UUID]) -> None:
    """Leave these members to the worker; the message exists if and only if the caller's transaction commits."""
    names = [member_id.hex for member_id in member_ids]
    for start in range(0, len(names), MEMBERS_A_MESSAGE):
        await append(connection, FEATURES_TOPIC, names[start : start + MEMBERS_A_MESSAGE])


async def leave_talk(connection: Connection, topic: str, said: Collection[Said]) -> None:
    """Leave what members did in chats to the worker, under the topic; in one message, for a commit has few facts."""
    if said:
        await append(connection, topic, pack_talk(said))


def touched_in(messages: Iterable[OutboxMessage]) -> set[UUID]:
    """The members whom messages name, but for those of what was done in chats (`talk_in`)."""
    return {UUID(hex=each) for message in messages if isinstance(message.payload, list) for each in message.payload}
