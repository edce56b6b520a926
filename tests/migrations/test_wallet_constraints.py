"""What the database refuses of holds, adjustments, payouts, freezes and debts, whoever writes it."""

import asyncpg
import pytest

from siyu.db import Pool
from tests.factories import add_members

A_HOLD = """
INSERT INTO value_hold (id, member_id, unit, amount, reference, state, posted, held_at, expires_at, ended_at)
SELECT gen_random_uuid(), id, 'points', %s, 'R', %s, %s, now(), now(), %s FROM member
"""
AN_ADJUSTMENT = """
INSERT INTO adjustment (id, member_id, unit, amount, reason, state, requested_by, requested_at, decided_by, decided_at,
                        note)
SELECT gen_random_uuid(), id, 'points', %s, 'why', %s, 'lin', now(), %s, %s, %s FROM member
"""
A_PAYOUT = """
INSERT INTO payout (id, member_id, amount_fen, state, requested_at, approved_by, approved_at, ended_by, ended_at,
                    reference, note)
SELECT gen_random_uuid(), id, %s, %s, now(), %s, %s, %s, %s, %s, %s FROM member
"""
A_FREEZE = """
INSERT INTO wallet_freeze (id, member_id, reason, frozen_by, frozen_at, lifted_by, lifted_at, lifted_for)
SELECT gen_random_uuid(), id, 'why', 'lin', now(), %s, %s, %s FROM member
"""
PAID = A_PAYOUT % (5, "'paid'", "'lin'", "now()", "'lin'", "now()", "'T-1'", "NULL")
ASKED = A_PAYOUT % (5, "'requested'", *["NULL"] * 6)
DEBT = "INSERT INTO account (id, unit, debtor_id, balance) SELECT gen_random_uuid(), 'points', id, %s FROM member"
REFUSED = [
    (A_HOLD % (0, "'open'", 0, "NULL"), "value_hold_amount_positive"),
    (A_HOLD % (5, "'asleep'", 0, "now()"), "value_hold_state_known"),
    (A_HOLD % (5, "'posted'", 6, "now()"), "value_hold_posted_within_amount"),
    (A_HOLD % (5, "'posted'", 0, "now()"), "value_hold_posted_when_posted"),
    (A_HOLD % (5, "'void'", 5, "now()"), "value_hold_posted_when_posted"),
    (A_HOLD % (5, "'open'", 0, "now()"), "value_hold_ended_at_a_time"),
    (";".join([A_HOLD % (5, "'open'", 0, "NULL")] * 2), "value_hold_reference"),
    (AN_ADJUSTMENT % (0, "'done'", "NULL", "NULL", "NULL"), "adjustment_amount_not_zero"),
    (AN_ADJUSTMENT % (1, "'asleep'", "NULL", "NULL", "NULL"), "adjustment_state_known"),
    (AN_ADJUSTMENT % (1, "'approved'", "'lin'", "now()", "'yes'"), "adjustment_by_two"),
    (AN_ADJUSTMENT % (1, "'approved'", "NULL", "NULL", "NULL"), "adjustment_decided_by_somebody"),
    (AN_ADJUSTMENT % (1, "'done'", "'wang'", "now()", "'yes'"), "adjustment_decided_by_somebody"),
    (A_PAYOUT % (0, "'requested'", *["NULL"] * 6), "payout_amount_positive"),
    (A_PAYOUT % (5, "'asleep'", *["NULL"] * 6), "payout_state_known"),
    (A_PAYOUT % (5, "'approved'", *["NULL"] * 6), "payout_approved_by_somebody"),
    (A_PAYOUT % (5, "'rejected'", *["NULL"] * 5, "'no'"), "payout_ended_by_somebody"),
    (A_PAYOUT % (5, "'paid'", "'lin'", "now()", "'lin'", "now()", "NULL", "NULL"), "payout_paid_with_a_reference"),
    (A_PAYOUT % (5, "'failed'", "'lin'", "now()", "'lin'", "now()", "NULL", "NULL"), "payout_undone_for_a_reason"),
    (f"{PAID}; {PAID}", "payout_reference"),
    (f"{PAID}; UPDATE payout SET state = 'requested'", "payout_goes_forward"),
    (f"{ASKED}; UPDATE payout SET amount_fen = 6", "payout_goes_forward"),
    (A_FREEZE % ("'lin'", "NULL", "NULL"), "wallet_freeze_lifted_by_somebody"),
    (";".join([A_FREEZE % ("NULL", "NULL", "NULL")] * 2), "wallet_freeze_open"),
    (DEBT % -1, "account_balance_not_negative"),
    (DEBT % "NULL", "account_of_a_member_is_limited"),
    (f"{DEBT % 1}; {DEBT % 1}", "account_debt"),
    ("UPDATE unit SET shortfall = 'forgiven'", "unit_shortfall_known"),
    ("UPDATE unit SET shortfall = 'debt'", "unit_with_debts_has_them"),
    ("UPDATE unit SET adjust_limit = -1", "unit_adjust_limit_not_negative"),
    ("UPDATE unit SET payout_min = 0", "unit_payout_min_positive"),
]


async def test_the_database_refuses_what_must_never_be_of_wallets(pool: Pool) -> None:
    await add_members(pool, 1)

    for statement, constraint in REFUSED:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as caught:
            await pool.execute(statement)
        assert getattr(caught.value, "constraint_name", None) == constraint, statement
