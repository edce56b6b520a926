"""The tiers of the members of a batch, in memory: what they did, how they stand, and what a commit has to write."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.tiers.ladder import Ladder, Measure, Tier
from siyu.tiers.periods import midnight
from siyu.tiers.record import Record
from siyu.tiers.rule import Earned, Standing, earned_days, falls, standing_on

NO_NUMBERS: Sequence[Mapping[str, Any]] = ()


class Reason(Enum):
    """Why a member has another tier."""

    UPGRADE = "upgrade"
    REVIEW = "review"
    REFUND = "refund"
    LATE_FACT = "late_fact"
    LADDER = "ladder"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class LiveLadder:
    """The shop's ladder as it stands: a revision of it, and the zone that its days are of."""

    revision: int
    ladder: Ladder
    zone: ZoneInfo


class TierChange(NamedTuple):
    """One entry of a member's history; `numbers` are what the conditions of the tier asked, and what there was."""

    member_id: UUID
    number: int
    before: str | None
    after: str
    at: datetime
    reason: Reason
    fact_id: UUID | None = None
    numbers: Sequence[Mapping[str, Any]] = NO_NUMBERS


class Cause(NamedTuple):
    """What makes siyu judge a member: a fact, the time that it counts for, and how a change is called."""

    at: datetime
    reason: Reason = Reason.UPGRADE
    fact_id: UUID | None = None


class Deed(NamedTuple):
    """Something that counts on a day: so much spending or growth, or an interaction of a kind."""

    day: date
    measure: Measure
    amount: int = 1
    kind: str = ""


@dataclass(slots=True)
class MemberTier:
    """How a member stands. Without a `revision` they were never judged: `tier` is what the shop called them."""

    member_id: UUID
    record: Record
    tier: str | None
    since: datetime
    joined_at: datetime
    revision: int | None = None
    earned: Earned = ()
    valid_until: date | None = None
    judged_on: date = date.min
    changes: int = 0


@dataclass(slots=True)
class TierBook:
    """Members by id. `changed` and `changes` are what a commit has to write; `unsettled` are to be judged once more,
    by all that the database then has of them."""

    live: LiveLadder | None = None
    changed: set[UUID] = field(default_factory=set)
    changes: list[TierChange] = field(default_factory=list)
    unsettled: dict[UUID, Cause] = field(default_factory=dict)
    _members: dict[UUID, MemberTier] = field(default_factory=dict)

    @property
    def ladder(self) -> Ladder:
        """The shop's, where it has one."""
        return self._live().ladder

    def put(self, member: MemberTier) -> None:
        """Make a member known."""
        self._members[member.member_id] = member

    def find(self, member_id: UUID) -> MemberTier | None:
        """The member, if their tier was loaded."""
        return self._members.get(member_id)

    def written(self) -> Iterator[MemberTier]:
        """The members to write, in the order of their ids."""
        return (self._members[member_id] for member_id in sorted(self.changed))

    def drop(self, member_id: UUID) -> None:
        """Forget a member, and what a commit would write of them."""
        self._members.pop(member_id, None)
        self.changed.discard(member_id)
        self.changes = [change for change in self.changes if change.member_id != member_id]

    def forget_changes(self) -> None:
        """Drop what a commit would write."""
        self.changed.clear()
        self.changes.clear()
        self.unsettled.clear()

    def follow(self, member_id: UUID, deeds: Collection[Deed], cause: Cause, day: Callable[[datetime], date]) -> str:
        """Judge a known member after what they did; answers with their tier."""
        member, live = self._members[member_id], self._live()
        counted = [deed for deed in deeds if _enter(member.record, deed)]
        if not counted:
            return member.tier or live.ladder.base.key
        reason = _reason(member, live, counted)
        cause = cause._replace(reason=reason)
        anew = reason is not Reason.UPGRADE or member.revision is None
        if anew and member.record.interactions_since != date.min:
            self.unsettled[member_id] = cause
        else:
            self.judge(member, cause, max(day(cause.at), *(deed.day for deed in counted)), anew=anew)
        return member.tier or live.ladder.base.key

    def judge(self, member: MemberTier, cause: Cause, day: date, *, anew: bool) -> None:
        """Judge a member on a day, or on the latest that they were judged on or did anything on.

        It goes by what they did since they were judged last, or `anew` by all they ever did.
        """
        live, same = self._live(), member.revision == self._live().revision
        before = (member.earned, member.valid_until, member.judged_on, member.revision)
        day = max([day, member.judged_on, *(member.record.days(live.ladder.measures)[-1:] if anew else ())])
        if same:
            standing = Standing(live.ladder.place_of(member.tier) or 0, member.valid_until)
            for fall in falls(live.ladder, member.earned, standing, day):
                at = midnight(fall.day, live.zone)
                self._move(member, fall.after.place, Cause(at, Reason.REVIEW), fall.day)
        known, since = (None, date.min) if anew else (member.earned, member.judged_on)
        member.earned = earned_days(live.ladder, member.record, known, since)
        after = standing_on(live.ladder, member.earned, day)
        member.valid_until, member.judged_on, member.revision = after.valid_until, day, live.revision
        if before != (member.earned, member.valid_until, member.judged_on, member.revision):
            self.changed.add(member.member_id)
        self._move(member, after.place, cause, day)

    def _live(self) -> LiveLadder:
        assert self.live is not None, "nobody is judged without a ladder"  # noqa: S101 - an invariant
        return self.live

    def _move(self, member: MemberTier, place: int, cause: Cause, day: date) -> None:
        """Give a member another tier, and note it; that they begin at the lowest is no change."""
        ladder = self._live().ladder
        before, tier = member.tier or ladder.base.key, ladder.tiers[place]
        if member.tier == tier.key:
            return
        member.tier = tier.key
        self.changed.add(member.member_id)
        if before == tier.key:
            return
        member.since = cause.at
        member.changes += 1
        numbers = NO_NUMBERS if cause.reason is Reason.REVIEW else numbers_of(tier, member.record, day)
        self.changes.append(
            TierChange(
                member.member_id, member.changes, before, tier.key, cause.at, cause.reason, cause.fact_id, numbers
            )
        )


def _reason(member: MemberTier, live: LiveLadder, deeds: Collection[Deed]) -> Reason:
    """How a change would be called that these bring; all but an upgrade asks for the whole record."""
    if member.revision is None:
        return Reason.UPGRADE if member.tier in {None, live.ladder.base.key} else Reason.LADDER
    if member.revision != live.revision:
        return Reason.LADDER
    if any(deed.amount < 0 for deed in deeds):
        return Reason.REFUND
    return Reason.LATE_FACT if any(deed.day < member.judged_on for deed in deeds) else Reason.UPGRADE


def _enter(record: Record, deed: Deed) -> bool:
    """Write down what a member did; False where it counts for nothing."""
    if deed.measure is Measure.INTERACTIONS:
        return record.interact(deed.day, deed.kind)
    if deed.amount:
        (record.growth if deed.measure is Measure.GROWTH else record.spend).add(deed.day, deed.amount)
    return bool(deed.amount)


def numbers_of(tier: Tier, record: Record, day: date) -> Sequence[Mapping[str, Any]]:
    """What each condition of a tier asks, and what there is on a day."""
    return [
        {
            "measure": condition.measure.value,
            "days": condition.days,
            "need": condition.at_least,
            "have": record.have(condition, day, date.min),
        }
        for condition in tier.conditions
    ]
