"""The guards of boards of groups and of facts about chats."""

from tests.proofs.guard import Guard

SCOPES = "tests/siyu/boards/test_scopes.py"
GROUP_BOARDS = "tests/siyu/talk/test_group_boards.py"
DAILY = "tests/siyu/talk/test_daily.py"
SHOWN = "tests/schema/test_group_boards.py"

TALK_GUARDS = (
    Guard(
        "what was said is refused",
        "siyu/sdk/talk_facts.py",
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
        "board is not None and (board.has_scopes or not changes.scopes)",
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
    Guard(
        "days of one member in one pass",
        "siyu/boards/scores.py",
        "RAISE_ONCE if len(places) == len(totals) else RAISE_SUMS",
        "RAISE_ONCE",
        (
            "tests/siyu/boards/test_scores.py"
            "::test_days_of_one_member_that_come_together_add_up_in_the_windows_they_share",
        ),
    ),
    Guard(
        "clicks are counted each",
        "siyu/engine/followers.py",
        "return fact.new.type != LINK_CLICKED and fact.new.campaign_id is None",
        "return True",
        (f"{DAILY}::test_what_a_process_remembers_changes_no_count[1000]",),
    ),
    Guard(
        "what is said is remembered by kind",
        "siyu/features/talk_days.py",
        "found = {place: latest.keys() - known.get(place, ()) for place, latest in talk.items()}",
        'found = {p: t.keys() - known.get((p[0], "message.posted"), ()) for p, t in talk.items()}',
        (f"{DAILY}::test_what_a_process_remembers_changes_no_count[1000]",),
    ),
    Guard(
        "the last interaction of who is not counted anew",
        "siyu/features/keeping.py",
        "        await note_latest(connection, latest)\n",
        "",
        (f"{DAILY}::test_who_posts_again_is_not_counted_anew",),
    ),
    Guard(
        "who was merged is in no segment",
        "siyu/segments/asking.py",
        '" AND ".join([*conditions, present(tables)])',
        '" AND ".join(conditions)',
        ("tests/siyu/segments/test_segments.py::test_who_was_merged_or_erased_is_in_no_segment[true]",),
    ),
    Guard(
        "no walk along the keys of all facts",
        "siyu/features/refreshing.py",
        "(substr(idempotency_key, 1, 7) = 'member/' OR substr(idempotency_key, 1, 8) = 'service/')",
        "(starts_with(idempotency_key, 'member/') OR starts_with(idempotency_key, 'service/'))",
        (
            "tests/siyu/features/test_keeping.py"
            "::test_a_member_costs_no_walk_along_the_keys_of_all_facts_however_old_statistics_are",
        ),
    ),
)
