"""How far a member is from a tier, and until when what they did counts: in numbers, and in a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from siyu.sdk import Text
from siyu.tiers.ladder import CUMULATIVE, SPENDING, Condition, Ladder, Measure, Period, Tier
from siyu.tiers.periods import DAY, first_day, last_day
from siyu.tiers.record import Record
from siyu.tiers.rule import Earned

YUAN = 100
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ConditionProgress:
    """What one condition asks and what there is; `until` is the last day of the period it counts in, if it has one."""

    condition: Condition
    have: int
    until: date | None

    @property
    def missing(self) -> int:
        """What is still to come."""
        return max(0, self.condition.at_least - self.have)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a member is from a tier, or from keeping it: `all_of` are needed, and one of `any_of`, if any."""

    tier: Tier
    all_of: Sequence[ConditionProgress]
    any_of: Sequence[ConditionProgress]
    keeps: bool

    def sentence(self) -> Text:
        """What is missing, in words."""
        needed = [each for each in self.all_of if each.missing]
        chosen = list(self.any_of) if all(each.missing for each in self.any_of) else []
        title = self.tier.title
        if not needed and not chosen:
            return Text(zh=f"已满足{title.zh}的条件", en=f"The conditions of {title.en} are met")
        zh = "，且".join([*map(_zh, needed), *(["或".join(map(_zh, chosen))] if chosen else [])])
        en = " and ".join([*map(_en, needed), *([" or ".join(map(_en, chosen))] if chosen else [])])
        goal = f"to keep {title.en}" if self.keeps else f"for {title.en}"
        return Text(zh=f"{zh}，即可{'保留' if self.keeps else '升至'}{title.zh}", en=f"{en} {goal}")


def progress_to(ladder: Ladder, record: Record, earned: Earned, place: int, day: date) -> Progress:
    """How far a member is on a day from the tier of a place; `earned` as `earned_days` tells of the record."""
    last = earned[place - 1] if place else None
    return _progress(ladder, record, place, day, last, keeps=False)


def progress_of_keeping(
    ladder: Ladder, record: Record, earned: Earned, place: int, valid_until: date, day: date
) -> Progress:
    """How far a member is on a day from earning a tier anew that they hold until a day."""
    shown = _progress(ladder, record, place, day, earned[place - 1] or day, keeps=True)
    end = valid_until

    def within(each: ConditionProgress) -> ConditionProgress:
        until = end if each.until is None else min(each.until, end)
        return ConditionProgress(each.condition, each.have, until)

    return Progress(shown.tier, [*map(within, shown.all_of)], [*map(within, shown.any_of)], keeps=True)


def _progress(ladder: Ladder, record: Record, place: int, day: date, last: date | None, *, keeps: bool) -> Progress:
    tier, since = ladder.tiers[place], _counted_from(ladder, record, place)

    def shown(condition: Condition) -> ConditionProgress:
        first, until = since, None
        if condition.measure is Measure.SPEND_MONTH:
            until = last_day(Period.MONTH, day)
        elif condition.measure in CUMULATIVE and last is not None and tier.review is not Period.NONE:
            first, until = max(since, first_day(tier.review, day)), last_day(tier.review, day)
        return ConditionProgress(condition, record.have(condition, day, first), until)

    return Progress(tier, [*map(shown, tier.all_of)], [*map(shown, tier.any_of)], keeps)


def _counted_from(ladder: Ladder, record: Record, place: int) -> date:
    by_hand = record.by_hand
    hand = ladder.place_of(by_hand.tier) if by_hand is not None else None
    return by_hand.day + DAY if by_hand is not None and hand is not None and hand < place else date.min


def _zh(each: ConditionProgress) -> str:
    condition, until = each.condition, f"{each.until.month} 月 {each.until.day} 日前" if each.until else ""
    if condition.measure in SPENDING:
        return f"{until}再消费 ¥{_yuan(each.missing)}"
    if condition.days is not None:
        return f"{until}{condition.days} 天内再互动 {each.missing} 次"
    return f"{until}再获得 {each.missing:,} 成长值"


def _en(each: ConditionProgress) -> str:
    condition, until = each.condition, f" until {each.until.day} {MONTHS[each.until.month - 1]}" if each.until else ""
    if condition.measure in SPENDING:
        return f"¥{_yuan(each.missing)} more{until}"
    if condition.days is not None:
        return f"{each.missing} more interactions within {condition.days} days{until}"
    return f"{each.missing:,} more growth{until}"


def _yuan(fen: int) -> str:
    yuan, rest = divmod(fen, YUAN)
    return f"{yuan:,}.{rest:02}" if rest else f"{yuan:,}"
