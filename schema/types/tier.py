"""Tiers: the shop's ladder, how a member stands on it, how far the next tier is, and what changed when."""

from collections.abc import Sequence
from datetime import date, datetime

import orjson
import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.fields import field
from schema.ids import FACT, encode_id
from schema.scalars import BigInt
from schema.types.enums import TierChangeReason, TierDowngrade, TierMeasure, TierReview
from siyu.tiers.ladder import Condition
from siyu.tiers.ladder import Tier as TierConfig
from siyu.tiers.live import to_json
from siyu.tiers.progress import ConditionProgress, Progress
from siyu.tiers.queries import ChangeRow, LadderRow, TierState


@strawberry.type(description="So much of a measure: money in fen, points of growth, or interactions.")
class TierCondition:
    """A condition as a GraphQL object."""

    condition: strawberry.Private[Condition]

    @field("What is counted.")
    def measure(self) -> TierMeasure:
        return TierMeasure(self.condition.measure.value)

    @field("How much of it is asked.")
    def at_least(self) -> BigInt:
        return BigInt(self.condition.at_least)

    @field("The window that interactions are counted in, the last of its days today; null for other measures.")
    def days(self) -> int | None:
        return self.condition.days


@strawberry.type(description="What members of a tier have.")
class TierPrivileges:
    """Privileges as a GraphQL object."""

    tier: strawberry.Private[TierConfig]

    @field("How much cheaper things are, in percent.")
    def discount_percent(self) -> int:
        return self.tier.privileges.discount_percent

    @field("What points are multiplied by, in percent: 200 are twice as many.")
    def points_percent(self) -> int:
        return self.tier.privileges.points_percent

    @field("What is open to them, by the shop's own keys.")
    def gates(self) -> list[str]:
        return list(self.tier.privileges.gates)

    @field("The privileges in words, in your language.")
    def texts(self, info: Info) -> list[str]:
        return [words.text().in_language(info.context.language) for words in self.tier.privileges.texts]


@strawberry.type(description="One tier of the shop's ladder.")
class Tier:
    """A tier as a GraphQL object."""

    tier: strawberry.Private[TierConfig]

    @field("Its name in audiences and configs.")
    def key(self) -> strawberry.ID:
        return strawberry.ID(self.tier.key)

    @field("What it is called, in your language.")
    def title(self, info: Info) -> str:
        return self.tier.title.text().in_language(info.context.language)

    @field("What it asks for as a rule; null where it was not given as one.")
    def rule(self) -> str | None:
        return self.tier.rule

    @field("All of these are needed.")
    def all_of(self) -> list[TierCondition]:
        return [TierCondition(condition=condition) for condition in self.tier.all_of]

    @field("One of these is needed, if there are any.")
    def any_of(self) -> list[TierCondition]:
        return [TierCondition(condition=condition) for condition in self.tier.any_of]

    @field("What its members have.")
    def privileges(self) -> TierPrivileges:
        return TierPrivileges(tier=self.tier)

    @field("At the end of what it is asked whether members keep it.")
    def review(self) -> TierReview:
        return TierReview(self.tier.review.value)

    @field("For how many days after a review members keep it nevertheless.")
    def grace_days(self) -> int:
        return self.tier.grace_days

    @field("How many days before they lose it members are warned.")
    def warning_days(self) -> int:
        return self.tier.warning_days

    @field("Where members fall to who lose it.")
    def downgrade(self) -> TierDowngrade:
        return TierDowngrade(self.tier.downgrade)


@strawberry.type(description="The shop's ladder, from the lowest tier.")
class TierLadder:
    """A ladder as a GraphQL object."""

    row: strawberry.Private[LadderRow]

    @field("Which ladder of the shop it is, counted from 1.")
    def revision(self) -> int:
        return self.row.revision

    @field("Since when facts are judged by it.")
    def active_from(self) -> datetime:
        return self.row.active_from

    @field("When all members had been judged by it; null while the worker is at it.")
    def settled_at(self) -> datetime | None:
        return self.row.settled_at

    @field("The ladder as `tierLadderSet` takes it.")
    def config(self) -> JSON:
        return JSON(orjson.loads(to_json(self.row.ladder)))

    @field("The tiers, the lowest first.")
    def tiers(self) -> list[Tier]:
        return [Tier(tier=tier) for tier in self.row.ladder.tiers]


@strawberry.type(description="How far a member is from one condition of a tier.")
class TierConditionProgress:
    """The progress of a condition as a GraphQL object."""

    progress: strawberry.Private[ConditionProgress]

    @field("What is asked.")
    def condition(self) -> TierCondition:
        return TierCondition(condition=self.progress.condition)

    @field("What there is.")
    def have(self) -> BigInt:
        return BigInt(self.progress.have)

    @field("What is still to come.")
    def missing(self) -> BigInt:
        return BigInt(self.progress.missing)

    @field("The last day on which what comes counts together with what there is; null where it always does.")
    def until(self) -> date | None:
        return self.progress.until


