"""Caps as counters of the core: what each is called, and which number of it a fact counts in."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.campaigns.counters import CounterKey
from siyu.sdk import Cap, Scope, bucket_of

# No type can declare a counter whose name begins so (siyu.sdk.declared_counters).
RESERVED = "$"


class LiveCap(NamedTuple):
    """A cap, and the name of the counter it is kept in."""

    cap: Cap
    counter: str

    def key(self, campaign_id: UUID, member_id: UUID | None, at: datetime, zone: ZoneInfo) -> CounterKey:
        """The number that a fact about a member counts in; a cap of the whole campaign needs no member."""
        subject = str(member_id) if self.cap.scope is Scope.MEMBER else ""
        return CounterKey(campaign_id, self.counter, subject, bucket_of(self.cap.period, at.astimezone(zone)))


def live_cap(cap: Cap) -> LiveCap:
    """The cap with the name of its counter.

    >>> live_cap(Cap(measure="value", unit="points", scope="member", period="day", limit=5)).counter
    '$value.points.member.day'
    """
    parts = cap.measure.value, cap.unit, cap.scope.value, cap.period.value
    return LiveCap(cap, RESERVED + ".".join(part for part in parts if part is not None))
