"""Intervals and p-values: against what scipy finds by other ways, and by how often they are right."""

from itertools import pairwise
from math import hypot

import pytest

from siyu.attribution.statistics import Sample, holm, newcombe, rates_differ, shares_differ, welch, wilson

LEVELS = (0.8, 0.95, 0.99)
RATES = [(81, 263), (15, 148), (0, 20), (1, 29), (29, 29), (5_000, 1_000_000), (1, 1)]
PAIRS = [
    ((56, 70), (48, 80)),
    ((9, 10), (3, 10)),
    ((10, 10), (0, 20)),
    ((0, 10), (0, 10)),
    ((130, 1_000), (100, 1_000)),
]


def not_rejected(successes: int, trials: int, level: float) -> tuple[float, float]:
    """The rates that a score test does not reject, found by looking for where it just does not, without any formula of
    the interval: the statistic has the error that the tested rate itself would have."""
    from scipy.optimize import brentq
    from scipy.stats import norm

    def p_value(rate: float) -> float:
        error = (rate * (1 - rate) / trials) ** 0.5
        return float(2 * norm.sf(abs(successes / trials - rate) / error)) - (1 - level)

    # At 0 and 1 themselves there is no error to divide by.
    told = min(max(successes / trials, 1e-12), 1 - 1e-12)
    low = brentq(p_value, 1e-15, told, xtol=1e-14) if successes else 0.0
    high = brentq(p_value, told, 1 - 1e-15, xtol=1e-14) if successes < trials else 1.0
    return low, high


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("successes", "trials"), RATES, ids=str)
def test_rates_have_the_interval_that_a_score_test_does_not_reject(successes: int, trials: int, level: float) -> None:
    found = wilson(successes, trials, level)
    assert (found.low, found.high) == pytest.approx(not_rejected(successes, trials, level), abs=1e-9)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("ours", "others"), PAIRS, ids=str)
def test_differences_of_rates_lie_as_far_as_the_score_limits_of_both_together(
    ours: tuple[int, int], others: tuple[int, int], level: float
) -> None:
    (low1, high1), (low2, high2) = not_rejected(*ours, level), not_rejected(*others, level)
    rate1, rate2 = ours[0] / ours[1], others[0] / others[1]

    found = newcombe(ours, others, level)
    turned = newcombe(others, ours, level)

    # As far down as ours may be lower and the other higher, each on its own, at right angles; and so up.
    assert found.low == pytest.approx(rate1 - rate2 - hypot(rate1 - low1, high2 - rate2), abs=1e-9)
    assert found.high == pytest.approx(rate1 - rate2 + hypot(high1 - rate1, rate2 - low2), abs=1e-9)
    assert (-turned.high, -turned.low) == pytest.approx((found.low, found.high))


def test_two_rates_are_told_apart_as_by_chi_square_of_a_table_of_four() -> None:
    from scipy.stats import chi2_contingency

    for ours, others in (((56, 70), (48, 80)), ((9, 100), (3, 100)), ((500, 10_000), (430, 10_000))):
        table = [[ours[0], ours[1] - ours[0]], [others[0], others[1] - others[0]]]
        assert rates_differ(ours, others) == pytest.approx(chi2_contingency(table, correction=False).pvalue)


def test_means_are_compared_as_scipy_compares_them_from_sums_that_lose_nothing() -> None:
    from scipy.stats import ttest_ind

    ours, others = [0, 0, 0, 12_900, 8_800, 0, 30_000], [0, 0, 1_000, 0, 990, 0, 0, 5_000]
    samples = [Sample.of_sums(len(each), sum(each), sum(n * n for n in each)) for each in (ours, others)]
    interval, p_value = welch(samples[0], samples[1], 0.9)
    told = ttest_ind(ours, others, equal_var=False)
    assert p_value == pytest.approx(told.pvalue)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx(tuple(told.confidence_interval(0.9)))
    far = 10**12
    moved = Sample.of_sums(len(ours), sum(n + far for n in ours), sum((n + far) ** 2 for n in ours))
    assert moved.variance == pytest.approx(samples[0].variance)


