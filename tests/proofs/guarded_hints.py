"""The guards of sold-out hints."""

from tests.proofs.guard import ENGINE, Guard

HINTS, BOARD = "tests/siyu/engine/test_hints.py", f"{ENGINE}/hint_board.py"

HINT_GUARDS = (
    Guard(
        "a hint's second",
        BOARD,
        "if known is not None and now_s < known.until_s:",
        "if known is not None:",
        (
            f"{HINTS}::test_a_hint_is_believed_for_a_second_and_no_longer",
            f"{HINTS}::test_in_redis_it_ends_with_the_second_that_began_when_the_database_was_read",
        ),
    ),
    Guard(
        "a hint's second in Redis",
        BOARD,
        "px=left_ms",
        "px=10_000",
        (f"{HINTS}::test_in_redis_it_ends_with_the_second_that_began_when_the_database_was_read",),
    ),
    Guard(
        "the age of what Redis holds",
        BOARD,
        "min(left_ms / 1000, LIFETIME_S - age_s)",
        "left_ms / 1000",
        (f"{HINTS}::test_redis_may_hold_anything[too old]",),
    ),
    Guard(
        "what Redis would keep for ever",
        BOARD,
        "min(left_ms / 1000, LIFETIME_S - age_s)",
        "LIFETIME_S - age_s",
        (f"{HINTS}::test_redis_may_hold_anything[kept for ever]",),
    ),
    Guard(
        "hints from the future",
        BOARD,
        "if age_s >= 0 and",
        "if",
        (f"{HINTS}::test_redis_may_hold_anything[from the future]",),
    ),
    Guard(
        "the first answer of a claim that comes again",
        f"{ENGINE}/engine.py",
        "or await self._answered.may_be(key)",
        "",
        (f"{HINTS}::test_a_claim_that_was_answered_is_given_its_first_answer",),
    ),
    Guard(
        "a hint is in the counter's words",
        f"{ENGINE}/engine.py",
        "all(refusal.code not in counter.hints for counter in campaign.needs.hinting)",
        "False",
        (f"{HINTS}::test_redis_may_hold_anything[not the campaign's words]",),
    ),
    Guard(
        "a hint is the truth when it is written",
        f"{ENGINE}/hints.py",
        "return limit is not None and limit + row.extra <= row.taken",
        "return True",
        (f"{HINTS}::test_what_the_batch_gives_back_after_all_is_not_hinted_at",),
    ),
)
