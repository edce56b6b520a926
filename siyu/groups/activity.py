"""What members did in groups, as a commit leaves it for the worker: the messages of the topic `group_activity`."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import NamedTuple
from uuid import UUID

from siyu.outbox import Note, OutboxMessage

ACTIVITY_TOPIC = "group_activity"
# The facts that are interactions in a group where their data names one, each with the column that counts them.
COUNTED_IN: Mapping[str, str] = {
    "message.posted": "posts",
    "message.liked": "likes",
    "poll.answered": "answers",
    "link.clicked": "clicks",
}
KINDS = tuple(COUNTED_IN.values())


class Interaction(NamedTuple):
    """A member did something in the group of this key, on this day of the shop; `kind` is one of KINDS."""

    key: str
    member_id: UUID
    day: date
    kind: str


def notes_of_activity(interactions: Collection[Interaction]) -> list[Note]:
    """These as the worker is left them."""
    payload = [
        [each.key, each.member_id.hex, each.day.isoformat(), KINDS.index(each.kind), count]
        for each, count in Counter(interactions).items()
    ]
    return [Note(ACTIVITY_TOPIC, payload)] if payload else []


# Key of the group, member in hexadecimal digits, day and the place among KINDS, as messages have them.
Told = tuple[str, str, str, int]


def activity_in(messages: Iterable[OutboxMessage]) -> Mapping[Told, int]:
    """How often messages tell of each interaction."""
    counted: defaultdict[Told, int] = defaultdict(int)
    for message in messages:
        for key, member, day, kind, count in message.payload:
            counted[key, member, day, kind] += count
    return counted
