"""Audiences of before there were rules, said as rules."""

from importlib import import_module
from json import dumps, loads
from typing import Any

import pytest

from siyu.db import Pool
from siyu.rules import compile_rule
from tests.factories import add_campaign

MIGRATION = import_module("migrations.0027_tags").Migration
BEFORE: dict[str, Any] = {
    "tiers": [],
    "tags_any": [],
    "tags_none": [],
    "groups_any": [],
    "joined_from": None,
    "joined_before": None,
    "joined_days_min": None,
    "joined_days_max": None,
    "first_order": None,
}
SAID = {
    "everybody": ({}, "true"),
    "tiers": ({"tiers": ["gold", 'a "b" \\ c']}, 'member.tier in ["gold", "a \\"b\\" \\\\ c"]'),
    "tags": (
        {"tags_any": ["茶", "b"], "tags_none": ["x", "y"]},
        '("茶" in member.tags || "b" in member.tags) && !("x" in member.tags) && !("y" in member.tags)',
    ),
    "groups": ({"groups_any": ["g"]}, '("g" in member.groups)'),
    "times": (
        {"joined_from": "2026-01-01T00:00:00Z", "joined_before": "2026-01-01T08:00:00.5+08:00"},
        'member.joined_at >= timestamp("2026-01-01T00:00:00Z")'
        ' && member.joined_at < timestamp("2026-01-01T08:00:00.5+08:00")',
    ),
    "days": (
        {"joined_days_min": 0, "joined_days_max": 9},
        "member.joined_days >= 0 && member.joined_days <= 9",
    ),
    "before": ({"first_order": "before"}, "!member.has_ordered"),
    "after": ({"first_order": "after"}, "member.has_ordered"),
}


@pytest.mark.parametrize(("was", "rule"), SAID.values(), ids=SAID)
async def test_what_an_audience_meant_it_means_as_a_rule(pool: Pool, was: dict[str, Any], rule: str) -> None:
    campaign = await add_campaign(pool, "check_in")
    await pool.execute("UPDATE campaign SET terms = $1", dumps({"priority": 3, "audience": BEFORE | was}))
    statements = MIGRATION.operations[0].sql

    for _ in range(2):
        await pool.execute(statements)

    assert loads(await pool.fetchval("SELECT terms FROM campaign WHERE id = $1", campaign)) == {
        "priority": 3,
        "audience": {"rule": rule},
    }
    compile_rule(rule)
