"""What can be read from counts and sums: intervals, p-values and the check of shares; the only module with scipy.

scipy is imported where it is first needed: it takes half a second, which most processes never have to spend.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Sample:
    """Some numbers by their count, mean and variance (of a sample, with one less in its denominator)."""

    count: int
    mean: float
    variance: float

    @classmethod
    def of_sums(cls, count: int, total: int, squares: int) -> "Sample":
        """Of exact sums: what differs in the last fen is not lost to rounding."""
        mean = total / count if count else 0.0
        spread = (count * squares - total * total) / (count * (count - 1)) if count > 1 else 0.0
        return cls(count, mean, spread)


def wilson(successes: int, trials: int, level: float) -> Interval:
    """Wilson's interval of a rate, without a correction of continuity (Newcombe 1998a, method 3); from 0 to 1."""
    if not trials:
        return Interval(0.0, 1.0)
    z, rate = _quantile(level), successes / trials
    middle = rate + z * z / (2 * trials)
    half = z * sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    whole = 1 + z * z / trials
    low, high = (middle - half) / whole, (middle + half) / whole
    return Interval(0.0 if successes == 0 else max(low, 0.0), 1.0 if successes == trials else min(high, 1.0))


def newcombe(ours: tuple[int, int], others: tuple[int, int], level: float) -> Interval:
    """The interval of the difference of two rates, ours less the other's (Newcombe 1998b, method 10).

    Each is a count of successes and of trials.
    """
    (k1, n1), (k2, n2) = ours, others
    rate1, rate2 = (k1 / n1 if n1 else 0.0), (k2 / n2 if n2 else 0.0)
    one, two = wilson(k1, n1, level), wilson(k2, n2, level)
    difference = rate1 - rate2
    return Interval(
        difference - sqrt((rate1 - one.low) ** 2 + (two.high - rate2) ** 2),
        difference + sqrt((one.high - rate1) ** 2 + (rate2 - two.low) ** 2),
    )


def rates_differ(ours: tuple[int, int], others: tuple[int, int]) -> float:
    """The two-sided p-value of two rates being one: the z test with the pooled rate."""
    from scipy.stats import norm  # noqa: PLC0415 - see above

    (k1, n1), (k2, n2) = ours, others
    if not (n1 and n2) or k1 + k2 in (0, n1 + n2):
        return 1.0
    pooled = (k1 + k2) / (n1 + n2)
    z = (k1 / n1 - k2 / n2) / sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    return float(2 * norm.sf(abs(z)))


def welch(ours: Sample, others: Sample, level: float) -> tuple[Interval | None, float | None]:
    """The interval of the difference of two means and its two-sided p-value (Welch); None where nothing can be said."""
    from scipy.stats import t  # noqa: PLC0415 - see above

    if ours.count < 2 or others.count < 2:
        return None, None
    error1, error2 = ours.variance / ours.count, others.variance / others.count
    error, difference = sqrt(error1 + error2), ours.mean - others.mean
    if error == 0:
        return Interval(difference, difference), (1.0 if difference == 0 else 0.0)
    freedom = error**4 / (error1**2 / (ours.count - 1) + error2**2 / (others.count - 1))
    half = float(t.ppf((1 + level) / 2, freedom)) * error
    return Interval(difference - half, difference + half), float(2 * t.sf(abs(difference) / error, freedom))


# Below this an expected count is too small for the distribution of chi-square.
EXPECTED_MIN = 5.0


def shares_differ(strata: Sequence[tuple[Sequence[int], Sequence[int]]]) -> float | None:
    """The p-value of counts having come at their weights (chi-square); None where there are too few to tell.

    Each stratum is the counts and the weights of some time in which the weights were one; strata too small to be
    looked at are left out. What has weight 0 takes in nobody, and is not looked at.
    """
    from scipy.stats import chi2  # noqa: PLC0415 - see above

    distance, freedom = 0.0, 0
    for counts, weights in strata:
        drawn = [(count, weight) for count, weight in zip(counts, weights, strict=True) if weight]
        whole, weight_sum = sum(count for count, _ in drawn), sum(weight for _, weight in drawn)
        expected = [whole * weight / weight_sum for _, weight in drawn]
        if len(drawn) > 1 and min(expected) >= EXPECTED_MIN:
            distance += sum((count - mean) ** 2 / mean for (count, _), mean in zip(drawn, expected, strict=True))
            freedom += len(drawn) - 1
    return float(chi2.sf(distance, freedom)) if freedom else None


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values, adjusted for being several (Holm 1979), in their order."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted, most = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(order):
        most = max(most, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = most
    return adjusted


def _quantile(level: float) -> float:
    from scipy.stats import norm  # noqa: PLC0415 - see above

    return float(norm.ppf((1 + level) / 2))
