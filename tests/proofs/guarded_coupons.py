"""The guards of coupons."""

from tests.proofs.guard import Guard

COUPONS = "tests/siyu/engine/test_coupons.py"
STORE, BOOK, ISSUING = "siyu/coupons/store.py", "siyu/coupons/book.py", "siyu/coupons/issuing.py"

COUPON_GUARDS = (
    Guard(
        "one newcomer price at a time",
        "siyu/coupons/book.py",
        "is_first_order and not self.keeps_newcomer_price(member_id, at)",
        "is_first_order",
        ("tests/siyu/engine/test_coupons.py::test_while_a_newcomer_price_is_kept_for_an_order_none_is_for_another",),
    ),
    Guard(
        "a newcomer price that another batch keeps is read",
        "siyu/coupons/store.py",
        "WHERE member_id = ANY($4::uuid[]) AND state = 'locked'",
        "WHERE false AND member_id = ANY($4::uuid[])",
        ("tests/siyu/engine/test_coupons.py::test_while_a_newcomer_price_is_kept_for_an_order_none_is_for_another",),
    ),
    Guard(
        "the lock of a coupon template",
        STORE,
        'LOCK_TEMPLATES = f"{TO_ISSUE} FOR NO KEY UPDATE"',
        "LOCK_TEMPLATES = TO_ISSUE",
        (f"{COUPONS}::test_of_many_at_once_from_two_engines_the_limit_is_given_out",),
    ),
    Guard(
        "the lock of a coupon code",
        STORE,
        'LOCK_CODES = f"{TO_CLAIM} FOR NO KEY UPDATE"',
        "LOCK_CODES = TO_CLAIM",
        (f"{COUPONS}::test_who_claims_a_code_waits_for_whoever_is_claiming_it",),
    ),
    Guard(
        "how many coupons a template gives out",
        ISSUING,
        "if template.total_limit is not None and template.issued >= template.total_limit:",
        "if False:",
        (f"{COUPONS}::test_templates_give_out_within_their_limits_and_while_they_are_published",),
    ),
    Guard(
        "how many coupons of a template a member gets",
        ISSUING,
        "if limit is not None and self._counts.get((template.id, member_id), 0) >= limit:",
        "if False:",
        (
            f"{COUPONS}::test_templates_give_out_within_their_limits_and_while_they_are_published",
            f"{COUPONS}::test_of_many_gifts_at_once_to_one_member_the_members_limit_is_given",
        ),
    ),
    Guard(
        "a member claims a code once",
        ISSUING,
        "if (code.code, member_id) in self._claimed:",
        "if False:",
        (f"{COUPONS}::test_a_generic_code_is_claimed_once_by_each_and_so_often_in_all",),
    ),
    Guard(
        "a coupon is taken once",
        BOOK,
        "        refusal = coupon.refusal_at(at)\n        if refusal is not None:\n",
        "        refusal = None\n        if refusal is not None:\n",
        (
            f"{COUPONS}::test_a_store_takes_a_coupon_once_and_a_shaky_scanner_hears_the_first_answer_again",
            f"{COUPONS}::test_of_fifty_scanners_one_takes_the_coupon",
        ),
    ),
    Guard(
        "the shaky scanner",
        BOOK,
        "and abs(at - first.at) <= timedelta(seconds=REPEAT_S)",
        "and False",
        (f"{COUPONS}::test_a_store_takes_a_coupon_once_and_a_shaky_scanner_hears_the_first_answer_again",),
    ),
    Guard(
        "the store that undoes",
        BOOK,
        "if taken.store != store:",
        "if False:",
        (f"{COUPONS}::test_a_verification_is_undone_by_its_store_for_some_minutes[S2-after2-OTHER_STORE]",),
    ),
    Guard(
        "the coupon of another",
        BOOK,
        "return coupon if coupon is not None and coupon.member_id == member_id else None",
        "return coupon",
        (f"{COUPONS}::test_nobody_uses_the_coupon_of_another",),
    ),
    Guard(
        "a lock that is over",
        "siyu/coupons/record.py",
        "if state is CouponState.LOCKED and self.lock_expires_at is not None and self.lock_expires_at <= now:",
        "if False:",
        (f"{COUPONS}::test_a_lock_ends_by_the_clock_whether_or_not_a_worker_has_seen_it",),
    ),
    Guard(
        "expiry by the clock",
        "siyu/coupons/record.py",
        "if state in FREE and self.expires_at <= now:",
        "if False:",
        (f"{COUPONS}::test_what_is_kept_for_an_order_stays_good_for_it_and_what_is_not_expires_at_once",),
    ),
    Guard(
        "the worker waits for nobody",
        "siyu/coupons/expiry.py",
        "ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
        "ORDER BY id",
        (f"{COUPONS}::test_the_worker_leaves_members_who_are_being_decided_about",),
    ),
    Guard(
        "a code that is taken is made anew",
        "siyu/coupons/code_batches.py",
        "        except asyncpg.UniqueViolationError:\n            continue\n",
        "        except asyncpg.UniqueViolationError:\n            raise\n",
        ("tests/siyu/coupons/test_code_batches.py::test_a_code_that_is_taken_is_made_anew",),
    ),
    Guard(
        "the code that a coupon shows is unique",
        "migrations/0015_coupons.py",
        "NOT NULL CONSTRAINT coupon_code_shown UNIQUE,",
        "NOT NULL,",
        (f"{COUPONS}::test_a_code_that_two_coupons_would_have_is_made_anew",),
    ),
    Guard(
        "one run at a time makes a batch",
        "siyu/coupons/code_batches.py",
        "WHERE (template_id, name) = ($1, $2) FOR NO KEY UPDATE",
        "WHERE (template_id, name) = ($1, $2)",
        ("tests/siyu/coupons/test_code_batches.py::test_two_runs_of_one_batch_at_once_make_it_once",),
    ),
)
