"""Whatever members do before, between and after merges, in whatever order: every invariant holds, and undone gives back
both."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from siyu.campaigns import Registry
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine
from siyu.engine.outcome import Decision
from siyu.ids import new_id
from siyu.sdk import member_code
from tests.factories import LONG_AGO, SHANGHAI, add_campaign, paid, refunded, registry_of, shop_registry, sign
from tests.siyu.coupons.shop import add_template
from tests.siyu.engine.inviting import INVITING
from tests.siyu.engine.relay import fire_all
from tests.siyu.engine.systems import own_pool
from tests.siyu.members.people import NOON, ask, fold_all, merge, merge_of, problems, recounted, rows, scores, undo

MEMBERS = 3
WHO, WHICH = st.integers(0, MEMBERS - 1), st.integers(0, 7)
AMOUNTS = st.integers(1, 300)
REGISTRY: Registry = registry_of(*shop_registry().types.values(), INVITING)
MUG = {"key": "mug", "stock": 50, "per_member": 1, "per_claim": 1, "price_fen": 100}
TEAM = {"sizes": [2], "items": [{"key": "mug", "prices_fen": [900], "stock": 1_000}], "hours": 1}
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
STEPS = 24


class Shop:
    """A shop with a campaign of every kind; members come with each life."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.now = pool, NOON
        self.engine = Engine(pool, REGISTRY, SHANGHAI, BatchLimits(), lambda: self.now)
        self.campaigns: dict[str, UUID] = {}

    async def open(self) -> None:
        """Points expire, and what was spent and is to be taken back is owed."""
        await self.pool.execute(
            "UPDATE unit SET has_lots = true, expiry_months = 1, expiry_until = 'month', has_debts = true, "
            "shortfall = 'debt', adjust_limit = 1000000000 WHERE key = 'points'"
        )
        for key, config in {
            "purchase": {},
            "check_in": {},
            "inviting": {},
            "flash_sale": {"items": [MUG]},
            "group_buy": TEAM,
        }.items():
            self.campaigns[key] = await add_campaign(self.pool, key, config)
        await add_template(self.pool, "tea", member_limit=3)

    async def members(self) -> list[UUID]:
        """Members who joined one after the other."""
        ids = [new_id() for _ in range(MEMBERS)]
        moments = [LONG_AGO + timedelta(days=place) for place in range(MEMBERS)]
        insert = "INSERT INTO member (id, joined_at) SELECT * FROM unnest($1::uuid[], $2::timestamptz[])"
        await self.pool.execute(insert, ids, moments)
        return ids

    async def total(self) -> list[tuple[str, int]]:
        """What all members have of each unit, less what they owe."""
        sql = """
        SELECT unit, sum(CASE WHEN debtor_id IS NULL THEN balance ELSE -balance END)::bigint FROM account
        WHERE num_nonnulls(member_id, debtor_id) = 1 GROUP BY unit HAVING sum(balance) > 0 ORDER BY unit
        """
        return [(row[0], row[1]) for row in await self.pool.fetch(sql)]


