"""The check of redemptions: clean on what the desk writes, and naming whatever was broken behind its back."""

from siyu.db import Pool
from siyu.ids import new_id
from siyu.ledger import reward_invariants
from siyu.ledger.verify import verify_ledger
from siyu.rewards import RewardKind
from tests.factories import add_campaign
from tests.siyu.engine.counter_desk import Counter
from tests.siyu.rewards.catalogue import add_reward

OF_POINTS = "WHERE kind = 'points'"
# Each is undone before the next.
DAMAGE = (
    ("UPDATE reward SET taken = taken + 1 WHERE key = 'mug'", reward_invariants.TAKEN),
    ("UPDATE reward SET taken = 0", reward_invariants.TAKEN),
    ("UPDATE redemption SET points = points + 1 WHERE points > 0 AND state = 'confirmed'", reward_invariants.PAID),
    ("UPDATE redemption SET points = points - 1 WHERE state = 'cancelled'", reward_invariants.PAID),
    ("UPDATE redemption SET fact_id = gen_random_uuid() WHERE points > 0", reward_invariants.PAID),
    (f"UPDATE redemption SET gives = '{{\"amount\": 51}}' {OF_POINTS}", reward_invariants.GIVEN),
    (f"UPDATE redemption SET used_fact_id = gen_random_uuid() {OF_POINTS}", reward_invariants.GIVEN),
    ("DELETE FROM privilege", reward_invariants.GIVEN),
    ("UPDATE issued_reward SET opened_at = NULL", reward_invariants.OPENED),
    ("UPDATE issued_reward SET member_id = (SELECT max(id::text)::uuid FROM member)", reward_invariants.OPENED),
)


async def busy(pool: Pool) -> None:
    """One of each: confirmed, cancelled, used, given, worn, issued."""
    shop = Counter(pool)
    member, _ = await shop.members(2, 1_000)
    mug = await add_reward(pool, stock=5, price_points=100, price_fen=50)
    await shop.confirm((await shop.redeemed(mug.id, member)).id)
    await shop.cancel((await shop.redeemed(mug.id, member)).id)
    await shop.redeemed((await add_reward(pool, "bonus", RewardKind.POINTS)).id, member)
    await shop.redeemed((await add_reward(pool, "title", RewardKind.PRIVILEGE)).id, member)
    tea = await add_reward(pool, "tea")
    await shop.use((await shop.redeemed(tea.id, member)).code)
    campaign = await add_campaign(pool, "check_in")
    issued = "INSERT INTO issued_reward VALUES ($1, $2, $3, 'k', 'tea', 'issued', now(), NULL)"
    await pool.execute(issued, new_id(), campaign, member)
    await shop.work()


async def violated(pool: Pool) -> set[str]:
    """The invariants of redemptions that do not hold."""
    known = {probe.invariant for probe in reward_invariants.REWARD_PROBES}
    findings = await verify_ledger(pool, lambda done, total: None)
    return {finding.invariant for finding in findings if finding.violations} & known


async def test_whatever_is_broken_is_named_and_nothing_else(pool: Pool) -> None:
    await busy(pool)
    assert await violated(pool) == set()
    tables = ("reward", "redemption", "privilege", "issued_reward")
    for table in tables:
        await pool.execute(f"CREATE TABLE kept_{table} AS TABLE {table}")

    for damage, invariant in DAMAGE:
        await pool.execute(damage)
        assert (damage, await violated(pool)) == (damage, {invariant})
        for table in reversed(tables):
            await pool.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL; DELETE FROM {table}")
        for table in tables:
            await pool.execute(
                f"INSERT INTO {table} SELECT * FROM kept_{table}; ALTER TABLE {table} ENABLE TRIGGER ALL"
            )
