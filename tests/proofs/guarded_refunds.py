"""The guards of refunds that campaigns ask for."""

from tests.proofs.guard import CAMPAIGNS, SDK, Guard

REFUNDS, ORDERS = "tests/siyu/engine/test_refunds.py", "siyu/orders"
BOOK = f"{ORDERS}/refunds.py"

REFUND_GUARDS = (
    Guard(
        "no more goes back than was paid",
        BOOK,
        'min(data["amount_fen"], order.amount_fen)',
        'data["amount_fen"]',
        (f"{REFUNDS}::test_no_more_is_asked_for_than_was_paid",),
    ),
    Guard(
        "the greatest amount stands",
        BOOK,
        "elif asked_fen > known.asked_fen:",
        "elif True:",
        (f"{REFUNDS}::test_to_ask_again_changes_nothing_and_the_greatest_stands",),
    ),
    Guard(
        "whose order it is",
        f"{ORDERS}/book.py",
        "if order is None or order.member_id != member_id:",
        "if order is None:",
        (
            f"{REFUNDS}::test_the_decision_stands_where_the_member_has_no_such_order",
            f"{REFUNDS}::test_another_members_failure_is_of_no_order",
        ),
    ),
    Guard(
        "a refund is closed by all of the money",
        BOOK,
        "self.order.refunded_fen >= self.asked_fen",
        "self.order.refunded_fen > 0",
        (
            f"{REFUNDS}::test_it_is_entered_with_the_decision_and_done_when_the_money_is_back",
            f"{REFUNDS}::test_what_is_back_already_counts_and_a_greater_amount_opens_it_again",
        ),
    ),
    Guard(
        "money that comes back closes what was asked for",
        f"{ORDERS}/book.py",
        "self.refunds.settle(order, at)",
        "pass",
        (
            f"{REFUNDS}::test_it_is_entered_with_the_decision_and_done_when_the_money_is_back",
            f"{REFUNDS}::test_two_campaigns_ask_for_one_order_and_one_payment_does_for_both",
            f"{REFUNDS}::test_a_batch_of_everything_is_decided_in_its_order",
        ),
    ),
    Guard(
        "what is done cannot fail",
        BOOK,
        "return None if waiting else REFUND_DONE",
        "return None",
        (
            f"{REFUNDS}::test_what_failed_stays_open_with_the_problem",
            f"{REFUNDS}::test_a_batch_of_everything_is_decided_in_its_order",
        ),
    ),
    Guard(
        "what nobody asked for cannot fail",
        BOOK,
        "if not requests:",
        "if False:",
        (
            f"{REFUNDS}::test_what_failed_stays_open_with_the_problem",
            f"{REFUNDS}::test_a_campaign_may_answer_to_a_failure",
        ),
    ),
    Guard(
        "two campaigns ask, one is paid",
        f"{ORDERS}/refund_queries.py",
        "AND (other.asked_fen, request.id) > (request.asked_fen, other.id))",
        "AND false)",
        (f"{REFUNDS}::test_two_campaigns_ask_for_one_order_and_one_payment_does_for_both",),
    ),
    Guard(
        "a refund is claimed without its plugin",
        f"{CAMPAIGNS}/pending_store.py",
        "OR type = ANY($4::text[]))",
        "OR type = ANY($4::text[]) AND false)",
        (
            f"{REFUNDS}::test_a_refund_waits_for_no_plugin[paused]",
            f"{REFUNDS}::test_a_refund_waits_for_no_plugin[gone]",
        ),
    ),
    Guard(
        "a refund is entered without its plugin",
        f"{CAMPAIGNS}/pending_store.py",
        "OR type = ANY($3::text[]))",
        "OR type = ANY($3::text[]) AND false)",
        (
            f"{REFUNDS}::test_a_refund_waits_for_no_plugin[paused]",
            f"{REFUNDS}::test_a_refund_waits_for_no_plugin[gone]",
        ),
    ),
    Guard(
        "the lock of a member",
        "siyu/members/locking.py",
        "ORDER BY id FOR NO KEY UPDATE OF member",
        "ORDER BY id",
        (f"{REFUNDS}::test_asked_and_paid_by_two_processes_at_once_it_ends_as_asked",),
    ),
    Guard(
        "no campaign hears what campaigns ask for",
        f"{SDK}/judging.py",
        "heard = REFUND_REQUESTED in kind.listens | kind.settles",
        "heard = False",
        ("tests/siyu/sdk/testing/test_refunding.py::test_a_type_cannot_wait_for_what_it_asks_for",),
    ),
)
