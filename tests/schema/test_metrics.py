"""Metrics through GraphQL: the board, cuts and series, costs, alerts, and how many statements all of it takes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from schema import Principal, Role
from schema.ids import CAMPAIGN, MEMBER, encode_id
from siyu.ids import new_id
from siyu.metrics.alert_checks import SAMPLE_MIN
from siyu.metrics.catalogue import ALL
from siyu.metrics.keeping import keep_everything, keep_metrics
from tests.factories import SHANGHAI, add_campaign, add_members, paid
from tests.schema.conftest import NOON, OPERATOR, SERVICE, Shop
from tests.schema.test_members import counting

ANALYST = Principal(Role.ANALYST, subject="an")
DAYS = 'range: {from: "2026-11-01", to: "2026-11-21"}'
ENTER = """
mutation ($key: String!, $amount: BigInt!, $campaign: ID) {
  expenseEnter(input: {
    day: "2026-11-20", amountFen: $amount, campaign: $campaign, note: "ad", idempotencyKey: $key
  }) { expense { id amountFen campaign cancelledBy } userErrors { field code } }
}
"""
BAD_AMOUNT = {"field": ["input", "amountFen"], "code": "INVALID_INPUT"}
METRICS = """
query ($keys: [MetricKey!]) {
  metrics(
    range: {from: "2026-10-25", to: "2026-11-21"}, keys: $keys, cut: [CHANNEL, GROUP, CAMPAIGN, TIER, LAYER, STAGE]
  ) {
    key value previous status cuts { cut key value }
    weeks: series(step: WEEK) { value } days: series(step: DAY) { value }
  }
}
"""


SUBMIT = """
mutation ($member: ID!, $key: String!, $data: JSON!) {
  factSubmit(input: {
    type: "content.opened", member: $member, data: $data, occurredAt: "2026-11-20T04:00:00Z", idempotencyKey: $key
  }) { userErrors { field code } }
}
"""


async def submit_content(shop: Shop, member: str, data: object) -> list[dict[str, Any]]:
    told = await shop.data(OPERATOR, SUBMIT, member=member, key=new_id().hex, data=data)
    errors: list[dict[str, Any]] = told["factSubmit"]["userErrors"]
    return errors


async def test_a_metric_tells_value_range_advice_and_nothing_where_there_is_nothing(shop: Shop) -> None:
    members = await add_members(shop.pool, 2)
    for number, member in enumerate([*members, members[0]]):
        await shop.engine.submit(paid(member, str(number), 60_00, NOON))
    await keep_everything(shop.pool, SHANGHAI, NOON)
    asked = "key name level unit value previous change status advice healthy { low high growth } numerator denominator"
    document = f"{{ metrics({DAYS}, keys: [ARPU, OPEN_RATE], compare: false) {{ {asked} }} }}"

    rate, arpu = (await shop.data(ANALYST, document))["metrics"]

    assert arpu == {
        "key": "ARPU",
        "name": "ARPU",
        "level": "VALUE",
        "unit": "FEN",
        "value": 90_00,
        "previous": None,
        "change": None,
        "status": "LOW",
        "advice": "Recommend across categories, raise potential high-value members",
        "healthy": {"low": 15_000, "high": 30_000, "growth": None},
        "numerator": 180_00,
        "denominator": 2,
    }
    assert (rate["value"], rate["status"], rate["advice"], rate["denominator"]) == (None, "UNKNOWN", None, 0)
    [zh, *_] = (await shop.data(ANALYST, document, "zh"))["metrics"]
    assert zh["name"] == "打开率"


async def test_the_board_has_every_metric_by_its_level(shop: Shop) -> None:
    board = await shop.data(
        ANALYST, f"{{ metricsBoard({DAYS}) {{ level title healthy outOfRange metrics {{ key }} }} }}"
    )

    levels = board["metricsBoard"]
    assert [level["level"] for level in levels] == ["OPERATION", "CONVERSION", "VALUE", "SPREAD", "TIERS"]
    assert [each["key"].lower() for level in levels for each in level["metrics"]] == [each.key for each in ALL]


@pytest.mark.parametrize(
    "arguments",
    [
        'range: {from: "2026-11-02", to: "2026-11-01"}',
        'range: {from: "2025-01-01", to: "2026-11-01"}',
        'range: {from: "2026-11-01", to: "2026-11-02"}, keys: [ARPU], level: TIERS',
    ],
    ids=["backwards", "too long", "none"],
)
async def test_what_cannot_be_asked_is_refused(shop: Shop, arguments: str) -> None:
    assert await shop.error_codes(ANALYST, f"{{ metrics({arguments}) {{ key }} }}") == ["INVALID_ARGUMENT"]


async def test_a_series_of_too_many_points_is_refused(shop: Shop) -> None:
    long = '{ metrics(range: {from: "2026-01-01", to: "2026-11-01"}) { series(step: DAY) { value } } }'

    assert set(await shop.error_codes(ANALYST, long)) == {"INVALID_ARGUMENT"}


async def test_all_metrics_cost_as_many_statements_as_their_figures_do(shop: Shop, database_url: str) -> None:
    await add_campaign(shop.pool, "check_in")
    counted = []
    async with counting(database_url) as (pool, statements):
        shop = replace(shop, pool=pool)
        await shop.data(ANALYST, METRICS)
        for keys in (["ARPU", "CAC"], ["ARPU", "CAC", "REPURCHASE", "CAMPAIGN_ROI", "LTV"], None):
            statements.clear()
            await shop.data(ANALYST, METRICS, keys=keys)
            counted.append(len(statements))

    assert counted[0] == counted[1]
    # Ten kinds of figures of the whole shop and of each series, at most nine of each of six cuts; names, ranges. What
    # campaigns gave takes four more, of these three and of two cuts.
    # Each of these nine looks begins a transaction, says how it is to be planned, and ends it.
    assert counted[2] <= 3 * 10 + 6 * 9 + 2 + 5 * 4 + 9 * 3


async def test_a_cost_is_entered_once_and_cancelled(shop: Shop) -> None:
    campaign = encode_id(CAMPAIGN, await add_campaign(shop.pool, "check_in"))

    async def enter(amount: str, key: str = "expense-1", of: str | None = campaign) -> dict[str, Any]:
        told: dict[str, Any] = (await shop.data(OPERATOR, ENTER, key=key, amount=amount, campaign=of))["expenseEnter"]
        return told

    first, again = await enter("500"), await enter("500")
    assert first == again
    assert first["expense"] | {"id": ""} == {"id": "", "amountFen": "500", "campaign": campaign, "cancelledBy": None}
    assert (await enter("600"))["userErrors"] == [
        {"field": ["input", "idempotencyKey"], "code": "IDEMPOTENCY_CONFLICT"}
    ]
    assert (await enter("0", "expense-2"))["userErrors"] == [BAD_AMOUNT]
    assert (await enter("1", "expense-3", "x"))["userErrors"][0]["code"] == "NOT_FOUND"
    roi = f"{{ metrics({DAYS}, keys: [CAMPAIGN_ROI]) {{ denominator }} }}"
    assert (await shop.data(ANALYST, roi))["metrics"] == [{"denominator": 500}]

    cancel = (
        f'mutation {{ expenseCancel(input: {{expense: "{first["expense"]["id"]}"}}) {{ expense {{ cancelledBy }} }} }}'
    )
    for _ in range(2):
        assert (await shop.data(OPERATOR, cancel))["expenseCancel"] == {"expense": {"cancelledBy": "lin"}}

    assert (await shop.data(ANALYST, roi))["metrics"] == [{"denominator": 0}]
    listed = await shop.data(OPERATOR, "{ expenses(first: 5) { nodes { amountFen cancelledBy } } }")
    assert listed["expenses"]["nodes"] == [{"amountFen": "500", "cancelledBy": "lin"}]


async def test_facts_of_content_have_a_strict_shape(shop: Shop) -> None:
    [member] = [encode_id(MEMBER, each) for each in await add_members(shop.pool, 1)]
    campaign_id = await add_campaign(shop.pool, "check_in")
    campaign = encode_id(CAMPAIGN, campaign_id)

    for written in (campaign, str(campaign_id)):
        assert await submit_content(shop, member, {"content": "letter", "campaign": written}) == []
    for wrong in ({}, {"content": "x", "text": "hello"}, {"content": ""}, {"content": "x", "campaign": member}):
        errors = await submit_content(shop, member, wrong)
        assert [error["code"] for error in errors] == ["INVALID_INPUT"], wrong
    kept = await shop.pool.fetch("SELECT DISTINCT data ->> 'campaign' FROM fact")
    assert [row[0] for row in kept] == [str(campaign_id)]


async def test_services_read_no_metrics(shop: Shop) -> None:
    assert await shop.error_codes(SERVICE, f"{{ metrics({DAYS}) {{ key }} }}") == ["FORBIDDEN"]


async def test_an_alert_is_acknowledged_and_a_range_set(shop: Shop) -> None:
    members = await add_members(shop.pool, SAMPLE_MIN)
    for number, member in enumerate(members):
        await shop.engine.submit(paid(member, str(number), 60_00, NOON))
    await keep_everything(shop.pool, SHANGHAI, NOON)
    assert await keep_metrics(shop.pool, SHANGHAI, lambda: NOON + timedelta(days=1))
    asked = "{ metricAlerts { nodes { id metric cut cutKey status value low advice openedOn state note } } }"
    alerts = (await shop.data(ANALYST, asked))["metricAlerts"]["nodes"]
    [arpu] = [each for each in alerts if each["metric"] == "ARPU"]
    assert (arpu["cut"], arpu["cutKey"], arpu["value"], arpu["low"]) == (None, None, 60_00, 150_00)
    assert (arpu["status"], arpu["openedOn"], arpu["state"]) == ("LOW", "2026-11-21", "OPEN")
    assert arpu["advice"].startswith("Recommend")

    document = """
    mutation ($alert: ID!, $note: String!) {
      alertAcknowledge(input: {alert: $alert, note: $note}) { alert { state note acknowledgedBy } userErrors { field } }
    }
    """
    empty = await shop.data(OPERATOR, document, alert=arpu["id"], note="")
    done = await shop.data(OPERATOR, document, alert=arpu["id"], note="bundles")
    ranged = """mutation { metricRangeSet(input: {metric: ARPU, low: 5000}) { healthy { low high } } }"""
    backwards = """mutation { metricRangeSet(input: {metric: ARPU, low: 2, high: 1}) { userErrors { field code } } }"""

    assert empty["alertAcknowledge"]["userErrors"] == [{"field": ["input", "note"]}]
    assert done["alertAcknowledge"]["alert"] == {"state": "ACKNOWLEDGED", "note": "bundles", "acknowledgedBy": "lin"}
    assert (await shop.data(OPERATOR, ranged))["metricRangeSet"] == {"healthy": {"low": 5000, "high": None}}
    [told] = (await shop.data(OPERATOR, backwards))["metricRangeSet"]["userErrors"]
    assert told == {"field": ["input", "high"], "code": "INVALID_INPUT"}
    judged = await shop.data(ANALYST, f"{{ metrics({DAYS}, keys: [ARPU]) {{ status }} }}")
    assert judged == {"metrics": [{"status": "HEALTHY"}]}
