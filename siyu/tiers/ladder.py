"""A ladder of tiers as an operator writes it: what each asks, gives, and how it is kept or lost."""

from collections.abc import Iterator
from enum import Enum
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from siyu.rules import BadRule
from siyu.sdk import Privileges as ShownPrivileges
from siyu.sdk import Text
from siyu.sdk.audience import LABEL_LENGTH_MAX, Label
from siyu.tiers.tier_rule import AT_LEAST_MAX, WINDOW_DAYS_MAX, Bound, bounds_of

TIERS_MAX = 12
CONDITIONS_MAX = 8
TEXTS_MAX = 16
TEXT_LENGTH_MAX = 200
GRACE_DAYS_MAX = 90
WARNING_DAYS_MAX = 90
FLAG_DAYS_MAX = 366
WHOLE_PERCENT = 100
POINTS_PERCENT_MAX = 1_000
DISCOUNT_PERCENT_MAX = 90

Words = Annotated[str, Field(min_length=1, max_length=TEXT_LENGTH_MAX)]


class Measure(Enum):
    """What a condition counts, by the shop's days: money in fen that was paid and not refunded, growth, or facts."""

    SPEND_TOTAL = "spend_total"
    SPEND_MONTH = "spend_month"
    SPEND_YEAR = "spend_year"
    GROWTH = "growth"
    INTERACTIONS = "interactions"


SPENDING = frozenset({Measure.SPEND_TOTAL, Measure.SPEND_MONTH, Measure.SPEND_YEAR})
# What only grows: to be kept, a tier that is reviewed asks it anew of a review period.
CUMULATIVE = frozenset({Measure.SPEND_TOTAL, Measure.GROWTH})


class Period(Enum):
    """How often a tier is reviewed: at the end of each month, quarter or year of the shop, or never."""

    NONE = "none"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Part(BaseModel):
    """A part of a ladder: frozen, exact in its types, without fields that nobody reads."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class BothLanguages(Part):
    """The same words in Chinese and in English."""

    zh: Words
    en: Words

    def text(self) -> Text:
        """The words as everybody else has them."""
        return Text(zh=self.zh, en=self.en)


class Condition(Part):
    """So much of a measure. `days` is the window that interactions are counted in, the last of them today."""

    measure: Measure
    at_least: Annotated[int, Field(ge=1, le=AT_LEAST_MAX)]
    days: Annotated[int, Field(ge=1, le=WINDOW_DAYS_MAX)] | None = None

    @model_validator(mode="after")
    def interactions_have_a_window(self) -> "Condition":
        """And nothing else has one."""
        if (self.measure is Measure.INTERACTIONS) != (self.days is not None):
            raise ValueError("days must be given for interactions, and for nothing else")
        return self


def _condition(bound: Bound) -> Condition:
    return Condition(measure=Measure(bound.measure), at_least=bound.at_least, days=bound.days)


Conditions = Annotated[tuple[Condition, ...], Field(max_length=CONDITIONS_MAX)]


class Privileges(Part):
    """What members of a tier have: a discount, points in percent of the usual ones, gates that open, and words."""

    discount_percent: Annotated[int, Field(ge=0, le=DISCOUNT_PERCENT_MAX)] = 0
    points_percent: Annotated[int, Field(ge=WHOLE_PERCENT, le=POINTS_PERCENT_MAX)] = WHOLE_PERCENT
    gates: Annotated[tuple[Label, ...], Field(max_length=TEXTS_MAX)] = ()
    texts: Annotated[tuple[BothLanguages, ...], Field(max_length=TEXTS_MAX)] = ()

    def shown(self) -> ShownPrivileges:
        """As campaigns see them."""
        return ShownPrivileges(self.discount_percent, self.points_percent, frozenset(self.gates))


class Retention(Part):
    """What a member who is about to lose a tier is offered; `campaign` is the type of the campaign to point them to."""

    text: BothLanguages
    campaign: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")] | None = None


class Tier(Part):
    """One tier: reached where every condition of `all_of` holds and, if there are any, one of `any_of`.

    `rule` says the same as a rule, in place of both.

    A tier that is reviewed is held until the end of the period after the one it was last earned in, and `grace_days`
    longer; from `warning_days` before on, its members are warned. Then they fall by one tier, or `to_earned`: to the
    highest tier that they hold by what they did. So many days without a purchase flag a member, and change nothing.
    """

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=LABEL_LENGTH_MAX)]
    title: BothLanguages
    any_of: Conditions = ()
    all_of: Conditions = ()
    rule: str | None = None
    privileges: Privileges = Privileges()
    review: Period = Period.NONE
    grace_days: Annotated[int, Field(ge=0, le=GRACE_DAYS_MAX)] = 0
    warning_days: Annotated[int, Field(ge=0, le=WARNING_DAYS_MAX)] = 0
    retention: Retention | None = None
    downgrade: Literal["one", "to_earned"] = "to_earned"
    flag_after_days: Annotated[int, Field(ge=1, le=FLAG_DAYS_MAX)] | None = None

    @model_validator(mode="after")
    def a_rule_says_what_is_asked(self) -> "Tier":
        """The conditions are what the rule says, whether they are stored with it or not."""
        if self.rule is not None:
            try:
                said = [tuple(map(_condition, bounds)) for bounds in bounds_of(self.rule)]
            except BadRule as bad:
                raise ValueError("; ".join(problem.told().en for problem in bad.rule_problems)) from bad
            if max(map(len, said)) > CONDITIONS_MAX:
                raise ValueError(f"the rule asks for more than {CONDITIONS_MAX} things")
            if (self.all_of or self.any_of) and [self.all_of, self.any_of] != said:
                raise ValueError("give either rule or all_of and any_of")
            self.__dict__["all_of"], self.__dict__["any_of"] = said
        return self

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All of them."""
        return (*self.all_of, *self.any_of)


