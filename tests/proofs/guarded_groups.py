"""The guards of groups: capacity, moves that are told again, and what is folded while it is made anew."""

from tests.proofs.guard import Guard

MEMBERSHIPS = "tests/siyu/groups/test_memberships.py"
ACTIVITY = "tests/siyu/groups/test_activity.py"
QUESTIONS = "tests/siyu/groups/test_questionnaires.py"
BOOK = "siyu/groups/book.py"

GROUP_GUARDS = (
    Guard(
        "a full group",
        BOOK,
        "            if group.is_full:\n                return GROUP_FULL",
        "            if False:\n                return GROUP_FULL",
        (f"{MEMBERSHIPS}::test_a_full_group_refuses_the_next_and_has_room_again_when_somebody_leaves",),
    ),
    Guard(
        "the lock of a group",
        "siyu/groups/store.py",
        'LOCKED_GROUPS = f"{GROUPS} FOR NO KEY UPDATE"',
        "LOCKED_GROUPS = GROUPS",
        (f"{MEMBERSHIPS}::test_a_race_for_the_last_places_never_overfills_the_group",),
    ),
    Guard(
        "a stay is heard of once",
        "siyu/groups/record.py",
        "return before != left and after is not left",
        "return True",
        (f"{MEMBERSHIPS}::test_what_is_no_move_is_refused_and_kept_as_a_fact",),
    ),
    Guard(
        "a version is answered once",
        BOOK,
        "if place in self.answered:",
        "if False:",
        (f"{QUESTIONS}::test_what_is_answered_on_joining_tags_the_member_once",),
    ),
    Guard(
        "what waits is forgotten by a rebuild",
        "siyu/groups/folding.py",
        "await connection.execute(FORGET, ACTIVITY_TOPIC)",
        "pass",
        (f"{ACTIVITY}::test_one_long_story_is_folded_as_it_is_made_anew",),
    ),
)
