"""What the database refuses of coupons, whatever the code above it forgot: one statement after the other."""

# ruff: noqa: E501 - a statement a line

import asyncpg

from siyu.db import Pool

A_MEMBER = "INSERT INTO member (id, joined_at) VALUES (gen_random_uuid(), now())"
A_TEMPLATE = """
INSERT INTO coupon_template (id, key, title_zh, title_en, terms, state, member_limit, total_limit, issued, created_at, created_by)
VALUES (gen_random_uuid(), 't', 't', 't', '{}', %s, now(), 'lin')
"""
A_PUBLISHED = A_TEMPLATE % "'published', NULL, NULL, 0"
A_CODE = f"{A_PUBLISHED}; INSERT INTO coupon_code (code, template_id, uses_max, used) SELECT 'c', id, %s FROM coupon_template"
A_BATCH = "INSERT INTO coupon_code_batch (id, template_id, name, created_at) SELECT gen_random_uuid(), id, 'b', now() FROM coupon_template"
# place, code, state, claimed_code, days, order_number, discount_fen, lock_expires_at, used_at, returned_at, revoked_at, revoked_for, store, clerk, verified_at
A_COUPON = """
INSERT INTO coupon (id, template_id, member_id, place, code, state, source, claimed_code, issued_at, valid_from, expires_at,
    order_number, discount_fen, lock_expires_at, used_at, returned_at, revoked_at, revoked_for, store, clerk, verified_at)
SELECT gen_random_uuid(), coupon_template.id, member.id, c.place, c.code, c.state, 'test', c.claimed, now(), now(), now() + interval '1 day' * c.days,
    c.number, c.fen::bigint, c.lock::timestamptz, c.used::timestamptz, c.returned::timestamptz, c.revoked::timestamptz,
    c.reason, c.store, c.clerk, c.verified::timestamptz
FROM coupon_template, member, (VALUES (%s))
    AS c (place, code, state, claimed, days, number, fen, lock, used, returned, revoked, reason, store, clerk, verified)
"""


def coupon(  # noqa: PLR0913 - a row
    place: int = 1,
    code: str = "a",
    state: str = "issued",
    claimed: str = "NULL",
    days: int = 1,
    order: str = "NULL, NULL",
    lock: str = "NULL",
    used: str = "NULL",
    returned: str = "NULL",
    revoked: str = "NULL, NULL",
    store: str = "NULL, NULL, NULL",
) -> str:
    """A statement that inserts a coupon of the one template there is."""
    row = f"{place}, '{code}', '{state}', {claimed}, {days}, {order}, {lock}, {used}, {returned}, {revoked}, {store}"
    return A_COUPON % row


FOR_AN_ORDER, CLAIMED = "'A1', 5", "'c'"
ONE = f"{A_PUBLISHED}; {coupon()}"
COUPON_REFUSED = [
    (A_TEMPLATE % "'asleep', NULL, NULL, 0", "coupon_template_state_known"),
    (A_TEMPLATE % "'published', 0, NULL, 0", "coupon_template_member_limit_positive"),
    (A_TEMPLATE % "'published', NULL, 0, 0", "coupon_template_total_limit_positive"),
    (A_TEMPLATE % "'published', NULL, 5, 6", "coupon_template_issued_within_limit"),
    (A_TEMPLATE % "'published', NULL, NULL, -1", "coupon_template_issued_within_limit"),
    (A_TEMPLATE % "'draft', NULL, NULL, 1", "coupon_template_draft_has_no_coupons"),
    (f"{A_PUBLISHED}; {A_PUBLISHED}", "coupon_template_key"),
    (A_CODE % "0, 0", "coupon_code_uses_max_positive"),
    (A_CODE % "1, 2", "coupon_code_used_within_limit"),
    (A_CODE % "NULL, -1", "coupon_code_used_within_limit"),
    (f"{A_CODE % '2, 0'}; {A_BATCH}; UPDATE coupon_code SET batch_id = (SELECT id FROM coupon_code_batch)", "coupon_code_of_a_batch_is_used_once"),
    (f"{A_PUBLISHED}; {A_BATCH}; {A_BATCH}", "coupon_code_batch_name"),
    (f"{A_CODE % '1, 0'}; INSERT INTO coupon_code (code, template_id) SELECT 'c', id FROM coupon_template", "coupon_code_pkey"),
    (A_PUBLISHED + ";" + coupon(place=0), "coupon_place_positive"),
    (A_PUBLISHED + ";" + coupon(state='asleep'), "coupon_state_known"),
    (A_PUBLISHED + ";" + coupon(days=0), "coupon_window_forward"),
    (A_PUBLISHED + ";" + coupon(claimed="'no'"), "coupon_claimed_code_fkey"),
    (A_PUBLISHED + ";" + coupon(state='locked', order=FOR_AN_ORDER), "coupon_locked_for_a_time"),
    (A_PUBLISHED + ";" + coupon(lock='now()'), "coupon_locked_for_a_time"),
    (A_PUBLISHED + ";" + coupon(state='used', order=FOR_AN_ORDER), "coupon_used_at_a_time"),
    (A_PUBLISHED + ";" + coupon(state='used', used='now()'), "coupon_used_for_an_order_or_in_a_store"),
    (A_PUBLISHED + ";" + coupon(order=FOR_AN_ORDER), "coupon_used_for_an_order_or_in_a_store"),
    (A_PUBLISHED + ";" + coupon(state='used', used='now()', order="'A1', NULL"), "coupon_discount_of_an_order"),
    (A_PUBLISHED + ";" + coupon(state='used', used='now()', order="'A1', 0"), "coupon_discount_of_an_order"),
    (A_PUBLISHED + ";" + coupon(state='returned'), "coupon_returned_at_a_time"),
    (A_PUBLISHED + ";" + coupon(state='revoked', revoked='now(), NULL'), "coupon_revoked_for_a_reason"),
    (A_PUBLISHED + ";" + coupon(state='used', used='now()', store="'S1', NULL, NULL"), "coupon_verified_by_a_clerk"),
    (f"{ONE}; {coupon(code='b')}", "coupon_of_a_member"),
    (f"{ONE}; {coupon(place=2)}", "coupon_code_shown"),
    (";".join([A_CODE % "2, 2", coupon(claimed=CLAIMED), coupon(2, "b", claimed=CLAIMED)]), "coupon_claimed_once"),
]


async def test_the_database_refuses_coupons_that_must_never_be(pool: Pool) -> None:
    await pool.execute(A_MEMBER)
    refused = []
    # Each in a transaction of its own, which its failure undoes.
    for statement, _ in COUPON_REFUSED:
        try:
            await pool.execute(statement)
        except asyncpg.IntegrityConstraintViolationError as error:
            refused.append(getattr(error, "constraint_name", None))

    assert refused == [constraint for _, constraint in COUPON_REFUSED]
