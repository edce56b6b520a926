"""The holds a batch of facts opens and ends, in memory: value that is promised and not the member's yet."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from siyu.sdk import Held

# A campaign, a member and what the hold is for.
HoldKey = tuple[UUID, UUID, str]


@dataclass(slots=True)
class OpenHold:
    """A hold; once it ended, `posted` of it was granted by the transfer, or nothing."""

    id: UUID
    key: HoldKey
    unit: str
    amount: int
    reference: str | None
    created_at: datetime
    is_new: bool = False
    posted: int = 0
    transfer_id: UUID | None = None
    ended_at: datetime | None = None

    @property
    def state(self) -> str:
        """As it is stored."""
        if self.ended_at is None:
            return "open"
        return "posted" if self.posted else "void"


class HoldBook:
    """Open holds by their keys, and the keys in use; `new` and `ended` are what a commit has to write."""

    def __init__(self, new_id: Callable[[], UUID]) -> None:
        self._new_id = new_id
        self._open: dict[HoldKey, OpenHold] = {}
        self._open_of: Counter[tuple[UUID, UUID]] = Counter()
        self._used: set[HoldKey] = set()
        self.new: dict[HoldKey, OpenHold] = {}
        self.ended: list[OpenHold] = []

    def put(self, hold: OpenHold) -> None:
        """Make an open hold known."""
        self._used.add(hold.key)
        self._open[hold.key] = hold
        self._open_of[hold.key[:2]] += 1

    def put_key(self, key: HoldKey) -> None:
        """Make known that a hold had this key."""
        self._used.add(key)

    def is_used(self, key: HoldKey) -> bool:
        """Whether a hold has or had the key, as far as is known: the database knows of all."""
        return key in self._used

    def open_count(self, campaign_id: UUID, member_id: UUID) -> int:
        """How many holds of the member are open in the campaign."""
        return self._open_of[campaign_id, member_id]

    def held(self, key: HoldKey) -> Held | None:
        """The open hold of this key."""
        hold = self._open.get(key)
        return Held(hold.unit, hold.amount, hold.created_at) if hold else None

    def open(self, key: HoldKey, unit: str, amount: int, reference: str | None, at: datetime) -> None:
        """Open a hold; the caller has made sure that the key is new."""
        hold = self.new[key] = OpenHold(self._new_id(), key, unit, amount, reference, at, is_new=True)
        self.put(hold)

    def end(self, key: HoldKey, at: datetime) -> OpenHold | None:
        """End the open hold of this key; None where there is none. The caller enters what it posts."""
        hold = self._open.pop(key, None)
        if hold is not None:
            hold.ended_at = at
            self._open_of[key[:2]] -= 1
            if not hold.is_new:
                self.ended.append(hold)
        return hold
