"""What becomes of a refund whose points are spent: they stay, are the member's debt, or the shop's loss."""

import asyncio
from uuid import UUID

import pytest

from siyu.db import Pool
from siyu.engine import Decision
from siyu.ledger import invariants
from siyu.ledger.verify import verify_ledger
from tests.factories import add_campaign, add_members, points_of
from tests.siyu.engine import till
from tests.siyu.engine.wallets import NOON, violations

POLICY = "UPDATE unit SET shortfall = $1, has_debts = $2 WHERE key = 'points'"
OWED = "SELECT coalesce((SELECT balance FROM account WHERE debtor_id = $1), 0)"
SHOP = "(SELECT id FROM account WHERE (purpose, unit) = ('write_off', 'points'))"
DEBT = "(SELECT id FROM account WHERE debtor_id IS NOT NULL)"


class Spender:
    """A member at a till who was given 100 points for an order and has spent 70 of them."""

    def __init__(self, pool: Pool, campaign_id: UUID, member_id: UUID) -> None:
        self.pool, self.engine = pool, till.till_engine(pool)
        self.campaign_id, self.member_id = campaign_id, member_id

    @classmethod
    async def of(cls, pool: Pool, policy: str) -> "Spender":
        """In a shop of that policy."""
        await pool.execute(POLICY, policy, policy == "debt")
        [member_id] = await add_members(pool, 1)
        spender = cls(pool, await add_campaign(pool, "till"), member_id)
        await spender.play(till.grant(100, "x"))
        await spender.play(till.spend(70))
        return spender

    async def play(self, *effects: till.Told) -> Decision:
        """What the till answers."""
        outcome = await self.engine.submit(till.play(self.campaign_id, self.member_id, NOON, *effects))
        return outcome.decisions[0]

    async def refund(self, amount: int = 100) -> tuple[int, int, int]:
        """Take back what was given for the order: what was taken, is owed now, and was written off."""
        [logged] = (await self.play(till.reverse(amount, "x"))).effects
        return logged["amount"], logged.get("owed", 0), logged.get("written_off", 0)

    async def owed(self) -> int:
        """The member's debt."""
        owed: int = await self.pool.fetchval(OWED, self.member_id)
        return owed


@pytest.mark.parametrize("together", [False, True], ids=["one by one", "together"])
@pytest.mark.parametrize(
    ("policy", "made_of", "then"),
    [
        ("left", (30, 0, 0), (0, 0, 0)),
        ("debt", (30, 50, 0), (0, 20, 0)),
        ("write_off", (30, 0, 50), (0, 0, 20)),
    ],
)
async def test_what_is_spent_is_treated_as_the_shop_says_and_never_beyond_the_original(
    pool: Pool, policy: str, made_of: tuple[int, int, int], then: tuple[int, int, int], together: bool
) -> None:
    spender = await Spender.of(pool, policy)

    if together:
        refunds = await asyncio.gather(*(spender.refund(80) for _ in range(3)))
    else:
        refunds = [await spender.refund(80) for _ in range(3)]

    assert refunds == [made_of, then, (0, 0, 0)]

    assert await points_of(pool, spender.member_id) == 0
    assert await spender.owed() == made_of[1] + then[1]
    assert await violations(pool) == []


async def test_a_debt_is_repaid_first_even_when_the_shop_has_changed_its_mind(pool: Pool) -> None:
    spender = await Spender.of(pool, "debt")
    await spender.refund()
    await pool.execute("UPDATE unit SET shortfall = 'left'")

    repaid = [(await spender.play(till.grant(50))).effects[0].get("repaid") for _ in range(3)]

    assert repaid == [50, 20, None]
    assert await points_of(pool, spender.member_id) == 80
    assert await spender.owed() == 0
    assert await violations(pool) == []


FAULTS = [
    (
        "UPDATE account SET balance = balance + 1 WHERE debtor_id IS NOT NULL",
        "UPDATE account SET balance = balance - 1 WHERE debtor_id IS NOT NULL",
        {invariants.DEBT},
    ),
    (
        "UPDATE transfer SET amount = amount + 31 WHERE kind = 'owe'",
        "UPDATE transfer SET amount = amount - 31 WHERE kind = 'owe'",
        {invariants.DEBT, invariants.DECISION, invariants.TAKEN_BACK},
    ),
    (
        f"UPDATE transfer SET debit_id = {SHOP} WHERE kind = 'owe'",
        f"UPDATE transfer SET debit_id = {DEBT} WHERE kind = 'owe'",
        {invariants.DEBT, invariants.SIDES, invariants.MIRROR},
    ),
    (
        "UPDATE transfer SET kind = 'spend' WHERE kind = 'repay'",
        f"UPDATE transfer SET kind = 'repay' WHERE credit_id = {DEBT}",
        {invariants.SIDES, invariants.DECISION},
    ),
    (
        f"UPDATE transfer SET credit_id = {SHOP} WHERE kind = 'repay'",
        f"UPDATE transfer SET credit_id = {DEBT} WHERE kind = 'repay'",
        {invariants.SIDES, invariants.DEBT},
    ),
]


async def test_the_check_finds_debts_that_are_not_right(pool: Pool) -> None:
    spender = await Spender.of(pool, "debt")
    await spender.refund()
    await spender.play(till.grant(50))
    await pool.execute("ALTER TABLE transfer DISABLE TRIGGER ALL")

    for fault, undo, expected in FAULTS:
        await pool.execute(fault)
        found = {each.invariant for each in await verify_ledger(pool, lambda *_: None) if each.violations}
        assert found == expected, fault
        await pool.execute(undo)

    assert await violations(pool) == []
