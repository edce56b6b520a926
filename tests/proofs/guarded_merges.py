"""The guards of members: merges with one person's limits and value that nobody makes, undone in order, and imports."""

from tests.proofs.guard import ENGINE, Guard
from tests.proofs.guarded_imports import IMPORT_GUARDS

MERGING = f"{ENGINE}/desks/merging.py"
RACES = "tests/siyu/members/test_merge_races.py"
MERGES = "tests/siyu/members/test_merging.py"
PERSONS = "tests/siyu/members/test_persons.py"
ERASED = f"{PERSONS}::test_erasing_a_survivor_leaves_nothing_of_whoever_was_merged"

ASIDE = "tests/siyu/members/test_kept_aside.py"
CHANGES = "tests/siyu/members/test_changes_of_merged.py"

MERGE_GUARDS = (
    Guard(
        "what a campaign reserved goes with the participation that knows of it",
        "siyu/members/merging.py",
        "    Moved(table, kept_where=SAME_KEY, unless=BOTH_TAKE_PART)\n",
        "    Moved(table, kept_where=SAME_KEY)\n",
        (f"{ASIDE}::test_stock_that_both_reserved_is_given_back_in_time",),
    ),
    Guard(
        "what came into a participation since goes back with it",
        "siyu/members/merge_store.py",
        "    for moved in (*FOLLOWING, TIMERS):\n",
        "    for moved in ():\n",
        (f"{ASIDE}::test_what_was_reserved_since_goes_back_with_the_participation",),
    ),
    Guard(
        "a verdict closes the review that it is on",
        f"{ENGINE}/merge_loading.py",
        "        return new.verdict.review_id\n",
        "        return None\n",
        (f"{ASIDE}::test_each_of_two_reviews_gets_its_own_verdict",),
    ),
    Guard(
        "a redemption that was kept aside is settled",
        f"{ENGINE}/merge_loading.py",
        "if new.type in NAMING_REDEMPTIONS else None",
        "if False else None",
        (f"{ASIDE}::test_a_redemption_that_nobody_pays_for_ends",),
    ),
    Guard(
        "what is changed beside a merge is the person's",
        "siyu/members/locking.py",
        "    return kin.person(member_id)\n",
        "    return member_id\n",
        (f"{CHANGES}::test_what_waits_for_a_merge_is_the_persons",),
    ),
    Guard(
        "an erasure is of all who were merged into the member",
        f"{ENGINE}/erasure_store.py",
        "        whole = sorted(world.kin.whole([member_id]))\n",
        "        whole = [member_id]\n",
        (ERASED,),
    ),
    Guard(
        "what is given back to one who was merged is booked out with the rest",
        f"{ENGINE}/desks/erasing.py",
        "for merged_id in world.kin.absorbed.get(member_id, ()):",
        "for merged_id in ():",
        (ERASED,),
    ),
    Guard(
        "nobody is merged with an erased member",
        MERGING,
        "if world.merges.is_gone or merged_id == survivor_id:",
        "if merged_id == survivor_id:",
        (ERASED,),
    ),
    Guard(
        "of two places in a group one is counted",
        "siyu/members/merge_store.py",
        "    await share_places(connection, merge)\n",
        "",
        (f"{PERSONS}::test_two_places_in_a_group_are_one_and_two_again",),
    ),
    Guard(
        "a withdrawal by either binds the person",
        "siyu/members/merge_store.py",
        "    await sum_up_consents(connection, [survivor_id])\n",
        "",
        (f"{PERSONS}::test_the_last_word_of_the_person_is_the_one_that_holds",),
    ),
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
        "return fact if owner == member_id else replace(fact, new=replace(fact.new, member_id=owner))",
        "return fact",
        (f"{MERGES}::test_a_refund_takes_back_what_the_merged_member_was_given",),
    ),
)

MEMBER_GUARDS = (*MERGE_GUARDS, *IMPORT_GUARDS)