def _conditions(shown: Sequence[ConditionProgress]) -> list[TierConditionProgress]:
    return [TierConditionProgress(progress=each) for each in shown]


@strawberry.type(description="How far a member is from a tier, or from keeping the one they have.")
class TierProgress:
    """Progress as a GraphQL object."""

    progress: strawberry.Private[Progress]

    @field("The tier.")
    def tier(self) -> Tier:
        return Tier(tier=self.progress.tier)

    @field("All of these are needed.")
    def all_of(self) -> list[TierConditionProgress]:
        return _conditions(self.progress.all_of)

    @field("One of these is needed, if there are any.")
    def any_of(self) -> list[TierConditionProgress]:
        return _conditions(self.progress.any_of)

    @field("What is missing, as a sentence in your language.")
    def sentence(self, info: Info) -> str:
        return self.progress.sentence().in_language(info.context.language)


@strawberry.type(description="That a member is about to lose their tier, and what keeps it.")
class TierWarning:
    """A warning as a GraphQL object."""

    state: strawberry.Private[TierState]

    @field("The last day on which the member has the tier.")
    def valid_until(self) -> date | None:
        return self.state.valid_until

    @field("When the worker noted that the member is to be warned; null before.")
    def warned_at(self) -> datetime | None:
        return self.state.warned_at

    @field("What the member can do, in your language; null where the ladder says nothing.")
    def text(self, info: Info) -> str | None:
        offered = self.state.tier.retention
        return offered.text.text().in_language(info.context.language) if offered else None

    @field("The type of the campaign that helps to keep the tier; null where the ladder names none.")
    def campaign_type(self) -> strawberry.ID | None:
        offered = self.state.tier.retention
        return strawberry.ID(offered.campaign) if offered and offered.campaign else None


@strawberry.type(description="How a member stands on the shop's ladder.")
class TierStanding:
    """A standing as a GraphQL object."""

    state: strawberry.Private[TierState]

    @field("The tier that the member has.")
    def tier(self) -> Tier:
        return Tier(tier=self.state.tier)

    @field("Since when.")
    def since(self) -> datetime:
        return self.state.held_since

    @field("The last day on which they have it, if nothing more comes; null where it cannot be lost.")
    def valid_until(self) -> date | None:
        return self.state.valid_until

    @field("Whether they have bought nothing for as long as the tier flags.")
    def flagged(self) -> bool:
        return self.state.flagged

    @field("Null while they are not about to lose the tier.")
    def warning(self) -> TierWarning | None:
        return TierWarning(state=self.state) if self.state.warned else None

    @field("How far they are from keeping the tier for longer; null where it cannot be lost.")
    def keeping(self) -> TierProgress | None:
        progress = self.state.keeping()
        return TierProgress(progress=progress) if progress else None


@strawberry.type(description="One entry of a member's history of tiers, by the keys that the tiers had.")
class TierChange:
    """A change as a GraphQL object."""

    row: strawberry.Private[ChangeRow]

    @field("The member's changes are numbered from 1.")
    def number(self) -> int:
        return self.row.number

    @field("The tier before.")
    def from_tier(self) -> str | None:
        return self.row.before

    @field("The tier after; the same where an operator confirmed it.")
    def to_tier(self) -> str:
        return self.row.after

    @field("The moment it counts from.")
    def at(self) -> datetime:
        return self.row.at

    @field("The moment it was written down.")
    def noted_at(self) -> datetime:
        return self.row.noted_at

    @field("Why.")
    def reason(self) -> TierChangeReason:
        return TierChangeReason(self.row.reason.value)

    @field("The fact that brought it; null where none did.")
    def fact(self) -> strawberry.ID | None:
        return encode_id(FACT, self.row.fact_id) if self.row.fact_id else None

    @field("What the conditions of the new tier asked and what there was: `measure`, `days`, `need` and `have`.")
    def numbers(self) -> JSON:
        return JSON(list(self.row.numbers))

    @field("What the operator said; null where none did it, and for members.")
    def note(self, info: Info) -> str | None:
        return self.row.note if info.context.principal.member_id is None else None

    @field("The operator who did it; null where none did, and for members.")
    def made_by(self, info: Info) -> str | None:
        return self.row.made_by if info.context.principal.member_id is None else None


@strawberry.type(description="How many members would go from one tier to another, or stay.")
class TierMove:
    """A move as a GraphQL object."""

    from_tier: str = strawberry.field(description="The key of the tier that they have.")
    to_tier: str = strawberry.field(description="The key of the tier that they would have.")
    members: int = strawberry.field(description="How many.")
