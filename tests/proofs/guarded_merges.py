"""The guards of merges: one person's limits, value that nobody makes, and undoing in order."""

from tests.proofs.guard import ENGINE, Guard

MERGING = f"{ENGINE}/desks/merging.py"
RACES = "tests/siyu/members/test_merge_races.py"
MERGES = "tests/siyu/members/test_merging.py"

MERGE_GUARDS = (
    Guard(
        "what somebody of the person did once is done",
        f"{ENGINE}/merge_loading.py",
        "    if others and campaigns:\n",
        "    if False:\n",
        (f"{RACES}::test_nobody_gets_twice_what_is_once_a_person",),
    ),
    Guard(
        "undoing gives back what is left",
        MERGING,
        "min(sum(wanted.values()), book.balance(made.survivor_id, unit))",
        "sum(wanted.values())",
        (f"{RACES}::test_what_is_spent_is_not_made_anew_by_undoing",),
    ),
    Guard(
        "the newest merge is undone first",
        MERGING,
        "if made is not latest:",
        "if latest is None:",
        (f"{RACES}::test_a_chain_leads_to_the_last_and_is_undone_newest_first",),
    ),
    Guard(
        "thirty days",
        MERGING,
        "if new.at > made.undo_until:",
        "if False:",
        (f"{RACES}::test_after_thirty_days_a_merge_stays",),
    ),
    Guard(
        "a fact about a merged member is the survivor's",
        f"{ENGINE}/merge_loading.py",
        "return fact._replace(new=fact.new._replace(member_id=root))",
        "return fact",
        (f"{MERGES}::test_a_refund_takes_back_what_the_merged_member_was_given",),
    ),
)
