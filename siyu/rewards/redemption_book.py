"""The redemptions a batch of facts makes and changes, in memory, with the stock and the limits they count against."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from siyu.codes import make_code
from siyu.rewards.catalogue import Measure, PrivilegeDetails, Reward
from siyu.rewards.redeeming import Standing
from siyu.rewards.redemption import Redemption, RedemptionState

# A member, a reward, and when the period began.
CountKey = tuple[UUID, UUID, datetime | None]
# A member, a library and a step.
PickKey = tuple[UUID, UUID, int]
# A member and what they wear: the kind and the name.
WornKey = tuple[UUID, str, str]


@dataclass(frozen=True, slots=True)
class IssuedReward:
    """A reward that a campaign issued under a key of the catalogue, and that has not become a redemption yet."""

    id: UUID
    member_id: UUID
    reward_id: UUID


class Privilege(NamedTuple):
    """Something to wear, from a moment until another or for ever; the fields are those of the table."""

    id: UUID
    member_id: UUID
    redemption_id: UUID
    kind: str
    name: str
    starts_at: datetime
    until: datetime | None


class RedemptionBook:
    """What facts about redemptions read; `new`, `changed`, `taken`, `privileges` and `opened` are for a commit to
    write."""

    def __init__(self, new_id: Callable[[], UUID], new_code: Callable[[], str] = make_code) -> None:
        self._new_id, self._new_code = new_id, new_code
        self.rewards: dict[UUID, Reward] = {}
        self.issued: dict[UUID, IssuedReward] = {}
        # Issued rewards that were taken back, and redemptions of such.
        self.revoked: set[UUID] = set()
        self.tiers: dict[UUID, str | None] = {}
        self.counts: Counter[CountKey] = Counter()
        self.progress: dict[tuple[UUID, Measure], int] = {}
        self.picks: set[PickKey] = set()
        self.worn_until: dict[WornKey, datetime | None] = {}
        self._redemptions: dict[UUID, Redemption] = {}
        self._orders: set[str] = set()
        self.new: dict[UUID, Redemption] = {}
        self.changed: dict[UUID, Redemption] = {}
        self.taken: Counter[UUID] = Counter()
        self.privileges: list[Privilege] = []
        self.opened: dict[UUID, datetime] = {}

    def put(self, redemption: Redemption) -> None:
        """Make a redemption of the database known."""
        self._redemptions[redemption.id] = redemption
        if redemption.order_number is not None:
            self._orders.add(redemption.order_number)

    def find(self, redemption_id: UUID, member_id: UUID) -> Redemption | None:
        """The member's redemption with this id, as far as it is known."""
        found = self._redemptions.get(redemption_id)
        return found if found is not None and found.member_id == member_id else None

    def is_order_used(self, number: str) -> bool:
        """Whether a redemption is confirmed by this order."""
        return number in self._orders

    def left(self, reward: Reward) -> int | None:
        """How many there are still, after what this batch took."""
        return None if reward.left is None else reward.left - self.taken[reward.id]

    def standing(self, reward: Reward, member_id: UUID, points: int, start: datetime | None) -> Standing:
        """What the member has that the reward asks for; `start` is when the period of its limit began."""
        progress = self.progress.get((member_id, reward.measure), 0) if reward.measure is not None else 0
        picked = reward.library_id is not None and (member_id, reward.library_id, reward.step) in self.picks
        count = self.counts[member_id, reward.id, start]
        return Standing(points, self.tiers.get(member_id), count, progress, picked, self.left(reward))

    def reserve(
        self, reward: Reward, member_id: UUID, fact_id: UUID, at: datetime, start: datetime | None
    ) -> Redemption:
        """Take one; the caller has made sure that it may be taken. Confirmed at once where no cash is to be paid."""
        made = self._make(reward, member_id, fact_id, at)
        made.points, made.price_fen = reward.price_points, reward.price_fen
        made.library_id, made.step = reward.library_id, reward.step
        if reward.price_fen:
            made.expires_at = at + timedelta(seconds=reward.hold_s)
        else:
            made.confirm(at, None)
        if reward.library_id is not None and reward.step is not None:
            self.picks.add((member_id, reward.library_id, reward.step))
        self.taken[reward.id] += 1
        self.counts[member_id, reward.id, start] += 1
        return made

    def open(self, issued: IssuedReward, member_id: UUID, fact_id: UUID, at: datetime) -> Redemption:
        """Make what a campaign issued a redemption of the member's: of no stock and for no price."""
        made = self._make(self.rewards[issued.reward_id], member_id, fact_id, at)
        made.issued_id = issued.id
        made.confirm(at, None)
        self.opened[issued.id] = at
        del self.issued[issued.id]
        return made

    def _make(self, reward: Reward, member_id: UUID, fact_id: UUID, at: datetime) -> Redemption:
        made = Redemption(
            id=self._new_id(),
            reward_id=reward.id,
            member_id=member_id,
            kind=reward.kind,
            gives=reward.details,
            state=RedemptionState.RESERVED,
            points=0,
            price_fen=0,
            code=self._new_code(),
            fact_id=fact_id,
            created_at=at,
        )
        self.new[made.id] = made
        self.put(made)
        return made

    def confirm(self, redemption: Redemption, at: datetime, order_number: str) -> None:
        """By the order that was paid."""
        redemption.confirm(at, order_number)
        self._orders.add(order_number)
        self.change(redemption)

    def end(self, redemption: Redemption, at: datetime, state: RedemptionState, start: datetime | None) -> None:
        """Cancel it or let it expire: what it took is there again. `start` as when it was reserved."""
        redemption.end(at, state)
        self.change(redemption)
        if redemption.issued_id is None:
            self.taken[redemption.reward_id] -= 1
            self.counts[redemption.member_id, redemption.reward_id, start] -= 1
            if redemption.library_id is not None and redemption.step is not None:
                self.picks.discard((redemption.member_id, redemption.library_id, redemption.step))

    def wear(self, redemption: Redemption, at: datetime, until_of: Callable[[datetime], datetime | None]) -> Privilege:
        """Give a privilege: from now on, or from the end of the same one that the member has for a time."""
        details = PrivilegeDetails.model_validate(redemption.gives)
        key = (redemption.member_id, details.privilege, details.name)
        starts_at = max(at, self.worn_until.get(key) or at)
        made = Privilege(self._new_id(), redemption.member_id, redemption.id, *key[1:], starts_at, until_of(starts_at))
        self.worn_until[key] = made.until
        self.privileges.append(made)
        return made

    def change(self, redemption: Redemption) -> None:
        """Have a commit write what changed; a new one is written as it is by then."""
        if redemption.id not in self.new:
            self.changed[redemption.id] = redemption

    def is_clean(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.new or self.changed)
