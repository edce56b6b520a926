"""The results of a campaign's arms against the control: who was exposed, who did what they should, what it shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

import orjson

from siyu.attribution.asked import WINDOW_DAYS_DEFAULT, window_problems
from siyu.attribution.goals import REACHED, Goal
from siyu.attribution.statistics import Interval, Sample, holm, newcombe, rates_differ, shares_differ, welch, wilson
from siyu.db import Connection, Pool
from siyu.errors import InvalidInput, Problem
from siyu.sdk import Text

LEVEL_MIN, LEVEL_MAX, LEVEL_DEFAULT = 0.8, 0.999, 0.95
# Shares that come about once in a thousand sound experiments mean that something went wrong with who was counted.
SHARES_ALARM = 0.001
# Fewer than this expected to reach the goal, or not to, and no test of rates can be trusted.
EXPECTED_MIN = 5.0
CONTROL = "control"

TERMS = """
SELECT terms -> 'arms', created_at FROM campaign WHERE id = $1
UNION ALL
(SELECT terms -> 'arms', created_at FROM campaign_revision WHERE campaign_id = $1 ORDER BY revision)
"""
# Exposed is who came by a link of the campaign, or about whom it decided first, whichever came first; the arm that they
# play by prevails. Payments, as what else is the goal, count from there on, within the window.
ARMS = """
WITH exposed AS (SELECT *, coalesce(played, arm) AS own FROM exposure WHERE campaign_id = $1)
SELECT own, width_bucket(exposed.at, $3::timestamptz[]) AS period, count(*), count(played),
       count(*) FILTER (WHERE played <> arm), count(*) FILTER (WHERE {reached}),
       coalesce(sum(paid_fen), 0)::bigint, coalesce(sum(paid_fen * paid_fen), 0)
FROM exposed CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount_fen - refunded_fen), 0) AS paid_fen
    FROM shop_order
    WHERE shop_order.member_id = exposed.member_id AND paid_at > exposed.at AND paid_at <= exposed.at + $2::interval
) AS outcome
GROUP BY own, period
"""
ARMS_BY_GOAL: Mapping[Goal, str] = {goal: ARMS.format(reached=reached) for goal, reached in REACHED.items()}


class Verdict(Enum):
    """What can be said of an arm."""

    SAMPLE_RATIO = "sample_ratio"
    TOO_FEW = "too_few"
    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no_difference"


VERDICTS: Mapping[Verdict, Text] = {
    Verdict.SAMPLE_RATIO: Text(
        zh="不可解读：各组人数与设定比例不符，请先查明原因",
        en="Do not read: sample ratio. The arms' sizes do not fit their weights; find out why first",
    ),
    Verdict.TOO_FEW: Text(zh="样本不足，暂无法判断", en="Too few members to tell yet"),
    Verdict.BETTER: Text(zh="转化率显著高于对照组", en="Converts better than the control"),
    Verdict.WORSE: Text(zh="转化率显著低于对照组", en="Converts worse than the control"),
    Verdict.NO_DIFFERENCE: Text(zh="与对照组无显著差异", en="No difference to the control can be seen"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """An arm against the control: the difference of rates with its interval, p-values of which `adjusted` is for there
    being several arms, and the difference of revenue per member in fen."""

    rate: float
    rate_interval: Interval
    p_value: float
    adjusted: float
    revenue_fen: float
    revenue_interval: Interval | None
    revenue_p_value: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class ArmOutcome:
    """One arm: `weight` of its share now, who was exposed to it, of these about whom the campaign decided (`joined`),
    who reached the goal (`converted`), and what they paid, less refunds; `crossed` came by a link at other weights than
    they joined at. `difference` is None of the control."""

    arm: str
    weight: int
    exposed: int
    joined: int
    crossed: int
    converted: int
    rate: float | None
    rate_interval: Interval
    revenue_fen: int
    revenue: Sample
    difference: Difference | None


@dataclass(frozen=True, slots=True)
class Experiment:
    """The arms of a campaign, with the p-value of their sizes; `is_sound` is False where that raises the alarm."""

    control: str
    goal: Goal
    level: float
    window: timedelta
    shares_p_value: float | None
    arms: tuple[ArmOutcome, ...]

    @property
    def is_sound(self) -> bool:
        """Whether the sizes of the arms give no reason to doubt."""
        return self.shares_p_value is None or self.shares_p_value >= SHARES_ALARM


@dataclass(frozen=True, slots=True)
class ExperimentAsked:
    """How to read an experiment: the control (None: the arm `control`, else the first), the level of intervals, the
    days within which something counts, and what members are to do in them."""

    campaign_id: UUID
    control: str | None = None
    level: float = LEVEL_DEFAULT
    window_days: int = WINDOW_DAYS_DEFAULT
    goal: Goal = Goal.PAYMENT


@dataclass(slots=True)
class _Counted:
    exposed: int = 0
    joined: int = 0
    crossed: int = 0
    converted: int = 0
    revenue_fen: int = 0
    squares: int = 0

    def add(self, *figures: int) -> None:
        names = ("exposed", "joined", "crossed", "converted", "revenue_fen", "squares")
        for name, figure in zip(names, figures, strict=True):
            setattr(self, name, getattr(self, name) + int(figure))


async def experiment_of(pool: Pool, asked: ExperimentAsked) -> Experiment | None:
    """What came of the campaign's arms so far; None of a campaign without arms. Raises InvalidInput."""
    problems = list(window_problems(asked.window_days))
    if not LEVEL_MIN <= asked.level <= LEVEL_MAX:
        problems.append(Problem(("level",), f"must be from {LEVEL_MIN} to {LEVEL_MAX}"))
    if problems:
        raise InvalidInput(problems)
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        periods = await _periods(connection, asked.campaign_id)
        weights = periods[0][1] if periods else {}
        if not weights:
            return None
        thresholds = [began for began, _ in periods[1:]]
        window = timedelta(days=asked.window_days)
        rows = await connection.fetch(ARMS_BY_GOAL[asked.goal], asked.campaign_id, window, thresholds)
    control = asked.control or (CONTROL if CONTROL in weights else next(iter(weights)))
    if control not in weights:
        raise InvalidInput([Problem(("control",), f"must be one of the arms: {', '.join(weights)}")])
    counted = {arm: _Counted() for arm in weights}
    sizes: dict[int, dict[str, int]] = {}
    for arm, period, *figures in rows:
        counted.setdefault(arm, _Counted()).add(*figures)
        sizes.setdefault(period, {})[arm] = figures[0]
    strata = [_stratum(size, periods[max(period, 1)][1] if thresholds else weights) for period, size in sizes.items()]
    shares = shares_differ(strata)
    arms = _outcomes(counted, weights, control, asked.level, is_sound=shares is None or shares >= SHARES_ALARM)
    return Experiment(control, asked.goal, asked.level, window, shares, arms)


