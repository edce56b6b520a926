"""Members who are erased: nothing personal is left of them, and value is what it was to the fen."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from siyu.access import Caller, start_session
from siyu.boards import fold_everything
from siyu.db import Pool
from siyu.engine import Engine, erase_member, is_erased, running
from siyu.engine.erasure import erase_due
from siyu.errors import NotFound
from siyu.features.keeping import keep_everything
from siyu.ids import new_id
from siyu.members.erasure_requests import WAITING, ask_for_erasure, call_off_erasure, waiting_erasures
from siyu.members.queries import MembersWanted, member_page
from siyu.members.service import member_known_by, update_profile
from siyu.privacy import PersonalField, Vault
from siyu.privacy.store import PersonalChanges
from siyu.rewards.facts import REWARD_REDEEMED
from siyu.rules import RuleClock
from tests.factories import LONG_AGO, SHANGHAI, add_campaign, add_members, new_vault, paid, refunded
from tests.siyu.coupons.shop import add_template, at_desk, coupon_in, issued, locked
from tests.siyu.engine import till
from tests.siyu.engine.wallets import NOON, Desks, code, violations
from tests.siyu.rewards.catalogue import add_reward

WHY = "asked by letter"
CANARY = "张金丝雀"
NUMBER = "13812345678"
HELD = "SELECT state FROM hold WHERE member_id = $1"
# Every row of every table as a text.
TOLD = "SELECT payload FROM outbox WHERE topic = 'boards' ORDER BY id"
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"


class Shop(Desks):
    """A shop with a till, where a member does all that one can."""

    def __init__(self, pool: Pool, vault: Vault) -> None:
        super().__init__(pool)
        self.engine, self.vault = till.till_engine(pool), vault
        self.engine.clock = lambda: self.now

    async def erase(self, member_id: UUID, key: str | None = None) -> str | None:
        """What an admin is refused with."""
        return code(await erase_member(self.engine, member_id, WHY, "boss", key or new_id().hex))

    async def play(self, campaign: UUID, member_id: UUID, *effects: till.Told) -> None:
        """A campaign does it."""
        outcome = await self.engine.submit(till.play(campaign, member_id, self.now, *effects))
        assert code(outcome.decisions[0]) is None

    async def everything(self) -> tuple[UUID, UUID]:
        """A member who has all there is, and their campaign."""
        member_id = await member_known_by(self.pool, "phone", NUMBER, LONG_AGO, self.vault)
        name = PersonalChanges(self.vault, {PersonalField.REAL_NAME: CANARY})
        shown = {"nickname": CANARY, "avatar_url": f"https://shop.example/{NUMBER}"}
        await update_profile(self.pool, member_id, shown, {"tags": [CANARY]}, name)
        for unit, amount in (("points", 5_000), ("growth", 70), ("commission", 900)):
            await self.give(member_id, unit, amount)
        await self.hold(member_id, 60)
        await self.ask("payout.requested", member_id, amount_fen=200)
        campaign = await add_campaign(self.pool, "till")
        photo = till.review("k", who=CANARY)
        await self.play(campaign, member_id, till.grant(10, "R"), till.hold(40, "h"), till.notify(3), photo)
        await self.engine.submit(paid(member_id, "A1", 12_345, self.now))
        await self.with_coupons_and_rewards(member_id)
        await start_session(self.pool, Caller("member", member_id), self.now)
        return member_id, campaign

    async def with_coupons_and_rewards(self, member_id: UUID) -> None:
        """Two coupons, one kept for an order, and two redemptions, one of which waits for cash."""
        await add_template(self.pool)
        first = coupon_in(await self.engine.submit(issued(member_id)))
        await self.engine.submit(issued(member_id))
        await self.engine.submit(locked(member_id, [first], order="A2"))
        for key, price_fen in (("mug", 0), ("cup", 100)):
            reward = await add_reward(self.pool, key, stock=5, price_points=500, price_fen=price_fen)
            await self.engine.submit(at_desk(REWARD_REDEEMED, member_id, self.now, reward=str(reward.id)))


@pytest.fixture
def shop(pool: Pool) -> Shop:
    return Shop(pool, new_vault())


async def rows_with(pool: Pool, *texts: str) -> list[str]:
    """The tables that hold one of these texts in a row."""
    found = []
    for (table,) in await pool.fetch(TABLES):
        like = " OR ".join(f"t::text LIKE '%{text}%'" for text in texts)
        if await pool.fetchval(f"SELECT EXISTS (SELECT FROM {table} AS t WHERE {like})"):
            found.append(table)
    return found


async def test_nothing_personal_is_left_and_the_ledger_is_balanced(pool: Pool, shop: Shop) -> None:
    member_id, _ = await shop.everything()
    cipher = await pool.fetchval("SELECT encode(cipher, 'hex') FROM personal WHERE field = 'phone'")
    assert set(await rows_with(pool, CANARY, NUMBER)) == {"member", "fact", "review"}
    assert await violations(pool) == []

    assert await shop.erase(member_id) is None

    assert await rows_with(pool, CANARY, NUMBER, cipher) == []
    assert await violations(pool) == []
    assert [await shop.balance(member_id, unit) for unit in ("points", "growth", "commission")] == [0, 0, 0]
    assert await pool.fetchval(HELD, member_id) == "void"
    assert await shop.states("coupon") == ["revoked", "revoked"]
    assert await shop.states("redemption") == ["cancelled", "cancelled"]
    assert await shop.states("payout") == ["rejected"]
    assert await shop.states("value_hold") == ["void"]
    for table in ("identity", "personal", "message", "session", "member_feature"):
        assert await pool.fetchval(f"SELECT count(*) FROM {table}") == 0, table
    assert (await member_page(pool, MembersWanted(10))).rows == ()


async def test_erased_twice_at_once_or_again_is_erased_once(pool: Pool, shop: Shop) -> None:
    member_id, _ = await shop.everything()

    assert await asyncio.gather(*(shop.erase(member_id) for _ in range(4))) == [None] * 4
    at = await pool.fetchval("SELECT erased_at FROM member WHERE id = $1", member_id)
    shop.wait(days=1)
    assert await shop.erase(member_id) is None
    assert await pool.fetchval("SELECT erased_at FROM member WHERE id = $1", member_id) == at
    assert await is_erased(pool, member_id)
    assert await violations(pool) == []


async def test_facts_of_an_erased_member_are_refused_but_those_that_settle(pool: Pool, shop: Shop) -> None:
    member_id, campaign = await shop.everything()
    await shop.erase(member_id)
    facts = await pool.fetchval("SELECT count(*) FROM fact")

    for fact in (paid(member_id, "A9", 100, shop.now), till.play(campaign, member_id, shop.now, till.grant(5))):
        with pytest.raises(NotFound):
            await shop.engine.submit(fact)
    with pytest.raises(NotFound):
        await update_profile(pool, member_id, {"nickname": CANARY})
    with pytest.raises(NotFound):
        await start_session(pool, Caller("member", member_id), shop.now)
    assert await pool.fetchval("SELECT count(*) FROM fact") == facts
    outcome = await shop.engine.submit(refunded(member_id, "A1", 345, shop.now))
    assert [code(decision) for decision in outcome.decisions] == []
    assert await violations(pool) == []
    assert await member_known_by(pool, "phone", NUMBER, NOON, shop.vault) != member_id


async def test_an_erasure_while_facts_of_the_member_are_under_way_leaves_nothing(pool: Pool, shop: Shop) -> None:
    member_id, campaign = await shop.everything()
    plays = [
        shop.engine.submit(till.play(campaign, member_id, shop.now, till.grant(1), till.notify(1))) for _ in range(60)
    ]
    places = shop.erase(member_id)
    signing_in = [start_session(pool, Caller("member", member_id), shop.now) for _ in range(5)]
    answers = await asyncio.gather(*plays[:30], places, *plays[30:], *signing_in, return_exceptions=True)

    assert {type(answer) for answer in answers if isinstance(answer, BaseException)} <= {NotFound}
    assert await rows_with(pool, CANARY, NUMBER) == []
    assert [await pool.fetchval(f"SELECT count(*) FROM {table}") for table in ("message", "session")] == [0, 0]
    assert await shop.balance(member_id) == 0
    assert await violations(pool) == []


async def test_a_payout_that_may_be_paid_hinders_it_until_it_has_ended(pool: Pool, shop: Shop) -> None:
    member_id, _ = await shop.everything()
    payout = str(await pool.fetchval("SELECT id FROM payout"))
    await shop.ask("payout.approved", member_id, payout=payout, made_by="wang")

    assert await shop.erase(member_id) == "PAYOUT_STATE"
    assert not await is_erased(pool, member_id)
    await shop.ask("payout.paid", member_id, payout=payout, made_by="wang", reference="P-1")
    assert await shop.erase(member_id) is None


async def test_a_request_waits_can_be_called_off_and_is_carried_out(pool: Pool, shop: Shop) -> None:
    member_id, _ = await shop.everything()
    first = await ask_for_erasure(pool, member_id, "member/x", shop.now)
    assert (await ask_for_erasure(pool, member_id, "member/x", shop.now + timedelta(days=1))) == first
    await call_off_erasure(pool, member_id, "member/x", shop.now)
    with pytest.raises(NotFound):
        await call_off_erasure(pool, member_id, "member/x", shop.now)
    shop.wait(days=30)
    await erase_due(shop.engine)
    assert not await is_erased(pool, member_id)

    again = await ask_for_erasure(pool, member_id, "member/x", shop.now)
    assert again.due_at == shop.now + WAITING
    shop.wait(days=15)
    assert await erase_due(shop.engine)
    assert await is_erased(pool, member_id)
    assert await waiting_erasures(pool, [member_id]) == {}
    assert await shop.states("erasure_request") == ["called_off", "done"]
    with pytest.raises(NotFound):
        await ask_for_erasure(pool, member_id, "member/x", shop.now)


async def test_what_hinders_a_request_is_told_and_tried_again(pool: Pool, shop: Shop) -> None:
    member_id, _ = await shop.everything()
    payout = str(await pool.fetchval("SELECT id FROM payout"))
    await shop.ask("payout.approved", member_id, payout=payout, made_by="wang")
    await ask_for_erasure(pool, member_id, "member/x", shop.now)
    shop.wait(days=15)
    await erase_due(shop.engine)
    assert (await waiting_erasures(pool, [member_id]))[member_id].problem == "PAYOUT_STATE"

    await shop.ask("payout.paid", member_id, payout=payout, made_by="wang", reference="P-1")
    await erase_due(shop.engine)
    assert not await is_erased(pool, member_id)
    shop.wait(hours=1)
    await erase_due(shop.engine)
    assert await is_erased(pool, member_id)


async def test_value_that_comes_later_is_booked_out(pool: Pool, shop: Shop) -> None:
    member_id, campaign = await shop.everything()
    await shop.erase(member_id)
    # As a campaign does that settles what was open.
    await pool.execute("UPDATE member SET erased_at = NULL")
    await shop.play(campaign, member_id, till.grant(5))
    await pool.execute("UPDATE member SET erased_at = now()")
    shop.wait(hours=1)

    assert await erase_due(shop.engine)

    assert await shop.balance(member_id) == 0
    assert await violations(pool) == []


async def test_boards_drop_the_member_and_nobody_else(pool: Pool, shop: Shop) -> None:
    member_id, campaign = await shop.everything()
    [other] = await add_members(pool, 1)
    await shop.play(campaign, other, till.grant(3))
    await fold_everything(pool)
    ranked = "SELECT DISTINCT member_id FROM board_score WHERE score > 0"
    assert {row[0] for row in await pool.fetch(ranked)} == {member_id, other}

    await shop.erase(member_id)
    await fold_everything(pool)

    assert [row[0] for row in await pool.fetch(ranked)] == [other]
    assert await violations(pool) == []
    # What goes back later finds no score to lower.
    await shop.engine.submit(refunded(member_id, "A1", 345, shop.now))
    await fold_everything(pool)
    assert await pool.fetchval("SELECT count(*) FROM outbox WHERE topic = 'scores.set_aside'") == 0
    assert await violations(pool) == []
    payloads: list[str] = [
        row[0] for row in await pool.fetch("SELECT payload FROM outbox WHERE topic = 'boards' ORDER BY id")
    ]
    assert any(member_id.hex in payload for payload in payloads[1:])


async def test_features_of_an_erased_member_do_not_come_back(pool: Pool, shop: Shop) -> None:
    member_id, _ = await shop.everything()
    await shop.erase(member_id)

    await keep_everything(pool, RuleClock(shop.now, SHANGHAI))

    assert await pool.fetchval("SELECT count(*) FROM member_feature") == 0


async def test_the_worker_erases(pool: Pool, shop: Shop) -> None:
    """By the loop's step, with an engine that runs."""
    member_id, _ = await shop.everything()
    await ask_for_erasure(pool, member_id, "member/x", shop.now - WAITING)

    engine: Engine
    async with running(shop.engine) as engine:
        assert await erase_due(engine)
    assert await is_erased(pool, member_id)
