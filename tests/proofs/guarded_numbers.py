"""The guards of numbers: counters, reservations, teams, value, caps and tags."""

from tests.proofs.guard import CAMPAIGNS, ENGINE, Guard

COUNTERS = "tests/siyu/engine/test_counters.py"
CAPS = "tests/siyu/engine/test_caps.py"
VALUE = "tests/siyu/engine/test_value.py"

NUMBER_GUARDS = (
    Guard(
        "what is left of a counter",
        f"{ENGINE}/reserving.py",
        "if left is not None and before + effect.amount > left:",
        "if False:",
        (
            f"{COUNTERS}::test_a_counter_gives_its_limit_and_no_more[campaign-ever]",
            f"{COUNTERS}::test_a_counter_gives_its_limit_and_no_more[member-day]",
            f"{COUNTERS}::test_a_counter_gives_its_limit_and_no_more[team-week]",
        ),
    ),
    Guard(
        "the sum of what one decision takes",
        f"{ENGINE}/reserving.py",
        "if left is not None and before + effect.amount > left:",
        "if left is not None and effect.amount > left:",
        (f"{COUNTERS}::test_two_takings_of_a_decision_need_their_sum",),
    ),
    Guard(
        "the lock of a counter",
        f"{CAMPAIGNS}/counter_store.py",
        "ORDER BY place FOR NO KEY UPDATE OF counter",
        "ORDER BY place",
        (
            f"{COUNTERS}::test_of_many_claims_at_once_exactly_the_limit_passes[campaign]",
            f"{COUNTERS}::test_of_many_claims_at_once_exactly_the_limit_passes[item]",
        ),
    ),
    Guard(
        "a reservation's key",
        f"{ENGINE}/reserving.py",
        "if _state_of(scene, draft, key) is not None:",
        "if False:",
        (
            "tests/siyu/engine/test_reservations.py::test_a_released_key_can_be_reserved_again_and_a_held_one_cannot",
            "tests/siyu/engine/test_reservations.py::test_impossible_effects_fail_the_decision[one key twice]",
        ),
    ),
    Guard(
        "the lock of a team",
        f"{CAMPAIGNS}/participation_store.py",
        "FOR NO KEY UPDATE OF participation",
        "",
        ("tests/siyu/engine/test_teams.py::test_members_of_one_team_do_not_lose_one_another",),
    ),
    Guard(
        "the balance that bears a spend",
        f"{ENGINE}/value_guards.py",
        "if isinstance(effect, Spend) and effect.amount > balance:",
        "if False:",
        (f"{VALUE}::test_what_the_member_has_not_cannot_be_spent",),
    ),
    Guard(
        "what a reversal may take",
        "siyu/ledger/book.py",
        "min(grant.left, amount - taken, account.spendable)",
        "min(grant.left, amount - taken)",
        (f"{VALUE}::test_a_spend_before_what_is_taken_back_leaves_only_the_rest_to_take",),
    ),
    Guard(
        "keys of holds and rewards",
        f"{ENGINE}/value_guards.py",
        "if place in taken or book.is_used(scene.key(effect.key)):",
        "if False:",
        (
            f"{VALUE}::test_a_key_is_good_for_once_in_a_decision[effect0]",
            f"{VALUE}::test_a_key_is_good_for_once_in_a_decision[effect1]",
        ),
    ),
)

CAP_GUARDS = (
    Guard(
        "what a cap leaves",
        f"{ENGINE}/capping.py",
        "if amount > left:",
        "if False:",
        (
            f"{CAPS}::test_a_cap_lets_through_its_limit_and_no_more[value campaign ever]",
            f"{CAPS}::test_a_cap_lets_through_its_limit_and_no_more[count member month]",
            f"{CAPS}::test_a_decision_beyond_a_cap_is_refused_as_a_whole",
            f"{CAPS}::test_what_timers_bring_is_capped_too_and_a_refused_one_is_over",
        ),
    ),
    Guard(
        "caps of every decision",
        f"{ENGINE}/deciding.py",
        "if refusal is None and campaign.caps:",
        "if False:",
        (
            f"{CAPS}::test_a_cap_lets_through_its_limit_and_no_more[value member day]",
            f"{CAPS}::test_what_is_settled_after_the_end_is_capped_too",
        ),
    ),
    Guard(
        "the count of what caps let through",
        f"{ENGINE}/deciding.py",
        "(carry_out_counting if campaign.caps else carry_out)",
        "carry_out",
        (f"{CAPS}::test_a_cap_lets_through_its_limit_and_no_more[count campaign week]",),
    ),
    Guard(
        "the lock of a cap's counter",
        f"{CAMPAIGNS}/counter_store.py",
        "ORDER BY place FOR NO KEY UPDATE OF counter",
        "ORDER BY place",
        (f"{CAPS}::test_of_many_grants_at_once_exactly_the_limit_passes[value]",),
    ),
    Guard(
        "how many tags a member has",
        f"{ENGINE}/tagging.py",
        'return Refusal(TOO_MANY_TAGS, {"most": LABELS_MAX}) if len(tags) > LABELS_MAX else None',
        "return None",
        ("tests/siyu/engine/test_tags.py::test_a_member_has_so_many_tags_and_no_more",),
    ),
)
