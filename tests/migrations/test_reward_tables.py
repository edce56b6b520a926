"""What the database itself refuses of rewards: a statement that breaks each constraint."""

import asyncpg
import pytest

from siyu.db import Pool
from tests.factories import add_campaign, add_members

A_LIBRARY = """
INSERT INTO reward_library (id, key, title_zh, title_en, measure, created_at)
VALUES (gen_random_uuid(), '%s', 'a', 'a', '%s', now())
"""
A_REWARD = """
INSERT INTO reward (id, key, kind, title_zh, title_en, details, price_points, price_fen, stock, taken, per_member,
    period, tiers, starts_at, ends_at, state, hold_s, library_id, step, revision, created_at)
SELECT gen_random_uuid(), said.key, said.kind, 'a', 'a', '{{}}', price_points, price_fen, stock, taken, per_member,
    period, '{{}}', now(), now() + window_s * interval '1 s', state, hold_s, library_id, step, 1, now()
FROM (VALUES ({})) AS said (key, kind, price_points, price_fen, stock, taken, per_member, period, window_s, state,
    hold_s, library_id, step)
"""
A_REDEMPTION = """
INSERT INTO redemption (id, reward_id, member_id, kind, gives, state, points, price_fen, code, fact_id, created_at,
    expires_at, deliver_at, attempts, issued_id, library_id, step, order_number, confirmed_at, used_at, used_by,
    ended_at)
SELECT gen_random_uuid(), reward.id, member.id, said.kind, '{{}}', said.state, points, said.price_fen, said.code,
    gen_random_uuid(), now(), expires_at::timestamptz, deliver_at::timestamptz, 0, issued_id::uuid,
    said.library_id::uuid, said.step, order_number, confirmed_at::timestamptz, used_at::timestamptz, used_by,
    ended_at::timestamptz
FROM (SELECT id FROM reward LIMIT 1) AS reward, member, (VALUES ({})) AS said (kind, state, points, price_fen, code,
    expires_at, deliver_at, issued_id, library_id, step, order_number, confirmed_at, used_at, used_by, ended_at)
"""
LIBRARY, ISSUED = "(SELECT id FROM reward_library)", "(SELECT id FROM issued_reward)"


def reward(**said: str) -> str:
    """A reward that is sound but for what is said."""
    sound = {
        "key": "'other'", "kind": "'goods'", "price_points": "0", "price_fen": "0", "stock": "5", "taken": "0",
        "per_member": "1", "period": "'day'", "window_s": "1", "state": "'off'", "hold_s": "60",
        "library_id": "NULL::uuid", "step": "NULL::int",
    }  # fmt: skip
    return A_REWARD.format(", ".join((sound | said).values()))


def redemption(**said: str) -> str:
    """A confirmed redemption that is sound but for what is said."""
    sound = {
        "kind": "'goods'", "state": "'confirmed'", "points": "0", "price_fen": "0", "code": "'a'",
        "expires_at": "NULL", "deliver_at": "NULL", "issued_id": "NULL", "library_id": "NULL", "step": "NULL::int",
        "order_number": "NULL", "confirmed_at": "now()", "used_at": "NULL", "used_by": "NULL", "ended_at": "NULL",
    }  # fmt: skip
    return A_REDEMPTION.format(", ".join((sound | said).values()))


def privilege(kind: str = "title", seconds: int = 1) -> str:
    """A privilege of the only redemption."""
    until = f"now() + interval '1 s' * {seconds}"
    values = f"gen_random_uuid(), member_id, id, '{kind}', 'n', now(), {until}"
    return f"INSERT INTO privilege SELECT {values} FROM redemption"


def stock_change(difference: int) -> str:
    """A change of the stock of any reward."""
    values = f"gen_random_uuid(), id, {difference}, 'key', now(), 'lin'"
    return f"INSERT INTO reward_stock_change SELECT {values} FROM reward LIMIT 1"


def twice(first: str, second: str | None = None) -> str:
    """Two statements, the second the first again if not given."""
    return f"{first}; {second or first}"


A_STEP = {"library_id": LIBRARY, "step": "3"}
STEPPED = {"library_id": f"{LIBRARY}::text", "step": "3"}
RESERVED = {"state": "'reserved'", "price_fen": "5", "expires_at": "now()", "confirmed_at": "NULL"}

