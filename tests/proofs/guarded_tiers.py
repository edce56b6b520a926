"""The guards of tiers: locks, keys, and what has a member judged anew."""

from tests.proofs.guard import Guard

ENGINE_TESTS = "tests/siyu/engine/test_tiers.py"
SCHEMA_TESTS = "tests/schema/test_tiers.py"
REVIEW_TESTS = "tests/siyu/tiers/test_review.py"
SETTLING_TESTS = "tests/siyu/tiers/test_settling.py"
CLOCK = "CREATE OR REPLACE TRIGGER campaign_clock_advanced AFTER INSERT ON tier_ladder"

TIER_GUARDS = (
    Guard(
        "a message for a new warning alone",
        "siyu/tiers/review.py",
        "jsonb_build_object('last_day', review_on), $4 FROM noted",
        "jsonb_build_object('last_day', review_on), $4 FROM tier_warning",
        (f"{REVIEW_TESTS}::test_members_are_warned_once_for_each_date",),
    ),
    Guard(
        "the lock of who is reviewed",
        "siyu/tiers/review.py",
        "FOR NO KEY UPDATE OF member SKIP LOCKED",
        "",
        (f"{REVIEW_TESTS}::test_whoever_is_busy_is_left_for_the_next_look",),
    ),
    Guard(
        "the lock of who is settled",
        "siyu/tiers/settling.py",
        "    await lock_members(connection, ids)\n",
        "",
        (f"{SETTLING_TESTS}::test_settling_waits_for_what_is_being_decided_about_a_member",),
    ),
    Guard(
        "one warning for a date",
        "migrations/0017_tiers.py",
        "PRIMARY KEY (member_id, review_on)",
        "CHECK (true)",
        ("tests/migrations/test_catalogue.py::test_every_constraint_is_there",),
    ),
    Guard(
        "what is told late is judged anew",
        "siyu/tiers/book.py",
        "if any(deed.day < member.judged_on for deed in deeds)",
        "if False",
        (f"{ENGINE_TESTS}::test_an_order_that_is_told_late_counts_for_its_day",),
    ),
    Guard(
        "a refund is judged anew",
        "siyu/tiers/book.py",
        "if any(deed.amount < 0 for deed in deeds):",
        "if False:",
        (f"{ENGINE_TESTS}::test_a_refund_takes_the_tier_back_at_once",),
    ),
    Guard(
        "every process sees a new ladder",
        "migrations/0017_tiers.py",
        CLOCK,
        CLOCK.replace("AFTER INSERT", "AFTER DELETE"),
        (f"{ENGINE_TESTS}::test_a_new_ladder_holds_for_the_next_fact_in_every_process",),
    ),
    Guard(
        "who was judged by another ladder is judged anew",
        "siyu/tiers/book.py",
        "    if member.revision != live.revision:\n        return Reason.LADDER\n",
        "",
        (f"{ENGINE_TESTS}::test_a_new_ladder_holds_for_the_next_fact_in_every_process",),
    ),
    Guard(
        "a tier by hand is given once for a key",
        "siyu/tiers/service.py",
        "if known is not None:",
        "if False:",
        (f"{SCHEMA_TESTS}::test_an_operator_gives_a_tier_once_for_a_key_and_members_do_not_see_why",),
    ),
    Guard(
        "with a ladder nobody sets tiers from outside",
        "siyu/members/service.py",
        'if "tier" in known and await pool.fetchval(LADDER_DECIDES):',
        "if False:",
        (f"{SCHEMA_TESTS}::test_with_a_ladder_nobody_sets_tiers_from_outside",),
    ),
)
