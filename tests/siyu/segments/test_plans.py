"""Where a clause of a rule is selective, the database finds its members by an index."""

import pytest

from siyu.db import Pool
from siyu.rules import RuleClock, compile_rule
from siyu.segments.asking import planned_anew, restriction
from tests.factories import SHANGHAI
from tests.siyu.rules.rule_makers import NOON

MEMBERS = 10_000
CLOCK = RuleClock(NOON, SHANGHAI)

# One member in 200 is of the kind that each of the rules below asks for.
FILL = """
INSERT INTO member (id, joined_at, tier, tags, groups)
SELECT gen_random_uuid(), $1::timestamptz - interval '1 hour' * number, CASE WHEN number % 200 = 0 THEN 'gold' END,
       CASE WHEN number % 200 = 0 THEN '{vip}'::text[] ELSE '{}' END,
       CASE WHEN number % 200 = 0 THEN '{mums}'::text[] ELSE '{}' END
FROM generate_series(1, $2::int) AS number
"""
KEEP = """
UPDATE member_feature SET layer = 'silent', stage = 'growth', spend_fen = 90000, spend_365d_fen = 90000,
    spend_90d_fen = 90000, spend_30d_fen = 90000, orders = 1, first_order_at = $1, last_order_at = $1,
    last_interaction_at = $1
FROM member WHERE id = member_id AND 'vip' = ANY(tags)
"""
# Taken over many clauses, each index that is there for rules.
SELECTIVE = {
    "member.tier == 'gold'": "member_tier",
    "member.tier in ['gold', 'black']": "member_tier",
    "'vip' in member.tags": "member_tags",
    "'marketing' in member.consents && size(member.tags) > 0": "member_consents",
    "'mums' in member.groups && size(member.tags) > 0": "member_groups",
    "member.joined_days <= 2": "member_feature_joined",
    "member.joined_at > now - duration('48h')": "member_feature_joined",
    "member.spend_30d_fen >= 50000": "member_feature_spend_30d",
    "member.spend_fen >= 50000": "member_feature_spend",
    "member.last_order_days < 3": "member_feature_last_order",
    "member.last_interaction_at > now - duration('48h')": "member_feature_last_interaction",
    "member.layer == 'silent'": "member_feature_layer",
    "member.stage == 'growth' && member.orders_7d == 0": "member_feature_stage",
    "member.spend_30d_fen >= 50000 && 'vip' in member.tags && member.joined_days > 7": "member_tags",
}


@pytest.fixture
async def shop(pool: Pool) -> Pool:
    """A database with many members, of whom few are special."""
    await pool.execute(FILL, CLOCK.now, MEMBERS)
    await pool.execute(KEEP, CLOCK.now)
    for table in ("member", "member_feature"):
        await pool.execute(f"VACUUM ANALYZE {table}")
    return pool


async def test_an_index_serves_every_selective_clause(shop: Pool) -> None:
    for text, index in SELECTIVE.items():
        wanted = restriction([compile_rule(text)], CLOCK)
        async with planned_anew(shop) as connection:
            explain = f"EXPLAIN SELECT count(*) FROM {wanted.tables} WHERE {wanted.condition}"
            plan = "\n".join(row[0] for row in await connection.fetch(explain, *wanted.parameters))

        assert index in plan, f"{text}:\n{plan}"
        assert "Seq Scan" not in plan, f"{text}:\n{plan}"
