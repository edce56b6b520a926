"""What members did in chats, as a commit leaves it for the worker, and what of it a worker has counted already.

Of each kind one a day counts: after the first of a member's day, a loud group's facts change nothing but the time of
the last interaction. To count these members anew for each of them would read a day's messages again and again.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from siyu.outbox import OutboxMessage

# Members of a day and kind that a process remembers, over all days and kinds: some 30 MB at most.
REMEMBERED_MAX = 250_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

# Day of the shop → type of fact → id of the member → microseconds since 1970 of the last one.
PackedTalk = dict[str, dict[str, dict[str, int]]]
# The day and the type.
DayKind = tuple[str, str]
Talk = Mapping[DayKind, Mapping[str, int]]
# The ids of members, in hexadecimal digits.
Members = set[str]


class Said(NamedTuple):
    """A member did something in a chat: a fact of this type, on this day of the shop, by themselves or told of them."""

    member_id: UUID
    day: date
    kind: str
    at: datetime


def pack_talk(said: Iterable[Said]) -> PackedTalk:
    """A message of this, in which each member is once a day and kind."""
    packed: PackedTalk = {}
    for member_id, day, kind, at in said:
        latest = packed.setdefault(day.isoformat(), {}).setdefault(kind, {})
        member, micros = member_id.hex, (at - EPOCH) // MICROSECOND
        latest[member] = max(micros, latest.get(member, micros))
    return packed


def talk_in(messages: Iterable[OutboxMessage]) -> Talk:
    """All that messages of `pack_talk` tell; others, which are lists, are passed over."""
    talk: dict[DayKind, dict[str, int]] = {}
    for message in messages:
        if isinstance(message.payload, dict):
            for day, kinds in message.payload.items():
                for kind, told in kinds.items():
                    _add(talk.setdefault((day, kind), {}), told)
    return talk


def _add(latest: dict[str, int], told: Mapping[str, int]) -> None:
    for member, micros in told.items():
        if micros > latest.get(member, micros - 1):
            latest[member] = micros


class CountedTalk:
    """Whose days a process has counted, by kind: another fact of the kind on that day is no further interaction.

    Facts are only ever added, so what was counted and committed stays so, whoever counts anew. A process that does not
    know counts once more, which changes nothing.
    """

    def __init__(self, remembered_max: int = REMEMBERED_MAX) -> None:
        self._most = remembered_max
        self._size = 0
        self._members: OrderedDict[DayKind, Members] = OrderedDict()

    def uncounted(self, talk: Talk) -> dict[DayKind, Members]:
        """Those for whom this is the first of the day and kind, as far as this process knows."""
        known = self._members
        found = {place: latest.keys() - known.get(place, ()) for place, latest in talk.items()}
        return {place: members for place, members in found.items() if members}

    def remember(self, counted: Mapping[DayKind, Members]) -> None:
        """Note what has been counted, once it is committed; the days noted longest ago make room."""
        for place, members in counted.items():
            kept = self._members.setdefault(place, set())
            self._members.move_to_end(place)
            self._size -= len(kept)
            kept |= members
            self._size += len(kept)
        while self._size > self._most:
            _, forgotten = self._members.popitem(last=False)
            self._size -= len(forgotten)