class Ladder(Part):
    """The tiers of a shop from the lowest, which everybody has from joining on."""

    tiers: Annotated[tuple[Tier, ...], Field(min_length=2, max_length=TIERS_MAX)]

    @model_validator(mode="after")
    def is_climbed_from_the_ground(self) -> "Ladder":
        """The lowest tier asks for nothing and is not lost; every other asks for something; keys differ."""
        if len({tier.key for tier in self.tiers}) < len(self.tiers):
            raise ValueError("two tiers have one key")
        first, *others = self.tiers
        if first.conditions or first.review is not Period.NONE:
            raise ValueError("the lowest tier has no conditions and no review: members have it from joining on")
        for tier in others:
            if not tier.conditions:
                raise ValueError(f"{tier.key}: must have a condition, or members would have it from joining on")
            if tier.review is Period.NONE and (tier.grace_days or tier.warning_days or tier.retention):
                raise ValueError(f"{tier.key}: is never reviewed, so nobody can be warned or given a grace")
        return self

    @model_validator(mode="after")
    def asks_and_gives_more_the_higher_it_is(self) -> "Ladder":
        """Of what two tiers ask, the higher never asks less; nor does it give less."""
        asked: dict[tuple[Measure, int | None], int] = {}
        for tier in self.tiers:
            for condition in tier.conditions:
                about = condition.measure, condition.days
                if condition.at_least < asked.get(about, 0):
                    raise ValueError(f"{tier.key}: asks less of {condition.measure.value} than a lower tier")
            asked |= {(each.measure, each.days): each.at_least for each in tier.conditions}
        for below, above in pairwise(tier.privileges for tier in self.tiers):
            if above.discount_percent < below.discount_percent or above.points_percent < below.points_percent:
                raise ValueError("a tier has a lower discount, or fewer points, than the one below it")
        return self

    @property
    def base(self) -> Tier:
        """What everybody has."""
        return self.tiers[0]

    @property
    def measures(self) -> frozenset[Measure]:
        """All that any condition counts."""
        return frozenset(condition.measure for condition in self.conditions())

    def conditions(self) -> Iterator[Condition]:
        """Those of all tiers."""
        for tier in self.tiers:
            yield from tier.conditions

    def place_of(self, key: str | None) -> int | None:
        """How high the tier with this key is, the lowest being 0; None where the ladder has no such tier."""
        return next((place for place, tier in enumerate(self.tiers) if tier.key == key), None)
