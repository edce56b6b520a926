"""Scratch."""
from datetime import UTC, datetime
from siyu.tiers.live import to_json
from siyu.tiers.presets import COMMUNITY
from tests.factories import *
async def test_up(pool):
    await pool.execute("INSERT INTO tier_ladder VALUES (1, $1, 'bronze', now(), 'x')", to_json(COMMUNITY))
    [m] = await add_members(pool, 1)
    e = shop_engine(pool)
    await e.submit(paid(m, "A", 29_999, datetime(2026,1,5,tzinfo=UTC)))
    await e.submit(paid(m, "B", 1, datetime(2026,1,6,tzinfo=UTC)))
    await e.submit(paid(m, "C", 1, datetime(2026,8,6,tzinfo=UTC)))
    await e.submit(paid(m, "D", 100, datetime(2025,8,6,tzinfo=UTC)))
    await e.submit(paid(m, "E", 200001, datetime(2025,8,6,tzinfo=UTC)))
    await e.submit(refunded(m, "E", 200001, datetime(2026,8,7,tzinfo=UTC)))
    for r in await pool.fetch("select * from tier_standing"): print(r)
    for r in await pool.fetch("select * from tier_change"): print(r)
    print(await pool.fetchval("select tier from member"))
    assert 0
