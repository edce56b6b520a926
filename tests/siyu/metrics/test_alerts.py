"""An alert opens once for a metric and a cut, is acknowledged, and closes by itself when it is back for days."""

from datetime import timedelta

import pytest

from siyu.db import Pool
from siyu.errors import InvalidInput, NotFound
from siyu.ids import new_id
from siyu.metrics.alert_checks import CLOSE_CHECKS, GIVEN_UP, SAMPLE_MIN
from siyu.metrics.alerts import Alert, AlertState, acknowledge, alert_page
from siyu.metrics.definition import Cut, Range, Status
from siyu.metrics.keeping import keep_metrics
from siyu.metrics.ranges import load_ranges, set_range
from siyu.metrics.recounting import NO_CAMPAIGN
from tests.clock import NOON
from tests.factories import SHANGHAI, add_members

DAY = timedelta(days=1)
YESTERDAY = NOON.astimezone(SHANGHAI).date() - DAY
OPENED = """
INSERT INTO metric_member_day (day, member_id, campaign_id, delivered, opened, is_active)
VALUES ($1, $2, $3, $4, $5, true)
"""
SUMMED = """
INSERT INTO metric_day (day, campaign_id, delivered, opened)
SELECT day, campaign_id, sum(delivered), sum(opened) FROM metric_member_day WHERE day = $1 GROUP BY day, campaign_id
"""


async def opened(pool: Pool, days_on: int, delivered: int, opened: int, group: str = "") -> None:
    """How many letters reached members of a group and were opened, so many days after yesterday."""
    [member] = await add_members(pool, 1)
    await pool.execute("UPDATE member SET groups = $2 WHERE id = $1", member, [group] if group else [])
    day = YESTERDAY + days_on * DAY
    await pool.execute("DELETE FROM metric_day WHERE day = $1", day)
    await pool.execute(OPENED, day, member, NO_CAMPAIGN, delivered, opened)
    await pool.execute(SUMMED, day)


async def judged(pool: Pool, days_on: int) -> None:
    """The check of a day, and another process's of the same."""
    for _ in range(2):
        assert await keep_metrics(pool, SHANGHAI, lambda: NOON + days_on * DAY)


async def alerts(pool: Pool, state: AlertState = AlertState.OPEN) -> list[Alert]:
    return [each for each in (await alert_page(pool, state, 50, None)).rows if each.metric == "open_rate"]


async def test_it_opens_once_and_closes_when_the_metric_is_back_for_days(pool: Pool) -> None:
    await opened(pool, 0, SAMPLE_MIN, 1)
    await judged(pool, 0)
    await judged(pool, 1)
    [alert] = await alerts(pool)
    assert (alert.cut, alert.status, alert.value, alert.low, alert.high) == (None, Status.LOW, 0.05, 0.65, None)
    assert (alert.opened_on, alert.closed_at) == (YESTERDAY, None)

    await opened(pool, 2, 1_000, 900)
    for days_on in range(2, 1 + CLOSE_CHECKS):
        await judged(pool, days_on)
    assert [each.id for each in await alerts(pool)] == [alert.id]
    await opened(pool, 1 + CLOSE_CHECKS, 2_000, 0)
    await judged(pool, 1 + CLOSE_CHECKS)
    await opened(pool, 2 + CLOSE_CHECKS, 90_000, 90_000)
    for days_on in range(2 + CLOSE_CHECKS, 2 + 2 * CLOSE_CHECKS):
        assert await alerts(pool, AlertState.CLOSED) == []
        await judged(pool, days_on)

    assert await alerts(pool) == []
    [closed] = await alerts(pool, AlertState.CLOSED)
    assert (closed.id, closed.closed_at) == (alert.id, NOON + (1 + 2 * CLOSE_CHECKS) * DAY)