async def _periods(connection: Connection, campaign_id: UUID) -> list[tuple[datetime, Mapping[str, int]]]:
    """The weights of the arms now, then those of each revision with the moment from which on they counted.

    Revisions that left the weights as they were are no periods of their own; whoever was exposed before the first
    revision, by a fact that was told late, counts as of it.
    """
    found: list[tuple[datetime, Mapping[str, int]]] = []
    for text, began in await connection.fetch(TERMS, campaign_id):
        weights = {arm["key"]: arm["weight"] for arm in orjson.loads(text or "[]")}
        if len(found) < 2 or found[-1][1] != weights:
            found.append((began, weights))
    return found


def _stratum(size: Mapping[str, int], weights: Mapping[str, int]) -> tuple[list[int], list[int]]:
    return [size.get(arm, 0) for arm in weights], list(weights.values())


def _outcomes(
    counted: Mapping[str, _Counted], weights: Mapping[str, int], control: str, level: float, *, is_sound: bool
) -> tuple[ArmOutcome, ...]:
    base = counted[control]
    others = [arm for arm in counted if arm != control]
    p_values = [rates_differ(_rate(counted[arm]), _rate(base)) for arm in others]
    adjusted = dict(zip(others, zip(p_values, holm(p_values), strict=True), strict=True))
    differences = {arm: _difference(counted[arm], base, level, *adjusted[arm], is_sound=is_sound) for arm in others}
    return tuple(
        ArmOutcome(
            arm,
            weights.get(arm, 0),
            of.exposed,
            of.joined,
            of.crossed,
            of.converted,
            of.converted / of.exposed if of.exposed else None,
            wilson(of.converted, of.exposed, level),
            of.revenue_fen,
            Sample.of_sums(of.exposed, of.revenue_fen, of.squares),
            differences.get(arm),
        )
        for arm, of in counted.items()
    )


def _difference(
    ours: _Counted, base: _Counted, level: float, p_value: float, adjusted: float, *, is_sound: bool
) -> Difference:
    sample = Sample.of_sums(ours.exposed, ours.revenue_fen, ours.squares)
    control = Sample.of_sums(base.exposed, base.revenue_fen, base.squares)
    interval, revenue_p = welch(sample, control, level)
    rate = _share(ours) - _share(base)
    return Difference(
        rate,
        newcombe(_rate(ours), _rate(base), level),
        p_value,
        adjusted,
        sample.mean - control.mean,
        interval,
        revenue_p,
        _verdict(ours, base, rate, is_seen=adjusted < 1 - level, is_sound=is_sound),
    )


def _verdict(ours: _Counted, base: _Counted, rate: float, *, is_seen: bool, is_sound: bool) -> Verdict:
    if not is_sound:
        return Verdict.SAMPLE_RATIO
    whole, reached = ours.exposed + base.exposed, ours.converted + base.converted
    least = min(ours.exposed, base.exposed)
    if not whole or least * min(reached, whole - reached) < EXPECTED_MIN * whole:
        return Verdict.TOO_FEW
    if not is_seen:
        return Verdict.NO_DIFFERENCE
    return Verdict.BETTER if rate > 0 else Verdict.WORSE


def _rate(counted: _Counted) -> tuple[int, int]:
    return counted.converted, counted.exposed


def _share(counted: _Counted) -> float:
    return counted.converted / counted.exposed if counted.exposed else 0.0
