"""What one campaign changes in a shop, in plain dictionaries: values, states, keys, scores, rewards, messages."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from siyu.sdk.audience import Features, Privileges
from siyu.sdk.core_facts import ORDER_PAID
from siyu.sdk.facts import Fact
from siyu.sdk.testing.orders import Orders
from siyu.sdk.text import Text
from siyu.sdk.view import Granted, MemberView


@dataclass(slots=True)
class Original:
    """A grant or a spend under a reference: when it was, and what is left of it to be undone."""

    at: datetime
    left: int


class AskedFor(NamedTuple):
    """A fact that the campaign asked for, to happen at `due_at`; `timer` is the key of one that was scheduled.

    `depth` counts the facts that it follows from without a pause.
    """

    type: str
    member_id: UUID
    data: Mapping[str, Any]
    depth: int
    due_at: datetime
    timer: str | None = None


class CounterKey(NamedTuple):
    """One number: the counter's name, whose it is and of which period."""

    name: str
    subject: str
    bucket: str


@dataclass(slots=True)
class Counted:
    """How much of a counter is used for good, and how much is held under keys."""

    used: int = 0
    held: int = 0

    @property
    def taken(self) -> int:
        """What cannot be taken any more."""
        return self.used + self.held


@dataclass(slots=True)
class Reservation:
    """What a member holds, or has confirmed, under one key, and where it is counted."""

    counter: CounterKey
    amount: int
    confirmed: bool = False


class OriginalKey(NamedTuple):
    """A member, a unit, what the grant or the spend was for, and which of the two it was."""

    member_id: UUID
    unit: str
    reference: str
    of: str


class OpenHold(NamedTuple):
    """What is promised to a member under one key, since when, and what it will be granted for."""

    unit: str
    amount: int
    at: datetime
    reference: str | None


class OpenReview(NamedTuple):
    """What an operator is to look at: the type's reason, what they are shown, and since when it waits."""

    reason: str
    evidence: Mapping[str, str | int]
    at: datetime