class Merging(RuleBasedStateMachine):
    """Some members of the shop, who turn out to be one person, or two after all."""

    def __init__(self, start: Callable[[], tuple[Any, Shop]]) -> None:
        super().__init__()
        loop, self.shop = start()
        self.run: Callable[[Any], Any] = loop.run_until_complete
        self.ids: list[UUID] = self.run(self.shop.members())
        self.orders: list[tuple[int, str]] = []
        self.holds: list[tuple[int, str]] = []
        self.teams: list[str] = []
        self.standing: list[tuple[UUID, UUID, UUID]] = []

    def do(self, fact_type: str, who: int, campaign: str | None = None, **data: object) -> Decision:
        place = self.shop.campaigns[campaign] if campaign else None
        decision: Decision = self.run(ask(self.shop.engine, fact_type, self.ids[who], data, place))
        return decision

    @rule(who=WHO, amount=AMOUNTS)
    def pay(self, who: int, amount: int) -> None:
        number = new_id().hex
        self.run(self.shop.engine.submit(paid(self.ids[who], number, amount * 100, self.shop.now)))
        self.orders.append((who, number))

    @precondition(lambda self: self.orders)
    @rule(which=WHICH)
    def refund(self, which: int) -> None:
        who, number = self.orders[which % len(self.orders)]
        self.run(self.shop.engine.submit(refunded(self.ids[who], number, 100, self.shop.now, new_id().hex)))

    @rule(who=WHO)
    def sign(self, who: int) -> None:
        self.run(self.shop.engine.submit(sign(self.shop.campaigns["check_in"], self.ids[who], self.shop.now)))

    @rule(who=WHO, amount=AMOUNTS, unit=st.sampled_from(["points", "commission"]))
    def give_or_take(self, who: int, amount: int, unit: str) -> None:
        sign_of = 1 if amount % 3 else -1
        self.do("value.adjusted", who, unit=unit, amount=sign_of * amount, reason="gift", made_by="lin")

    @rule(who=WHO, amount=AMOUNTS)
    def hold(self, who: int, amount: int) -> None:
        data = {"unit": "points", "amount": amount, "reference": new_id().hex, "lasts_s": 90_000}
        decision = self.do("value.held", who, **data)
        if decision.refusal is None:
            self.holds += [(who, each["id"]) for each in decision.effects if each["kind"] == "wallet"]

    @precondition(lambda self: self.holds)
    @rule(which=WHICH, ends=st.sampled_from(["value.posted", "value.voided"]))
    def end_hold(self, which: int, ends: str) -> None:
        who, hold = self.holds[which % len(self.holds)]
        self.do(ends, who, hold=hold)

    @rule(who=WHO)
    def coupon(self, who: int) -> None:
        self.do("coupon.issued", who, template="tea", source="test")

    @rule(who=WHO)
    def claim(self, who: int) -> None:
        self.do("flash_sale.claim", who, "flash_sale", item="mug", quantity=1)

    @rule(who=WHO)
    def open_team(self, who: int) -> None:
        decision = self.do("group_buy.open", who, "group_buy", item="mug", quantity=1)
        self.teams += [each["team"] for each in decision.effects if each["kind"] == "set_team"]

    @precondition(lambda self: self.teams)
    @rule(who=WHO, which=WHICH)
    def join_team(self, who: int, which: int) -> None:
        team = self.teams[which % len(self.teams)]
        self.do("group_buy.join", who, "group_buy", team=team, item="mug", quantity=1)

    @rule(who=WHO, by=WHO)
    def invite(self, who: int, by: int) -> None:
        self.do("inviting.bind", who, "inviting", inviter=member_code(self.ids[by]))

    @rule(minutes=st.sampled_from([5, 20, 90, 1_500]))
    def time_goes_by(self, minutes: int) -> None:
        self.shop.now += timedelta(minutes=minutes)
        self.run(fire_all(self.shop.engine))

    @rule(survivor=WHO, merged=WHO)
    def merge(self, survivor: int, merged: int) -> None:
        before = self.run(self.shop.total())
        decision = self.run(merge(self.shop.engine, self.ids[survivor], self.ids[merged]))
        assert self.run(self.shop.total()) == before
        if decision.refusal is None:
            made = merge_of(decision)
            sql = "SELECT survivor_id, merged_id FROM member_merge WHERE id = $1"
            [found] = self.run(self.shop.pool.fetch(sql, made))
            self.standing.append((found[0], found[1], made))

    @precondition(lambda self: self.standing)
    @rule()
    def undo(self) -> None:
        before = self.run(self.shop.total())
        decision = self.run(undo(self.shop.engine, *self.standing.pop()))
        assert decision.refusal is None
        assert self.run(self.shop.total()) == before

    @rule(survivor=WHO, merged=WHO)
    def merge_and_undo_at_once(self, survivor: int, merged: int) -> None:
        before = self.run(rows(self.shop.pool))
        decision = self.run(merge(self.shop.engine, self.ids[survivor], self.ids[merged]))
        if decision.refusal is None:
            made = merge_of(decision)
            [found] = self.run(
                self.shop.pool.fetch("SELECT survivor_id, merged_id FROM member_merge WHERE id = $1", made)
            )
            assert self.run(undo(self.shop.engine, found[0], found[1], made)).refusal is None
        assert self.run(rows(self.shop.pool)) == before

    def teardown(self) -> None:
        self.run(self._check())

    async def _check(self) -> None:
        pool = self.shop.pool
        assert await problems(pool) == []
        await fold_all(pool, self.shop.now)
        assert await problems(pool) == []
        assert await scores(pool, self.ids) == await recounted(pool, self.ids)
        twice = """
        SELECT person.id, fact.at::date FROM transfer JOIN account ON account.id = credit_id
            JOIN member ON member.id = account.member_id JOIN fact ON fact.id = fact_id AND fact.type = 'check_in.sign'
            JOIN member AS person ON person.id = fact.member_id
        WHERE kind = 'grant' GROUP BY 1, 2, (fact.at AT TIME ZONE 'Asia/Shanghai')::date HAVING count(*) > 1
        """
        assert await pool.fetch(twice) == []
        assert await pool.fetchval(RING) is None
        assert await pool.fetch(WRONG_FEATURES) == []


RING = """
WITH RECURSIVE up (start, place, depth) AS (
    SELECT person_id, by_id, 1 FROM invitation WHERE stands
    UNION ALL SELECT start, by_id, depth + 1 FROM up JOIN invitation ON person_id = place AND stands WHERE depth < 50
)
SELECT start FROM up WHERE start = place LIMIT 1
"""
WRONG_FEATURES = """
SELECT member.id, orders, invitees FROM member LEFT JOIN member_feature ON member_id = member.id
WHERE (merged_into IS NULL) <> (member_id IS NOT NULL) OR merged_into IS NULL AND (
    orders <> (SELECT count(*) FROM shop_order WHERE shop_order.member_id = member.id AND refunded_fen < amount_fen)
    OR invitees <> (SELECT count(*) FROM invitation WHERE by_id = member.id AND stands)
    OR interactions_90d <> 0)
"""


def live(url: str, examples: int) -> None:
    """Many lives in one shop."""
    with own_pool(url) as (loop, pool):
        shop = Shop(pool)
        loop.run_until_complete(shop.open())
        run_state_machine_as_test(
            partial(Merging, lambda: (loop, shop)),  # type: ignore[arg-type]  # annotated as a class; any factory will do
            settings=settings(
                max_examples=examples, stateful_step_count=STEPS, deadline=None, suppress_health_check=SLOW
            ),
        )


def test_merges_in_any_order_keep_every_invariant(database_url: str) -> None:
    live(database_url, examples=3)


@pytest.mark.prove
def test_merges_in_any_order_keep_every_invariant_at_length(database_url: str) -> None:
    live(database_url, examples=300)
