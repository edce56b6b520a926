"""Which days of which members a commit has changed, as it leaves that for the worker: the topic `metrics`."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.features import DayKind, Members
from siyu.outbox import Note, OutboxMessage

METRICS_TOPIC = "metrics"

# A member and when something happened to them; None stands for all that ever did.
Touched = tuple[UUID, datetime | None]
# The days of each member; None for all of them.
MemberDays = Mapping[UUID, set[date] | None]


def notes_of_touched_days(touched: Collection[Touched]) -> list[Note]:
    """These days as the worker is left them.

    Whoever moves facts or orders from one member to another names both with None.
    """
    payload = [(member.hex, None if at is None else int(at.timestamp())) for member, at in touched]
    return [Note(METRICS_TOPIC, payload)] if payload else []


def days_in(
    messages: Iterable[OutboxMessage], zone: ZoneInfo, talked: Mapping[DayKind, Members] | None = None
) -> MemberDays:
    """What messages name, in days of the shop; of what was done in chats (dictionaries), what `talked` has."""
    days: defaultdict[UUID, set[date]] = defaultdict(set)
    wholly: set[UUID] = set()
    for (day, _), members in (talked or {}).items():
        for member in members:
            days[UUID(hex=member)].add(date.fromisoformat(day))
    for message in messages:
        for member, second in message.payload if isinstance(message.payload, list) else ():
            if second is None:
                wholly.add(UUID(hex=member))
            else:
                days[UUID(hex=member)].add(datetime.fromtimestamp(second, UTC).astimezone(zone).date())
    return {**days, **dict.fromkeys(wholly)}
