"""What members hold of counters under keys of their own, in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from siyu.campaigns.counters import CounterKey

# Held and confirmed, of one member in one campaign: a batch reads them all.
RESERVATIONS_MAX = 256

# A campaign, a member and the key.
ReservationKey = tuple[UUID, UUID, str]


class ReservationState(Enum):
    """What became of a reservation."""

    HELD = "held"
    CONFIRMED = "confirmed"
    RELEASED = "released"


@dataclass(slots=True)
class Reservation:
    """One reservation; `counter` is where its amount is counted. `changed_at` once there is something to write."""

    id: UUID
    member_id: UUID
    key: str
    counter: CounterKey
    amount: int
    state: ReservationState
    changed_at: datetime | None = None


class Reservations:
    """Reservations by campaign, member and key. Released ones are read from no database: they are as good as none."""

    def __init__(self, new_id: Callable[[], UUID]) -> None:
        self._new_id = new_id
        self._by_key: dict[ReservationKey, Reservation] = {}
        self._open: dict[tuple[UUID, UUID], int] = {}

    def put(self, reservation: Reservation) -> None:
        """Make one known, held or confirmed."""
        owner = reservation.counter.campaign_id, reservation.member_id
        self._by_key[*owner, reservation.key] = reservation
        self._open[owner] = self._open.get(owner, 0) + 1

    def get(self, campaign_id: UUID, member_id: UUID, key: str) -> Reservation | None:
        """The reservation under the key, unless it was released."""
        found = self._by_key.get((campaign_id, member_id, key))
        return None if found is None or found.state is ReservationState.RELEASED else found

    def count(self, campaign_id: UUID, member_id: UUID) -> int:
        """How many a member holds or has confirmed."""
        return self._open.get((campaign_id, member_id), 0)

    def hold(self, counter: CounterKey, member_id: UUID, key: str, amount: int, now: datetime) -> None:
        """Hold under a key that is free; where it was released before, its row begins anew."""
        self.put(Reservation(self._new_id(), member_id, key, counter, amount, ReservationState.HELD, now))

    def end(self, reservation: Reservation, state: ReservationState, now: datetime) -> None:
        """Confirm or release what is held."""
        reservation.state, reservation.changed_at = state, now
        if state is ReservationState.RELEASED:
            self._open[reservation.counter.campaign_id, reservation.member_id] -= 1

    def changed(self) -> list[Reservation]:
        """The reservations to write."""
        return [reservation for reservation in self._by_key.values() if reservation.changed_at is not None]