@dataclass(slots=True)
class Shop:
    """Everything that stays between two facts of a stage. `states` is JSON by member, as the database keeps it."""

    draw_secret: bytes = b""
    members: dict[UUID, MemberView] = field(default_factory=dict)
    orders: Orders = field(default_factory=Orders)
    states: dict[UUID, str] = field(default_factory=dict)
    balances: Counter[tuple[UUID, str]] = field(default_factory=Counter)
    # The oldest first.
    originals_by_key: dict[OriginalKey, list[Original]] = field(default_factory=dict)
    # By member and key; what was settled is gone, but its key stays among the used ones.
    holds: dict[tuple[UUID, str], OpenHold] = field(default_factory=dict)
    hold_keys: set[tuple[UUID, str]] = field(default_factory=set)
    once: set[tuple[UUID, str]] = field(default_factory=set)
    scores: dict[tuple[UUID, str], int] = field(default_factory=dict)
    # By member and key.
    timers: dict[tuple[UUID, str], AskedFor] = field(default_factory=dict)
    counted: defaultdict[CounterKey, Counted] = field(default_factory=lambda: defaultdict(Counted))
    # By member and key; what was released is gone.
    reservations: dict[tuple[UUID, str], Reservation] = field(default_factory=dict)
    # Names by member and key; what was revoked is gone, but its key stays among the used ones.
    rewards: dict[tuple[UUID, str], str] = field(default_factory=dict)
    reward_keys: set[tuple[UUID, str]] = field(default_factory=set)
    messages: defaultdict[UUID, list[Text]] = field(default_factory=lambda: defaultdict(list))
    # By member and key; what has its verdict is gone, but its key stays among the used ones.
    reviews: dict[tuple[UUID, str], OpenReview] = field(default_factory=dict)
    review_keys: set[tuple[UUID, str]] = field(default_factory=set)
    tags: dict[UUID, frozenset[str]] = field(default_factory=dict)
    # Who invited whom, by the one who was invited.
    inviters: dict[UUID, UUID] = field(default_factory=dict)
    # But for tags and orders, which are found elsewhere.
    features: dict[UUID, Features] = field(default_factory=dict)
    # How many members groups were told to have, by key.
    sizes: dict[str, int] = field(default_factory=dict)
    # JSON by key.
    teams: dict[str, str] = field(default_factory=dict)
    # What happens next, whatever else does.
    following: deque[AskedFor] = field(default_factory=deque)

    def describe(
        self,
        member_id: UUID,
        tier: str | None,
        tags: Iterable[str] | None,
        groups: Iterable[str] | None,
        privileges: Privileges | None,
    ) -> None:
        """Let the member have this tier, these tags, groups and privileges, where they are given."""
        features = self.features[member_id]
        if tier is not None:
            features = features._replace(tier=tier)
        if groups is not None:
            features = features._replace(groups=frozenset(groups))
        if privileges is not None:
            features = features._replace(privileges=privileges)
        if tags is not None:
            self.tags[member_id] = frozenset(tags)
        self.features[member_id] = features

    def join(self, member: MemberView) -> None:
        """Somebody is a member from now on."""
        self.members[member.id], self.features[member.id] = member, Features(member.joined_at)

    def tell_size(self, key: str, members: int) -> None:
        """Let a group have so many members. Raises ValueError for what is no number of members."""
        if type(members) is not int or members < 0:
            raise ValueError(f"a group has 0 members or more, not {members!r}")
        self.sizes[key] = members

    def group_size(self, key: str) -> int | None:
        """How many members a group has: as told, else those of the shop who are in it; None where nobody is."""
        if key in self.sizes:
            return self.sizes[key]
        return sum(key in features.groups for features in self.features.values()) or None

    def counted_of(self, counter: str) -> dict[tuple[str, str], tuple[int, int]]:
        """How much of a counter is used and how much is held, by subject and period; those alone that have any."""
        own = ((key, row) for key, row in self.counted.items() if key.name == counter and row.taken)
        return {(key.subject, key.bucket): (row.used, row.held) for key, row in own}

    def known(self, fact: Fact) -> Features:
        """What the shop knows of the fact's member before it: an order that it pays is not in it."""
        return self.known_of(fact.member_id, but=fact.data.get("order") if fact.type == ORDER_PAID else None)

    def known_of(self, member_id: UUID, *, but: str | None = None) -> Features:
        """What the shop knows of a member, an order `but` left out."""
        tags = self.tags.get(member_id, frozenset())
        return self.features[member_id]._replace(tags=tags, has_ordered=self.orders.has_any(member_id, but=but))

    def set_timer(self, asked: AskedFor) -> None:
        """Set a timer, in the place of one with that key."""
        assert asked.timer is not None, "an emitted fact is no timer"  # noqa: S101 - our bug
        self.timers.pop((asked.member_id, asked.timer), None)
        self.timers[asked.member_id, asked.timer] = asked

    def next_following(self) -> AskedFor | None:
        """Take what follows next; timers that were replaced or cancelled are passed over."""
        while self.following:
            asked = self.following.popleft()
            if asked.timer is None:
                return asked
            if self.timers.get((asked.member_id, asked.timer)) is asked:
                return self.timers.pop((asked.member_id, asked.timer))
        return None

    def next_due(self, then: datetime) -> AskedFor | None:
        """Take the timer that is due first, until `then`; of several at one moment the one that was set first."""
        due = [key for key, asked in self.timers.items() if asked.due_at <= then]
        return self.timers.pop(min(due, key=lambda key: self.timers[key].due_at)) if due else None

    def granted(self, member_id: UUID, unit: str, reference: str, of: str) -> Granted | None:
        """What is left under a reference, dated by the first grant or spend."""
        left = [original for original in self.originals(member_id, unit, reference, of) if original.left]
        return Granted(sum(original.left for original in left), left[0].at) if left else None

    def originals(self, member_id: UUID, unit: str, reference: str, of: str) -> list[Original]:
        """The member's grants, or spends, under a reference, the oldest first."""
        return self.originals_by_key.get(OriginalKey(member_id, unit, reference, of), [])

    def remember(self, member_id: UUID, unit: str, reference: str, of: str, original: Original) -> None:
        """Let a grant or a spend be undone later."""
        self.originals_by_key.setdefault(OriginalKey(member_id, unit, reference, of), []).append(original)
