"""Whose features a commit has changed, as it leaves that for the worker: the message of the topic `features`."""

from collections.abc import Collection, Iterable
from uuid import UUID

from siyu.db import Connection
from siyu.features.talk_days import Said, pack_talk
from siyu.outbox import Note, OutboxMessage, append_all

FEATURES_TOPIC = "features"
# Of one message, so that the worker's steps stay short.
MEMBERS_A_MESSAGE = 256


def notes_of_touched(member_ids: Collection[UUID]) -> list[Note]:
    """These members as the worker is left them."""
    names = [member_id.hex for member_id in member_ids]
    starts = range(0, len(names), MEMBERS_A_MESSAGE)
    return [Note(FEATURES_TOPIC, names[start : start + MEMBERS_A_MESSAGE]) for start in starts]


async def leave_touched(connection: Connection, member_ids: Collection[UUID]) -> None:
    """Leave these members to the worker; the message exists if and only if the caller's transaction commits."""
    await append_all(connection, notes_of_touched(member_ids))


def notes_of_talk(topic: str, said: Collection[Said]) -> list[Note]:
    """What members did in chats as the worker is left it, under the topic; in one note, for a commit has few facts."""
    return [Note(topic, pack_talk(said))] if said else []


def touched_in(messages: Iterable[OutboxMessage]) -> set[UUID]:
    """The members whom messages name, but for those of what was done in chats (`talk_in`)."""
    return {UUID(hex=each) for message in messages if isinstance(message.payload, list) for each in message.payload}
