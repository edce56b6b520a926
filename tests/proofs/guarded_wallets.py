"""The guards of wallets: holds, adjustments, payouts, freezes, debts and their check."""

from tests.proofs.guard import ENGINE, Guard

DESKS = f"{ENGINE}/desks"
HOLDING = "tests/siyu/engine/test_holding.py"
ADJUSTING = "tests/siyu/engine/test_adjusting.py"
PAYING = "tests/siyu/engine/test_paying_out.py"
FREEZING = "tests/siyu/engine/test_freezing.py"
DEBTS = "tests/siyu/engine/test_debts.py"
CONSTRAINTS = "tests/migrations/test_wallet_constraints.py"
MIGRATION = "migrations/0019_wallets.py"

UNITS = "tests/siyu/ledger/test_unit_service.py"
UNIT_SERVICE = "siyu/ledger/unit_service.py"

WALLET_GUARDS = (
    Guard(
        "a unit that had lots has them for good",
        UNIT_SERVICE,
        "has_lots = has_lots OR $3::text IS NOT NULL",
        "has_lots = $3::text IS NOT NULL",
        (f"{UNITS}::test_a_unit_that_had_lots_and_debts_has_them_for_good",),
    ),
    Guard(
        "a unit that had debts has them for good",
        UNIT_SERVICE,
        "has_debts = has_debts OR $5::text = 'debt'",
        "has_debts = $5::text = 'debt'",
        (f"{UNITS}::test_a_unit_that_had_lots_and_debts_has_them_for_good",),
    ),
    Guard(
        "the lock of a unit's terms",
        UNIT_SERVICE,
        "WHERE key = $1 FOR NO KEY UPDATE",
        "WHERE key = $1",
        (f"{UNITS}::test_what_two_admins_change_at_once_is_both_changed",),
    ),
    Guard(
        "terms that are the same are not written",
        UNIT_SERVICE,
        "if new != old:",
        "if True:",
        ("tests/schema/test_value_repeats.py::test_every_mutation_of_value_is_safe_to_repeat",),
    ),
    Guard(
        "nobody meets another's key",
        "schema/keys.py",
        'f"{principal.role.value}/{principal.member_id or principal.subject}"',
        '"all"',
        ("tests/schema/test_rewards.py::test_a_member_redeems_and_a_clerk_hands_over",),
    ),
    Guard(
        "a hold ends once",
        f"{DESKS}/holding.py",
        'return held if held.state == "open" else Refusal(HOLD_ENDED, {"state": held.state})',
        "return held",
        (
            f"{HOLDING}::test_a_part_is_posted_and_the_rest_comes_back",
            f"{HOLDING}::test_what_is_voided_comes_back_once",
        ),
    ),
    Guard(
        "what a hold keeps does not come back by a return",
        f"{DESKS}/spending.py",
        " - world.wallets.kept(member_id, unit, reference)",
        "",
        (f"{HOLDING}::test_what_a_hold_keeps_is_not_returned_and_what_it_posted_is",),
    ),
    Guard(
        "a hold is not posted when its time is over",
        f"{DESKS}/holding.py",
        "if held.expires_at <= arrived.new.at:",
        "if False:",
        (f"{HOLDING}::test_what_is_held_too_long_can_only_come_back",),
    ),
    Guard(
        "no more is posted than is held",
        f"{DESKS}/holding.py",
        "if amount is not None and amount > held.amount:",
        "if False:",
        (f"{HOLDING}::test_no_more_is_posted_than_is_held",),
    ),
    Guard(
        "nobody agrees to their own adjustment",
        f"{DESKS}/adjusting.py",
        'if asked.requested_by == data["made_by"]:',
        "if False:",
        (f"{ADJUSTING}::test_much_waits_for_a_second_operator",),
    ),
    Guard(
        "the database's two people",
        MIGRATION,
        "CONSTRAINT adjustment_by_two CHECK (decided_by <> requested_by),",
        "",
        (f"{ADJUSTING}::test_the_database_wants_two_people",),
    ),
    Guard(
        "adjustments of a day count together",
        f"{DESKS}/adjusting.py",
        "world.wallets.adjusted[lately] + abs(amount) <= alone",
        "abs(amount) <= alone",
        (f"{ADJUSTING}::test_the_limit_is_not_evaded_by_parts",),
    ),
    Guard(
        "a payout is in the state that it has to be in",
        f"{DESKS}/paying_out.py",
        'return payout if payout.state == state else Refusal(PAYOUT_STATE, {"state": payout.state})',
        "return payout",
        (
            f"{PAYING}::test_a_payout_is_approved_and_paid_once",
            f"{PAYING}::test_what_is_not_paid_comes_back_once[payout.rejected-rejected]",
            f"{PAYING}::test_what_is_not_paid_comes_back_once[payout.failed-failed]",
        ),
    ),
    Guard(
        "one payout a reference",
        f"{DESKS}/paying_out.py",
        "if reference in world.wallets.paid:",
        "if False:",
        (f"{PAYING}::test_two_payouts_are_not_paid_under_one_reference",),
    ),
    Guard(
        "the database's order of a payout's states",
        MIGRATION,
        "CREATE OR REPLACE TRIGGER payout_forward BEFORE UPDATE ON payout",
        "CREATE OR REPLACE TRIGGER payout_forward AFTER DELETE ON payout",
        (f"{CONSTRAINTS}::test_the_database_refuses_what_must_never_be_of_wallets",),
    ),
    Guard(
        "nothing leaves a frozen wallet",
        f"{DESKS}/spending.py",
        "if world.wallets.is_frozen(member_id):",
        "if False:",
        (f"{FREEZING}::test_nothing_leaves_a_frozen_wallet_and_grants_arrive",),
    ),
    Guard(
        "campaigns take nothing out of a frozen wallet",
        f"{ENGINE}/value_guards.py",
        "if isinstance(effect, Spend) and scene.world.wallets.is_frozen(member_id):",
        "if False:",
        (f"{FREEZING}::test_campaigns_cannot_spend_from_a_frozen_wallet",),
    ),
    Guard(
        "no more is made up for than was given",
        "siyu/ledger/book.py",
        "                grant.left -= part\n                missing += part\n",
        "                missing += part\n",
        (
            f"{DEBTS}::test_what_is_spent_is_treated_as_the_shop_says_and_never_beyond_the_original"
            "[debt-made_of1-then1-together]",
        ),
    ),
    Guard(
        "a debt is repaid out of what comes in",
        "siyu/ledger/book.py",
        "if debt is None or not repaid:",
        "if True:",
        (f"{DEBTS}::test_a_debt_is_repaid_first_even_when_the_shop_has_changed_its_mind",),
    ),
)