REFUSED = [
    ("reward_library_key", A_LIBRARY % ("friends", "buyers")),
    ("reward_library_measure_known", A_LIBRARY % ("more", "likes")),
    ("reward_key", reward(key="'mug'")),
    ("reward_kind_known", reward(kind="'cash'")),
    ("reward_price_points_not_negative", reward(price_points="-1")),
    ("reward_price_fen_not_negative", reward(price_fen="-1")),
    ("reward_taken_within_stock", reward(taken="6")),
    ("reward_taken_within_stock", reward(taken="-1", stock="NULL::bigint")),
    ("reward_per_member_positive", reward(per_member="0")),
    ("reward_period_known", reward(period="'year'")),
    ("reward_window_forward", reward(window_s="0")),
    ("reward_state_known", reward(state="'asleep'")),
    ("reward_hold_positive", reward(hold_s="0")),
    ("reward_step_of_a_library", reward(library_id=LIBRARY)),
    ("reward_step_of_a_library", reward(step="3")),
    ("reward_step_of_a_library", reward(library_id=LIBRARY, step="0")),
    ("reward_of_a_library_is_a_gift", reward(**A_STEP, price_points="1")),
    ("reward_of_a_library_is_a_gift", reward(**A_STEP, price_fen="1")),
    ("reward_library_id_fkey", reward(**A_STEP) + "; DELETE FROM reward_library"),
    ("reward_stock_change_not_zero", stock_change(0)),
    ("reward_stock_change_key", twice(stock_change(1))),
    ("reward_stock_change_reward_id_fkey", stock_change(1) + "; DELETE FROM reward"),
    ("redemption_code", twice(redemption())),
    ("redemption_state_known", redemption(state="'asleep'")),
    ("redemption_points_not_negative", redemption(points="-1")),
    ("redemption_price_fen_not_negative", redemption(price_fen="-1")),
    ("redemption_reserved_for_a_time", redemption(**RESERVED | {"expires_at": "NULL"})),
    ("redemption_reserved_for_a_time", redemption(expires_at="now()")),
    ("redemption_waits_for_cash", redemption(**RESERVED | {"price_fen": "0"})),
    ("redemption_confirmed_at_a_time", redemption(confirmed_at="NULL")),
    ("redemption_used_by_somebody", redemption(used_at="now()", used_by="'lin'")),
    ("redemption_used_by_somebody", redemption(state="'used'", used_at="now()")),
    ("redemption_ended_at_a_time", redemption(state="'cancelled'")),
    ("redemption_ended_at_a_time", redemption(ended_at="now()")),
    ("redemption_delivered_once_confirmed", redemption(kind="'points'")),
    ("redemption_delivered_once_confirmed", redemption(deliver_at="now()")),
    ("redemption_issued_once", twice(redemption(issued_id=ISSUED), redemption(issued_id=ISSUED, code="'b'"))),
    ("redemption_order_once", twice(redemption(order_number="'A'"), redemption(order_number="'A'", code="'b'"))),
    ("redemption_step_of_a_library", redemption(step="3")),
    ("redemption_step_once", twice(redemption(**STEPPED), redemption(**STEPPED | RESERVED | {"code": "'b'"}))),
    ("redemption_reward_id_fkey", redemption() + "; DELETE FROM reward"),
    ("redemption_issued_id_fkey", redemption(issued_id=ISSUED) + "; DELETE FROM issued_reward"),
    ("redemption_library_id_fkey", redemption(**STEPPED) + "; DELETE FROM reward_library"),
    ("privilege_given_once", redemption() + ";" + twice(privilege())),
    ("privilege_kind_known", redemption() + ";" + privilege("crown")),
    ("privilege_window_forward", redemption() + ";" + privilege(seconds=0)),
    ("privilege_redemption_id_fkey", redemption() + ";" + privilege() + "; DELETE FROM redemption"),
]


async def test_the_database_refuses_what_must_never_be_of_rewards(pool: Pool) -> None:
    await add_members(pool, 1)
    await add_campaign(pool, "t")
    await pool.execute(A_LIBRARY % ("friends", "invitees"))
    await pool.execute(reward(key="'mug'"))
    await pool.execute(
        "INSERT INTO issued_reward (id, campaign_id, member_id, key, reward, state, issued_at) "
        "SELECT gen_random_uuid(), campaign.id, member.id, 'k', 'mug', 'issued', now() FROM campaign, member"
    )

    for constraint, statement in REFUSED:
        # All of it is taken back: several statements at once are one transaction.
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as caught:
            await pool.execute(statement)
        assert (getattr(caught.value, "constraint_name", None), statement) == (constraint, statement)
    with pytest.raises(asyncpg.RaiseError, match="kept as they are"):
        await pool.execute(stock_change(1) + "; DELETE FROM reward_stock_change")


async def test_a_step_is_free_again_once_what_was_picked_came_to_nothing(pool: Pool) -> None:
    await add_members(pool, 1)
    await pool.execute(A_LIBRARY % ("friends", "invitees"))
    await pool.execute(reward())
    await pool.execute(redemption(**STEPPED, state="'cancelled'", ended_at="now()"))

    assert await pool.execute(redemption(**STEPPED, code="'b'")) == "INSERT 0 1"
