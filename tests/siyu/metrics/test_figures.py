"""Metrics of a small shop: each figure from its rows, by every cut, and null where there is nothing to divide by."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from siyu.db import Pool
from siyu.engine import NewFact, running
from siyu.errors import InvalidInput
from siyu.features import keep_everything as keep_features
from siyu.ids import new_id
from siyu.metrics import queries
from siyu.metrics.catalogue import ALL, CATALOGUE
from siyu.metrics.definition import Cut, Range, Status
from siyu.metrics.evaluating import status_of
from siyu.metrics.expenses import checked, enter_expense
from siyu.metrics.figures import Window
from siyu.metrics.keeping import keep_everything
from siyu.metrics.queries import Step, checked_window, cut_values, period_before, series, steps_of, values
from siyu.rules import RuleClock
from tests.clock import NOON
from tests.factories import SHANGHAI, add_campaign, add_members, paid, refunded, shop_engine, sign

DAY = timedelta(days=1)
TODAY = NOON.astimezone(SHANGHAI).date()
# What the campaign gave lin for signing in: 5 points, each of which costs a fen.
SIGN_IN_FEN = 5
WEEK = Window(TODAY - 6 * DAY, TODAY)


def told(kind: str, member: UUID, campaign: UUID | None = None) -> NewFact:
    data = {} if kind == "payment.opened" else {"content": "letter"}
    named = {"campaign": str(campaign)} if campaign else {}
    return NewFact(kind, member, NOON, {**data, **named}, f"service/till/{new_id()}")


async def a_small_shop(pool: Pool) -> UUID:
    """Four members, of whom two buy, one of them twice and in a campaign that reached three."""
    lin, wang, mei, _ = await add_members(pool, 4)
    await pool.execute("UPDATE member SET joined_at = $1 WHERE id = ANY($2::uuid[])", NOON - 2 * DAY, [lin, wang, mei])
    await pool.execute(
        "UPDATE member SET tier = 'gold', groups = '{tea,runners}', channel = 'wecom' WHERE id = $1", lin
    )
    await pool.execute("UPDATE member SET tier = 'silver', groups = '{tea}' WHERE id = $1", wang)
    campaign = await add_campaign(pool, "check_in")
    async with running(shop_engine(pool)) as engine:
        for fact in (
            sign(campaign, lin, NOON - DAY, f"member/{lin}/1"),
            paid(lin, "A", 300_00, NOON),
            paid(lin, "B", 100_00, NOON),
            refunded(lin, "A", 50_00, NOON),
            paid(wang, "C", 80_00, NOON),
            paid(wang, "D", 20_00, NOON - 9 * DAY),
            *(told("content.delivered", member, campaign) for member in (lin, wang, mei)),
            *(told("content.opened", member) for member in (lin, wang, mei, mei)),
            told("content.read", mei),
            told("content.shared", mei),
            *(told("payment.opened", member) for member in (lin, lin, wang, mei)),
        ):
            await engine.submit(fact)
    for number, (amount, of) in enumerate([(50_00, campaign), (40_00, None)]):
        await enter_expense(pool, checked(TODAY, amount, of, "wecom", "ad"), "lin", f"key of {number}", NOON)
    await keep_features(pool, RuleClock(NOON, SHANGHAI))
    await keep_everything(pool, SHANGHAI, NOON)
    return campaign


async def test_every_metric_of_a_small_shop(pool: Pool) -> None:
    await a_small_shop(pool)

    found = await values(pool, SHANGHAI, ALL, WEEK)

    quotients = {key: (value.numerator, value.denominator) for key, value in found.items()}
    assert quotients == {
        "interactions_per_member": (2, 3),
        "open_rate": (4, 3),
        "read_through": (1, 4),
        "group_activity": (3, 4),
        "participation": (1, 3),
        "click_conversion": (3, 0),
        "payment_conversion": (3, 4),
        "average_order_value": (430_00, 3),
        "first_order_conversion": (2, 3),
        "campaign_roi": (350_00, 50_00 + SIGN_IN_FEN),
        "arpu": (430_00, 3),
        "retention_30d": (0, 0),
        "repurchase": (1, 2),
        "repurchase_mature": (0, 0),
        "ltv": (450_00, 4),
        "cac": (90_00 + SIGN_IN_FEN, 3),
        "share_coefficient": (1, 4),
        "invitation_coefficient": (0, 0),
        "invitation_success": (0, 1),
        "invitation_depth": (0, 1),
        "promotion_rate": (0, 2),
        "loss_rate": (0, 2),
    }
    for key, (numerator, denominator) in quotients.items():
        monthly = 30 / 7 if key == "interactions_per_member" else 1
        assert found[key].value == (pytest.approx(numerator / denominator * monthly) if denominator else None), key
    assert {key for key, value in found.items() if value.value is None and value.status is not Status.UNKNOWN} == set()
    assert (found["average_order_value"].previous, found["average_order_value"].status) == (20_00, Status.HEALTHY)
    assert found["cac"].healthy == Range(high=450_00 / 4 / 3)
    assert found["cac"].status is Status.HEALTHY


async def test_cuts_tell_members_by_what_they_are_now_and_campaigns_by_what_was_for_them(pool: Pool) -> None:
    campaign = await a_small_shop(pool)
    wanted = [CATALOGUE[key] for key in ("arpu", "cac", "group_activity", "campaign_roi", "repurchase")]

    async def cut(by: Cut) -> dict[str, dict[str | None, tuple[int | None, int | None]]]:
        cuts = await cut_values(pool, SHANGHAI, wanted, WEEK, by)
        return {
            key: {each.key: (each.value.numerator, each.value.denominator) for each in told}
            for key, told in cuts.items()
        }

    assert (await cut(Cut.TIER))["arpu"] == {"gold": (350_00, 1), "silver": (80_00, 1), "": (0, 1)}
    assert (await cut(Cut.TIER))["cac"]["gold"] == (None, 1)
    assert (await cut(Cut.GROUP))["arpu"] == {"tea": (430_00, 2), "runners": (350_00, 1), "": (0, 1)}
    assert (await cut(Cut.GROUP))["group_activity"] == {"tea": (2, 2), "runners": (1, 1), "": (1, 2)}
    assert (await cut(Cut.CHANNEL))["cac"] == {"": (0, 2), "wecom": (90_00 + SIGN_IN_FEN, 1)}
    assert (await cut(Cut.CAMPAIGN))["campaign_roi"] == {str(campaign): (350_00, 50_00 + SIGN_IN_FEN)}
    assert (await cut(Cut.CAMPAIGN))["group_activity"] == {str(campaign): (None, None)}
    assert set((await cut(Cut.STAGE))["arpu"]) == {"introduction", "decline"}
    assert sum(count[1] or 0 for count in (await cut(Cut.LAYER))["arpu"].values()) == 3


async def test_who_is_erased_is_no_member_and_what_they_paid_stays(pool: Pool) -> None:
    await a_small_shop(pool)
    await pool.execute("UPDATE member SET erased_at = $1 WHERE tier = 'gold'", NOON)

    found = await values(pool, SHANGHAI, [CATALOGUE[key] for key in ("ltv", "cac", "group_activity")], WEEK)

    assert {key: (value.numerator, value.denominator) for key, value in found.items()} == {
        "ltv": (450_00, 3),
        "cac": (90_00 + SIGN_IN_FEN, 2),
        "group_activity": (2, 3),
    }


async def test_a_cut_is_bounded_and_the_rest_told_together(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    await a_small_shop(pool)
    monkeypatch.setattr(queries, "CUT_KEYS_MAX", 1)

    cuts = await cut_values(pool, SHANGHAI, [CATALOGUE["average_order_value"]], WEEK, Cut.TIER)

    [first, rest] = cuts["average_order_value"]
    assert (first.key, first.value.numerator, first.value.denominator) == ("gold", 350_00, 2)
    assert (rest.key, rest.value.numerator, rest.value.denominator) == (None, 80_00, 1)


async def test_a_series_has_a_point_for_each_part_of_the_range(pool: Pool) -> None:
    await a_small_shop(pool)
    wanted = [CATALOGUE["average_order_value"], CATALOGUE["repurchase"], CATALOGUE["ltv"]]

    points = await series(pool, SHANGHAI, wanted, Window(TODAY - DAY, TODAY), Step.DAY)

    assert [point.value for point in points["average_order_value"]] == [None, 430_00 / 3]
    assert [point.value for point in points["repurchase"]] == [None, 0.5]
    assert [point.value for point in points["ltv"]] == [20_00 / 4, 450_00 / 4]


def test_weeks_begin_on_mondays_and_months_on_their_first() -> None:
    window = Window(date(2026, 10, 29), date(2026, 11, 10))

    assert [part.first for part in steps_of(window, Step.WEEK)] == [
        date(2026, 10, 29),
        date(2026, 11, 2),
        date(2026, 11, 9),
    ]
    assert [part.last for part in steps_of(window, Step.MONTH)] == [date(2026, 10, 31), date(2026, 11, 10)]
    assert period_before(window) == Window(date(2026, 10, 16), date(2026, 10, 28))
    with pytest.raises(InvalidInput, match="at most 100 points"):
        steps_of(Window(date(2026, 1, 1), date(2026, 4, 11)), Step.DAY)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 1, 2), date(2026, 1, 1)),
        (date(2025, 1, 1), date(2026, 2, 5)),
        (date(1, 1, 1), date(1, 1, 2)),
        (date(9998, 1, 1), date(9999, 12, 31)),
    ],
    ids=["backwards", "401 days", "too early", "too late"],
)
def test_what_is_no_range_is_refused(first: date, last: date) -> None:
    with pytest.raises(InvalidInput):
        checked_window(first, last)


@pytest.mark.parametrize(
    ("value", "previous", "healthy", "status"),
    [
        (None, 1, Range(low=1), Status.UNKNOWN),
        (0.5, None, Range(), Status.UNKNOWN),
        (0.3, None, Range(low=0.3), Status.HEALTHY),
        (0.29, None, Range(low=0.3), Status.LOW),
        (0.16, None, Range(0.08, 0.15), Status.HIGH),
        (12, 10, Range(growth=0.2), Status.HEALTHY),
        (11.9, 10, Range(growth=0.2), Status.LOW),
        (12, None, Range(growth=0.2), Status.UNKNOWN),
        (12, 0, Range(growth=0.2), Status.UNKNOWN),
        (4, 1, Range(low=5, growth=0.2), Status.LOW),
    ],
    ids=range(10),
)
def test_a_value_lies_in_its_range_or_not(
    value: float | None, previous: float | None, healthy: Range, status: Status
) -> None:
    assert status_of(value, previous, healthy) is status
