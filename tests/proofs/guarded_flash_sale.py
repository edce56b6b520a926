"""The guards of the flash sale."""

from tests.proofs.guard import Guard

CLAIMING, PAYING = "plugins/flash_sale/claiming.py", "plugins/flash_sale/paying.py"
STORIES, RACES = "tests/plugins/test_flash_sale.py", "tests/plugins/test_flash_sale_races.py"
CONFIG, ORDERS = "tests/plugins/test_flash_sale_config.py", "tests/plugins/test_flash_sale_orders.py"
GATES = "tests/plugins/test_flash_sale_gates.py"
MODEL = "tests/plugins/test_flash_sale_model.py::test_a_sale_is_what_a_clerk_would_write_down"

FLASH_SALE_GUARDS = (
    Guard(
        "the slot of a flash sale",
        CLAIMING,
        'if slot_left == 0 and not view.used("slot_stock"):',
        "if False:",
        (f"{CONFIG}::test_between_slots_nothing_is_sold",),
    ),
    Guard(
        "the gate of an item",
        CLAIMING,
        "    if lacks:",
        "    if False:",
        (f"{GATES}::test_of_every_list_that_is_given_the_member_has_one",),
    ),
    Guard(
        "the limit of a claim",
        CLAIMING,
        "if quantity > item.per_claim:",
        "if False:",
        (f"{STORIES}::test_a_claim_and_a_member_have_limits_of_their_own_for_each_item", MODEL),
    ),
    Guard(
        "the limit of a buyer",
        CLAIMING,
        "if quantity > own_left:",
        "if False:",
        (
            f"{STORIES}::test_the_member_is_looked_at_before_the_stock",
            f"{RACES}::test_defects_14_and_17_a_member_who_claims_many_times_at_once_gets_the_limit",
            MODEL,
        ),
    ),
    Guard(
        "the number of claims that are remembered",
        CLAIMING,
        "if len(view.state.claims) >= CLAIMS_MAX:",
        "if False:",
        (f"{STORIES}::test_what_a_member_gave_back_they_may_claim_again_so_often",),
    ),
    Guard(
        "sold out for now or for good",
        CLAIMING,
        "if on_hold else",
        "if False else",
        (
            f"{STORIES}::test_sold_out_for_now_and_for_good_are_told_apart",
            f"{RACES}::test_defects_13_and_57_300_members_claim_100_units_and_all_are_sold_in_the_end",
            MODEL,
        ),
    ),
    Guard(
        "the stock that a claim is taken from",
        CLAIMING,
        'yield Reserve("stock", wanted.quantity, key=key)',
        'yield Reserve("slot_stock", wanted.quantity, key=key)',
        (
            f"{STORIES}::test_defect_16_more_than_is_left_is_refused_and_takes_nothing",
            f"{ORDERS}::test_defect_20_the_buyer_of_the_last_unit_can_pay_for_it",
            f"{RACES}::test_defects_13_and_57_300_members_claim_100_units_and_all_are_sold_in_the_end",
            MODEL,
        ),
    ),
    Guard(
        "what a slot sells at most",
        CLAIMING,
        "if item is not None and item.slot_stock is not None and wanted.is_of_slot:",
        "if False:",
        (f"{CONFIG}::test_a_slot_sells_its_part_of_the_stock",),
    ),
    Guard(
        "a paid claim does not expire",
        CLAIMING,
        "if found is None or found.status is not Status.HELD:",
        "if found is None:",
        (f"{STORIES}::test_a_timer_that_fires_after_the_payment_changes_nothing",),
    ),
    Guard(
        "a paid claim is not given back",
        CLAIMING,
        "elif found.status is Status.PAID:",
        "elif False:",
        (f"{STORIES}::test_what_is_paid_for_is_not_given_back", MODEL),
    ),
    Guard(
        "the amount that was agreed",
        PAYING,
        "elif order.amount_fen != found.amount_fen:",
        "elif False:",
        (
            f"{ORDERS}::test_a_wrong_amount_goes_back_and_the_right_one_can_still_be_paid[1]",
            f"{ORDERS}::test_a_wrong_amount_goes_back_and_the_right_one_can_still_be_paid[9899]",
            f"{ORDERS}::test_a_wrong_amount_goes_back_and_the_right_one_can_still_be_paid[9901]",
            MODEL,
        ),
    ),
    Guard(
        "a claim is paid once",
        PAYING,
        "elif found.status is Status.PAID:",
        "elif False:",
        (f"{ORDERS}::test_a_second_order_for_one_claim_goes_back", MODEL),
    ),
    Guard(
        "a late payer has the limit of any buyer",
        PAYING,
        "return wanted <= item.per_member and",
        "return",
        (f"{ORDERS}::test_a_late_payer_who_has_claimed_again_is_refunded",),
    ),
    Guard(
        "a late payer of what is gone",
        PAYING,
        "and over.quantity <= left",
        "",
        (
            f"{ORDERS}::test_defect_18_a_late_payer_of_what_is_gone_is_refunded",
            f"{RACES}::test_late_payers_race_for_what_is_left_and_the_others_are_refunded",
        ),
    ),
    Guard(
        "of two late orders one buys",
        PAYING,
        "if item is None or not over.is_over:",
        "if item is None:",
        (f"{RACES}::test_of_two_late_orders_that_come_at_once_one_buys",),
    ),
    Guard(
        "what cannot be sold goes back, all of it",
        PAYING,
        "yield Refund(order, amount_fen, reason)",
        "yield Refund(order, 1, reason)",
        (
            f"{ORDERS}::test_a_second_order_for_one_claim_goes_back",
            f"{ORDERS}::test_a_refund_that_was_asked_for_is_open_until_all_the_money_is_back",
        ),
    ),
    Guard(
        "orders are settled after the end",
        "plugins/flash_sale/campaign.py",
        'settles=frozenset({"order.paid", "order.cancelled"}),',
        'listens=frozenset({"order.paid", "order.cancelled"}),',
        (
            f"{ORDERS}::test_defect_19_a_sale_that_is_over_settles_its_orders[paused]",
            f"{ORDERS}::test_defect_19_a_sale_that_is_over_settles_its_orders[ended]",
        ),
    ),
)
