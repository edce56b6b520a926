"""The guards of boards of groups and of facts about chats."""

from tests.proofs.guard import Guard

SCOPES = "tests/siyu/boards/test_scopes.py"
GROUP_BOARDS = "tests/siyu/talk/test_group_boards.py"
SHOWN = "tests/schema/test_group_boards.py"

TALK_GUARDS = (
    Guard(
        "what was said is refused",
        "siyu/talk/facts.py",
        "if isinstance(data, Mapping) and (found := sorted(CONTENT & set(map(str, data)))):",
        "if (found := []):",
        ("tests/siyu/talk/test_shapes.py::test_what_was_said_is_refused_by_name[content]",),
    ),
    Guard(
        "a copy of a scope that nobody keeps current",
        "siyu/boards/scoped_copy.py",
        "if answer is None or answer.epoch != epoch.decode():",
        "if answer is None:",
        (f"{SCOPES}::test_a_copy_of_an_older_epoch_is_not_read",),
    ),
    Guard(
        "boards without scopes",
        "siyu/boards/scores.py",
        "board is not None and (board.has_scopes or not change.scopes)",
        "board is not None",
        (f"{SCOPES}::test_boards_that_have_no_scopes_refuse_them",),
    ),
    Guard(
        "a refund goes back where the payment counted",
        "siyu/orders/store.py",
        "        order.group_ids = tuple(order.group_ids)\n",
        "        order.group_ids = ()\n",
        (
            f"{GROUP_BOARDS}::test_a_payment_counts_in_the_groups_that_the_buyer_is_in_and_its_refund_wherever_it_counted",
        ),
    ),
    Guard(
        "boards of groups for who is in them",
        "siyu/talk/visibility.py",
        "pool.fetchval(EXISTS, group_id) if member_id is None else pool.fetchval(IS_IN, group_id, member_id)",
        "pool.fetchval(EXISTS, group_id)",
        (f"{SHOWN}::test_a_stranger_cannot_tell_a_group_from_none",),
    ),
)
