"""The guards of imports of members: all or nothing of a newcomer, within what a member may have."""

from tests.proofs.guard import Guard

IMPORTING = "siyu/members/importing.py"
TESTS = "tests/siyu/members/test_importing.py"

IMPORT_GUARDS = (
    Guard(
        "a newcomer joins with all that is given, or not at all",
        IMPORTING,
        "    async with pool.acquire() as connection, connection.transaction():\n        joined = await join_members(",
        "    async with pool.acquire() as connection:\n        joined = await join_members(",
        (f"{TESTS}::test_newcomers_of_several_lanes_join_all_or_none_of_a_lane",),
    ),
    Guard(
        "what is given goes to whoever stands for a member",
        IMPORTING,
        "        person_id = kin.person(member_id)\n",
        "        person_id = member_id\n",
        (f"{TESTS}::test_what_a_merged_member_is_given_goes_to_whoever_stands_for_them",),
    ),
    Guard(
        "nobody is given more than a member may have",
        IMPORTING,
        "    for person_id in overfull:\n        del wanted[person_id]\n",
        "",
        (f"{TESTS}::test_nobody_is_given_more_than_a_member_may_have",),
    ),
    Guard(
        "who joined elsewhere meanwhile is no newcomer",
        "siyu/members/joining.py",
        "for key, member_id in found.items() if member_id == made[key]}",
        "for key, member_id in found.items()}",
        (f"{TESTS}::test_who_joins_elsewhere_meanwhile_is_given_it_all_the_same",),
    ),
)
