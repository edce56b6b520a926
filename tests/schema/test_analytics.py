"""Analytics through GraphQL: each question, what is beyond its bounds, and a snapshot that is not there."""

from pathlib import Path

import pytest

from siyu.metrics import AnalyticsDoor
from tests.factories import SHANGHAI, add_members, paid
from tests.schema.conftest import ANALYST, ANALYTICS_TIMEOUT_S, NOON, OPERATOR, Shop

EVERYTHING = """
{
  analytics {
    knownAt
    rfm(windowDays: 30) { recency frequency monetary members spendFen }
    retention(from: "2026-11-01", to: "2026-11-30", by: MONTH, periods: 1) { firstDay period members active isComplete }
    funnel(steps: ["order.paid", "order.refunded"], from: "2026-11-21", to: "2026-11-21") { type members }
    stages { key members }
    layers(on: "2026-11-21") { key members }
    stageMoves(from: "2026-11-20", to: "2026-11-21") { before after members }
    figures(from: "2026-11-21", to: "2026-11-21") {
      revenueFen orders buyers repeatBuyers activeMembers averageOrderFen arpuFen repurchase
    }
  }
}
"""


async def test_every_question_is_answered(shop: Shop) -> None:
    [lin, *_] = await add_members(shop.pool, 2)
    await shop.engine.submit(paid(lin, "A1", 12_345, NOON))

    found = (await shop.data(ANALYST, EVERYTHING))["analytics"]

    assert found == {
        "knownAt": "2026-11-21T04:00:00Z",
        "rfm": [{"recency": 1, "frequency": 1, "monetary": 1, "members": "1", "spendFen": "12345"}],
        "retention": [],
        "funnel": [{"type": "order.paid", "members": "1"}, {"type": "order.refunded", "members": "0"}],
        "stages": [{"key": "decline", "members": "2"}],
        "layers": [{"key": None, "members": "1"}, {"key": "silent", "members": "1"}],
        "stageMoves": [{"before": "decline", "after": "decline", "members": "2"}],
        "figures": {
            "revenueFen": "12345",
            "orders": "1",
            "buyers": "1",
            "repeatBuyers": "0",
            "activeMembers": "1",
            "averageOrderFen": 12345.0,
            "arpuFen": 12345.0,
            "repurchase": 0.0,
        },
    }


@pytest.mark.parametrize(
    "question",
    [
        "rfm(windowDays: 0) { members }",
        'retention(from: "2026-11-02", to: "2026-11-01") { members }',
        'funnel(steps: ["a"], from: "2026-11-01", to: "2026-11-01") { members }',
        'figures(from: "2020-01-01", to: "2026-11-01") { orders }',
    ],
    ids=["window", "order", "steps", "range"],
)
async def test_what_is_beyond_the_bounds_is_refused(shop: Shop, question: str) -> None:
    codes = await shop.error_codes(OPERATOR, f"{{ analytics {{ {question} }} }}")

    assert codes == ["INVALID_ARGUMENT"]


@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "2970-01-02", "9999-12-31"])
@pytest.mark.parametrize(
    "question",
    [
        'rfm(on: "DAY") { members }',
        'stages(on: "DAY") { members }',
        'layers(on: "DAY") { members }',
        'stageMoves(from: "DAY", to: "DAY") { members }',
        'retention(from: "DAY", to: "DAY") { members }',
        'funnel(steps: ["a", "b"], from: "DAY", to: "DAY") { members }',
        'figures(from: "DAY", to: "DAY") { orders }',
    ],
)
async def test_a_day_from_which_nothing_can_be_counted_is_refused(shop: Shop, question: str, day: str) -> None:
    codes = await shop.error_codes(OPERATOR, f"{{ analytics {{ {question.replace('DAY', day)} }} }}")

    assert codes == ["INVALID_ARGUMENT"]


async def test_the_first_and_the_last_day_are_answered(shop: Shop) -> None:
    ends = [
        f'{key}: retention(from: "{day}", to: "{day}", by: MONTH, periodDays: 366, periods: 24) {{ members }} '
        f'{key}s: stages(on: "{day}") {{ members }} {key}r: rfm(on: "{day}", windowDays: 730) {{ members }}'
        for key, day in (("a", "1970-01-01"), ("b", "2970-01-01"))
    ]

    assert set(await shop.data(OPERATOR, f"{{ analytics {{ {' '.join(ends)} }} }}")) == {"analytics"}


async def test_where_there_is_no_snapshot_the_error_says_how_to_take_one(shop: Shop, tmp_path: Path) -> None:
    shop.analytics = AnalyticsDoor(f"duckdb://{tmp_path}", shop.pool, SHANGHAI, ANALYTICS_TIMEOUT_S)

    answer = await shop.answer(OPERATOR, "{ analytics { knownAt rfm { members } } }")

    assert {error["extensions"]["code"] for error in answer["errors"]} == {"UNAVAILABLE"}
    assert "python -m api snapshot --to" in answer["errors"][0]["message"]