def test_shares_are_compared_as_scipy_compares_them_and_periods_add_up() -> None:
    from scipy.stats import chisquare

    assert shares_differ([((821_588, 815_482), (1, 1))]) == pytest.approx(chisquare([821_588, 815_482]).pvalue)
    assert shares_differ([((30, 70), (1, 1)), ((10, 90), (1, 9))]) == pytest.approx(3.35e-4, rel=0.01)
    assert shares_differ([((100, 300, 0), (1, 3, 0))]) == pytest.approx(1.0)


def test_nothing_is_said_of_too_little() -> None:
    assert wilson(0, 0, 0.95).high == 1
    assert rates_differ((0, 10), (0, 10)) == 1
    assert rates_differ((0, 0), (5, 10)) == 1
    assert welch(Sample(1, 3.0, 0.0), Sample(5, 3.0, 1.0), 0.95) == (None, None)
    assert welch(Sample(3, 0.0, 0.0), Sample(5, 0.0, 0.0), 0.95)[1] == 1
    assert shares_differ([((4, 4), (1, 1)), ((7, 0), (1, 0))]) is None


def test_p_values_are_adjusted_by_holm_in_their_own_order() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_intervals_widen_with_the_level_and_never_leave_what_is_possible() -> None:
    levels = (0.8, 0.9, 0.95, 0.99)
    for narrow, wide in pairwise([wilson(3, 40, level) for level in levels]):
        assert 0 <= wide.low < narrow.low < 3 / 40 < narrow.high < wide.high <= 1


@pytest.mark.prove
def test_of_two_thousand_experiments_as_many_intervals_hold_as_they_say() -> None:
    from numpy.random import default_rng

    runs, members, random = 2_000, 1_500, default_rng()
    for rate1, rate2 in ((0.10, 0.10), (0.05, 0.08), (0.30, 0.25)):
        ours, others = random.binomial(members, rate1, runs), random.binomial(members, rate2, runs)
        found = [newcombe((int(a), members), (int(b), members), 0.95) for a, b in zip(ours, others, strict=True)]
        assert 0.93 <= sum(each.low <= rate1 - rate2 <= each.high for each in found) / runs <= 0.97
    alarms = [
        rates_differ((int(a), members), (int(b), members)) < 0.05 for a, b in random.binomial(members, 0.1, (runs, 2))
    ]
    assert 0.03 <= sum(alarms) / runs <= 0.07
    sizes = random.binomial(members, 0.5, 20_000)
    shares = [shares_differ([((int(size), members - int(size)), (1, 1))]) for size in sizes]
    assert sum(share is not None and share < 0.001 for share in shares) / len(shares) <= 0.002


@pytest.mark.prove
def test_of_two_thousand_experiments_as_many_intervals_of_revenue_hold_as_they_say() -> None:
    from numpy.random import default_rng

    runs, members, random, held, alarms = 2_000, 800, default_rng(), 0, 0
    for _ in range(runs):
        pair = []
        for rate in (0.2, 0.25):
            paid = random.binomial(1, rate, members) * random.gamma(2.0, 5_000.0, members).astype(int)
            pair.append(Sample.of_sums(members, int(paid.sum()), int((paid.astype(object) ** 2).sum())))
        interval, _ = welch(pair[1], pair[0], 0.95)
        assert interval is not None
        # The mean of gamma numbers cut to whole fen is half a fen less.
        held += interval.low <= 0.05 * 9_999.5 <= interval.high
        same = [int(random.binomial(members, 0.2)) for _ in range(2)]
        alarms += rates_differ((same[0], members), (same[1], members)) < 0.05
    assert 0.93 <= held / runs <= 0.97
    assert 0.03 <= alarms / runs <= 0.07
