"""What the database refuses of costs, ranges and alerts, whoever writes it."""

import asyncpg
import pytest

from siyu.db import Pool

AN_EXPENSE = """
INSERT INTO expense (id, day, amount_fen, channel, note, made_by, made_at, idempotency_key, cancelled_by)
VALUES (gen_random_uuid(), '2026-11-21', %s, %s, 'n', 'lin', now(), 'k', %s)
"""
A_RANGE = "INSERT INTO metric_range VALUES ('arpu', %s, %s, %s, 'lin', now())"
AN_ALERT = """
INSERT INTO metric_alert (id, metric, cut, cut_key, status, value, opened_on, opened_at, checked_on, note)
VALUES (gen_random_uuid(), 'arpu', '', '', %s, 1, '2026-11-21', now(), %s, %s)
"""
GOOD_EXPENSE, GOOD_ALERT = AN_EXPENSE % (1, "NULL", "NULL"), AN_ALERT % ("'low'", "'2026-11-21'", "NULL")
REFUSED = [
    (AN_EXPENSE % (0, "NULL", "NULL"), "expense_amount"),
    (AN_EXPENSE % (10_000_000_001, "NULL", "NULL"), "expense_amount"),
    (AN_EXPENSE % (1, "''", "NULL"), "expense_channel_named"),
    (AN_EXPENSE % (1, "NULL", "'lin'"), "expense_cancelled_by_somebody"),
    (f"{GOOD_EXPENSE}; {GOOD_EXPENSE}", "expense_key"),
    (A_RANGE % (2, 1, "NULL"), "metric_range_forward"),
    (A_RANGE % ("'NaN'", "NULL", "NULL"), "metric_range_finite"),
    (A_RANGE % ("NULL", "'Infinity'", "NULL"), "metric_range_finite"),
    (AN_ALERT % ("'healthy'", "'2026-11-21'", "NULL"), "metric_alert_status_known"),
    (AN_ALERT % ("'low'", "'2026-11-20'", "NULL"), "metric_alert_forward"),
    (AN_ALERT % ("'low'", "'2026-11-21'", "'n'"), "metric_alert_acknowledged_by_somebody"),
    (f"{GOOD_ALERT}; {GOOD_ALERT}", "metric_alert_once"),
    ("INSERT INTO metric_checked VALUES (false, now())", "metric_checked_is_one"),
]


@pytest.mark.parametrize(("statement", "constraint"), REFUSED, ids=range(len(REFUSED)))
async def test_the_database_refuses_what_must_never_be(pool: Pool, statement: str, constraint: str) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as caught:
        await pool.execute(statement)

    assert getattr(caught.value, "constraint_name", None) == constraint


async def test_an_expense_is_cancelled_and_not_edited(pool: Pool) -> None:
    await pool.execute(GOOD_EXPENSE)

    await pool.execute("UPDATE expense SET cancelled_by = 'lin', cancelled_at = now()")

    with pytest.raises(asyncpg.RaiseError, match="rows of expense are kept as they are"):
        await pool.execute("UPDATE expense SET amount_fen = 2")
