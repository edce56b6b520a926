"""Pages of the decision log go straight to their place, however long the log is."""

import pytest

from siyu.db import Pool
from siyu.engine.queries import OF_CAMPAIGN, OF_MEMBER

# Small tables are read whole, and once a plan is kept it must serve every page: neither may hide the indexes here.
SETTINGS = """
SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off
"""


@pytest.mark.parametrize(
    ("sql", "arguments", "index", "bound"),
    [
        (OF_CAMPAIGN, "NULL, NULL, 20", "decision_campaign", "(id < COALESCE($2"),
        (OF_MEMBER, "NULL, NULL, NULL, NULL, 20", "fact_member", "(at <= COALESCE($3"),
    ],
)
async def test_the_place_of_a_page_is_a_bound_of_its_index(
    pool: Pool, sql: str, arguments: str, index: str, bound: str
) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(SETTINGS)
        await connection.execute(f"PREPARE page AS {sql}")
        plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN (COSTS OFF) EXECUTE page({arguments})"))
        await connection.execute("DEALLOCATE page")

    conditions = plan.partition(f"Index Scan Backward using {index}")[2].partition("Index Cond:")[2].splitlines()
    assert conditions, plan
    assert bound in conditions[0], plan
