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

from siyu.engine.outcome import Decision
from siyu.engine.verdict_intake import GivenVerdict, give_verdict
from siyu.ids import new_id
from siyu.rewards.facts import REDEMPTION_CANCELLED, REDEMPTION_CONFIRMED, REDEMPTION_USED, REWARD_REDEEMED
from siyu.sdk import member_code
from tests.factories import paid, refunded, sign
from tests.siyu.engine import till
from tests.siyu.engine.systems import own_pool
from tests.siyu.members.merge_shop import REWARDS, MergeShop
from tests.siyu.members.people import ask, merge, merge_of, rows, undo

MEMBERS = 3
WHO, WHICH, KEY = st.integers(0, MEMBERS - 1), st.integers(0, 7), st.sampled_from("ab")
AMOUNTS = st.integers(1, 300)
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
STEPS = 30
# Each shop's tables grow with every life, and with them what it takes to look at all rows: a new one in time.
SHOPS, LIVES_A_SHOP = 12, 25


class Merging(RuleBasedStateMachine):
    """Some members of the shop, who turn out to be one person, or two after all."""

    def __init__(self, start: Callable[[], tuple[Any, MergeShop]]) -> None:
        super().__init__()
        loop, self.shop = start()
        self.run: Callable[[Any], Any] = loop.run_until_complete
        self.ids: list[UUID] = self.run(self.shop.members(MEMBERS))
        self.orders: list[tuple[int, str]] = []
        self.holds: list[tuple[int, str]] = []
        self.payouts: list[tuple[int, str]] = []
        self.redemptions: list[tuple[int, str]] = []
        self.teams: list[str] = []
        self.standing: list[tuple[UUID, UUID, UUID]] = []

    def do(self, fact_type: str, who: int, campaign: str | None = None, **data: object) -> Decision:
        place = self.shop.campaigns[campaign] if campaign else None
        decision: Decision = self.run(ask(self.shop.engine, fact_type, self.ids[who], data, place))
        return decision

    def note(self, noted: list[tuple[int, str]], who: int, decision: Decision, kind: str, name: str = "id") -> None:
        """Remember what a decision made, under whom it was asked for."""
        if decision.refusal is None:
            noted += [(who, each[name]) for each in decision.effects if each["kind"] == kind]

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
        self.note(self.holds, who, self.do("value.held", who, **data), "wallet")

    @precondition(lambda self: self.holds)
    @rule(which=WHICH, ends=st.sampled_from(["value.posted", "value.voided"]))
    def end_hold(self, which: int, ends: str) -> None:
        who, hold = self.holds[which % len(self.holds)]
        self.do(ends, who, hold=hold)

    @rule(who=WHO, amount=st.integers(1, 90))
    def ask_for_payout(self, who: int, amount: int) -> None:
        self.do("value.adjusted", who, unit="commission", amount=100, reason="earned", made_by="lin")
        decision = self.do("payout.requested", who, amount_fen=amount)
        if decision.refusal is None:
            self.payouts += [(who, each["id"]) for each in decision.effects if each["kind"] == "wallet"]

    @precondition(lambda self: self.payouts)
    @rule(which=WHICH, ends=st.sampled_from(["approved", "paid", "rejected", "failed"]))
    def end_payout(self, which: int, ends: str) -> None:
        who, payout = self.payouts[which % len(self.payouts)]
        said: dict[str, dict[str, str]] = {"approved": {}, "paid": {"reference": new_id().hex}}
        more = said.get(ends, {"note": "no such account"})
        self.do(f"payout.{ends}", who, payout=payout, made_by="lin", **more)

    @rule(who=WHO, ends=st.booleans())
    def freeze(self, who: int, ends: bool) -> None:
        self.do("wallet.unfrozen" if ends else "wallet.frozen", who, reason="looked at", made_by="lin")

    @rule(who=WHO, key=st.sampled_from(REWARDS))
    def redeem(self, who: int, key: str) -> None:
        decision = self.do(REWARD_REDEEMED, who, reward=str(self.shop.rewards[key]))
        self.note(self.redemptions, who, decision, "redemption", "redemption")

    @precondition(lambda self: self.redemptions)
    @rule(which=WHICH, ends=st.sampled_from([REDEMPTION_CONFIRMED, REDEMPTION_CANCELLED, REDEMPTION_USED]))
    def end_redemption(self, which: int, ends: str) -> None:
        who, redemption = self.redemptions[which % len(self.redemptions)]
        said: dict[str, dict[str, Any]] = {
            REDEMPTION_CONFIRMED: {"order": new_id().hex},
            REDEMPTION_CANCELLED: {"by_member": False},
        }
        self.do(ends, who, redemption=redemption, **said.get(ends, {"by": "lin"}))

    @rule(who=WHO, key=KEY)
    def show(self, who: int, key: str) -> None:
        self.do("desk.show", who, "desk", key=key, url="https://shop.example/1.jpg")

    @rule(which=WHICH, approved=st.booleans())
    def review(self, which: int, approved: bool) -> None:
        self.run(self._review(which, approved))

    async def _review(self, which: int, approved: bool) -> None:
        sql = "SELECT id FROM review WHERE member_id = ANY($1::uuid[]) AND state = 'open' ORDER BY id"
        waiting = [row[0] for row in await self.shop.pool.fetch(sql, self.ids)]
        if waiting:
            found = waiting[which % len(waiting)]
            await give_verdict(self.shop.engine, GivenVerdict(found, approved, "", "lin", f"operator/{new_id().hex}"))
            closed = "SELECT state FROM review WHERE id = $1"
            assert await self.shop.pool.fetchval(closed, found) == ("approved" if approved else "rejected")

    @rule(
        who=WHO,
        key=KEY,
        does=st.sampled_from([partial(till.hold, 7), till.settle, partial(till.issue, "cup"), till.revoke]),
    )
    def play(self, who: int, key: str, does: Callable[[str], till.Told]) -> None:
        fact = till.play(self.shop.campaigns["till"], self.ids[who], self.shop.now, does(key))
        self.run(self.shop.engine.submit(fact))

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
        self.run(self.shop.wait(timedelta(minutes=minutes)))

    def at_rest(self, look: Callable[[], Any]) -> Any:
        """What there is to see once what campaigns emitted is decided: the engine goes on after its answer."""
        self.run(self.shop.engine.drain())
        return self.run(look())

    @rule(survivor=WHO, merged=WHO)
    def merge(self, survivor: int, merged: int) -> None:
        before = self.at_rest(self.shop.total)
        decision = self.run(merge(self.shop.engine, self.ids[survivor], self.ids[merged]))
        assert self.run(self.shop.total()) == before
        if decision.refusal is None:
            self.standing.append(self.run(self._made(merge_of(decision))))

    @precondition(lambda self: self.standing)
    @rule()
    def undo(self) -> None:
        before = self.at_rest(self.shop.total)
        decision = self.run(undo(self.shop.engine, *self.standing.pop()))
        assert decision.refusal is None
        assert self.run(self.shop.total()) == before

    @rule(survivor=WHO, merged=WHO)
    def merge_and_undo_at_once(self, survivor: int, merged: int) -> None:
        before = self.at_rest(partial(rows, self.shop.pool))
        decision = self.run(merge(self.shop.engine, self.ids[survivor], self.ids[merged]))
        if decision.refusal is None:
            made = self.run(self._made(merge_of(decision)))
            assert self.run(undo(self.shop.engine, *made)).refusal is None
        assert self.run(rows(self.shop.pool)) == before

    async def _made(self, made: UUID) -> tuple[UUID, UUID, UUID]:
        sql = "SELECT survivor_id, merged_id FROM member_merge WHERE id = $1"
        [found] = await self.shop.pool.fetch(sql, made)
        return found[0], found[1], made

    def teardown(self) -> None:
        self.run(self.shop.check(self.ids))


def live(url: str, examples: int) -> None:
    """Many lives in one shop."""
    with own_pool(url) as (loop, pool):
        shop = MergeShop(pool)
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
@pytest.mark.parametrize("shop", range(SHOPS))
def test_merges_in_any_order_keep_every_invariant_at_length(database_url: str, shop: int) -> None:
    live(database_url, examples=LIVES_A_SHOP)
