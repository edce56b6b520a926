"""What can be read from the arms of a campaign."""

import strawberry

from schema.context import Info
from schema.errors import invalid_argument
from schema.scalars import BigInt
from siyu.attribution.experiments import VERDICTS, ArmOutcome, ExperimentAsked, Verdict
from siyu.attribution.experiments import Difference as Differs
from siyu.attribution.goals import Goal
from siyu.attribution.statistics import Interval as Between
from siyu.errors import InvalidInput

strawberry.enum(
    Goal,
    name="ExperimentGoal",
    description="What an arm is to bring members to: PAYMENT of an order; PARTICIPATION, that the campaign took "
    "something they did; JOINING a group; INVITING, that somebody whom they invited by the campaign joined.",
)
strawberry.enum(Verdict, name="ArmVerdict", description="What can be said of an arm against the control.")


@strawberry.type(description="From `low` to `high`, at the level of the experiment.")
class Interval:
    """An interval as a GraphQL object."""

    low: float
    high: float


@strawberry.type(description="An arm against the control.")
class ArmDifference:
    """A difference as a GraphQL object."""

    rate: float = strawberry.field(
        description="How much more of this arm's members reached the goal; less than 0 for fewer."
    )
    rate_interval: Interval = strawberry.field(description="By Newcombe's method.")
    p_value: float = strawberry.field(description="Two-sided, of the rates being one.")
    adjusted_p_value: float = strawberry.field(description="For there being several arms, by Holm's method.")
    revenue_fen: float = strawberry.field(description="How much more a member of this arm paid.")
    revenue_interval: Interval | None = strawberry.field(description="By Welch's method; null of fewer than two.")
    revenue_p_value: float | None
    verdict: Verdict
    words: str = strawberry.field(description="The verdict as a sentence.")


@strawberry.type(name="ExperimentArm", description="One arm of an experiment.")
class ExperimentArm:
    """An arm as a GraphQL object."""

    arm: str
    weight: int = strawberry.field(description="Its share of new members now.")
    exposed: BigInt = strawberry.field(description="Who is in it: came by a link, or was decided about.")
    joined: BigInt = strawberry.field(description="Of these, about whom the campaign decided.")
    crossed: BigInt = strawberry.field(description="Of these, whose link had drawn another arm, at other weights.")
    converted: BigInt = strawberry.field(description="Of `exposed`, who reached the goal within the window.")
    rate: float | None = strawberry.field(description="`converted` of `exposed`.")
    rate_interval: Interval = strawberry.field(description="By Wilson's method.")
    revenue_fen: BigInt = strawberry.field(description="What they paid within the window, less refunds.")
    revenue_per_member_fen: float
    difference: ArmDifference | None = strawberry.field(description="Null of the control.")


@strawberry.type(description="The arms of a campaign, and what can be read from them.")
class Experiment:
    """An experiment as a GraphQL object."""

    control: str
    goal: Goal
    level: float
    window_days: int
    sample_ratio_p_value: float | None = strawberry.field(
        description="Of the arms' sizes having come at their weights; null where there are too few members to tell."
    )
    is_sound: bool = strawberry.field(description="False where that is below 0.001: nothing else can be read then.")
    arms: list[ExperimentArm]


async def experiment_object(info: Info, asked: ExperimentAsked) -> Experiment | None:
    """The experiment as an object. Raises ApiError for arguments that are out of bounds."""
    try:
        found = await info.context.loaders.experiment.load(asked)
    except InvalidInput as error:
        raise invalid_argument(str(error)) from None
    if found is None:
        return None
    return Experiment(
        control=found.control,
        goal=found.goal,
        level=found.level,
        window_days=found.window.days,
        sample_ratio_p_value=found.shares_p_value,
        is_sound=found.is_sound,
        arms=[_arm(arm, info.context.language) for arm in found.arms],
    )


def _arm(arm: ArmOutcome, language: str) -> ExperimentArm:
    return ExperimentArm(
        arm=arm.arm,
        weight=arm.weight,
        exposed=BigInt(arm.exposed),
        joined=BigInt(arm.joined),
        crossed=BigInt(arm.crossed),
        converted=BigInt(arm.converted),
        rate=arm.rate,
        rate_interval=_interval(arm.rate_interval),
        revenue_fen=BigInt(arm.revenue_fen),
        revenue_per_member_fen=arm.revenue.mean,
        difference=_difference(arm.difference, language) if arm.difference else None,
    )


def _difference(found: Differs, language: str) -> ArmDifference:
    return ArmDifference(
        rate=found.rate,
        rate_interval=_interval(found.rate_interval),
        p_value=found.p_value,
        adjusted_p_value=found.adjusted,
        revenue_fen=found.revenue_fen,
        revenue_interval=_interval(found.revenue_interval) if found.revenue_interval else None,
        revenue_p_value=found.revenue_p_value,
        verdict=found.verdict,
        words=VERDICTS[found.verdict].in_language(language),
    )


def _interval(between: Between) -> Interval:
    return Interval(low=between.low, high=between.high)