async def test_groups_have_alerts_of_their_own_and_too_few_say_nothing(pool: Pool) -> None:
    await opened(pool, 0, 100, 90, "tea")
    await opened(pool, 0, SAMPLE_MIN, 0, "runners")
    await opened(pool, 0, SAMPLE_MIN - 1, 0, "mugs")

    await judged(pool, 0)

    found = {(each.cut, each.cut_key): each.value for each in await alerts(pool)}
    assert found == {(None, ""): pytest.approx(90 / 139), (Cut.GROUP, "runners"): 0}


async def test_tiers_layers_and_stages_have_alerts_of_their_own(pool: Pool) -> None:
    await opened(pool, 0, 1_000, 900)
    await opened(pool, 0, SAMPLE_MIN, 0, "runners")
    runner = await pool.fetchval("SELECT id FROM member WHERE groups <> '{}'")
    await pool.execute("UPDATE member SET tier = 'gold', channel = 'wecom' WHERE id = $1", runner)
    await pool.execute("UPDATE member_feature SET layer = 'silent', stage = 'decline' WHERE member_id = $1", runner)

    await judged(pool, 0)

    cuts = {Cut.CHANNEL: "wecom", Cut.GROUP: "runners", Cut.TIER: "gold", Cut.LAYER: "silent", Cut.STAGE: "decline"}
    assert {each.cut: each.cut_key for each in await alerts(pool)} == cuts
    for days_on in range(1, CLOSE_CHECKS + 1):
        await pool.execute("UPDATE metric_member_day SET opened = delivered")
        await judged(pool, days_on)
    assert await alerts(pool) == []


async def test_what_can_be_judged_no_more_is_given_up(pool: Pool) -> None:
    await opened(pool, 0, SAMPLE_MIN, 0)
    await judged(pool, 0)

    for days_on in (29, 28 + GIVEN_UP.days, 29 + GIVEN_UP.days):
        assert len(await alerts(pool)) == 1
        await judged(pool, days_on)

    assert await alerts(pool) == []
    assert len(await alerts(pool, AlertState.CLOSED)) == 1


async def test_nothing_is_judged_before_everything_is_counted(pool: Pool) -> None:
    await opened(pool, 0, SAMPLE_MIN, 0)
    await pool.execute("INSERT INTO metric_day_state VALUES ($1, true, $2)", YESTERDAY, NOON + DAY)

    await judged(pool, 0)

    assert await alerts(pool) == []


async def test_the_first_note_stays(pool: Pool) -> None:
    await opened(pool, 0, SAMPLE_MIN, 0)
    await judged(pool, 0)
    [alert] = await alerts(pool)

    first = await acknowledge(pool, alert.id, " new titles ", "lin", NOON)
    again = await acknowledge(pool, alert.id, "mine", "wang", NOON + DAY)

    assert first == again
    assert (first.state, first.note, first.acknowledged_by) == (AlertState.ACKNOWLEDGED, "new titles", "lin")
    assert await alerts(pool) == []
    assert await alerts(pool, AlertState.ACKNOWLEDGED) == [first]
    with pytest.raises(NotFound):
        await acknowledge(pool, new_id(), "x", "lin", NOON)
    with pytest.raises(InvalidInput):
        await acknowledge(pool, alert.id, " ", "lin", NOON)


async def test_a_shops_own_range_counts(pool: Pool) -> None:
    await set_range(pool, "open_rate", Range(), "lin", NOON)
    await opened(pool, 0, SAMPLE_MIN, 1)
    await judged(pool, 0)
    assert await alerts(pool) == []
    await set_range(pool, "open_rate", Range(high=0.01), "lin", NOON)
    await judged(pool, 1)
    [alert] = await alerts(pool)

    await set_range(pool, "open_rate", None, "lin", NOON)
    await judged(pool, 2)

    assert (alert.status, alert.high) == (Status.HIGH, 0.01)
    assert [each.status for each in await alerts(pool)] == [Status.LOW]
    assert await load_ranges(pool) == {}
    for wrong in (Range(2, 1), Range(low=float("nan")), Range(growth=1e7)):
        with pytest.raises(InvalidInput):
            await set_range(pool, "open_rate", wrong, "lin", NOON)
