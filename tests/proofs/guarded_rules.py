"""The guards of audiences by rules and of tags: what is exact, what lasts, and who changes tags."""

from tests.proofs.guard import Guard

TAGS = "tests/siyu/members/test_tags.py"
RULED = "tests/siyu/tag_rules/test_keeping.py"

RULE_GUARDS = (
    Guard(
        "what a decision knows over what the worker kept",
        "siyu/rules/known.py",
        "row[groups], row[ordered] = features.groups, features.has_ordered",
        "row[groups] = features.groups",
        ("tests/siyu/engine/test_audience.py::test_two_first_orders_that_are_decided_together_are_one",),
    ),
    Guard(
        "the row of whom an audience asks more",
        "siyu/engine/loading.py",
        "        world.rows |= await feature_rows(connection, asked) if asked else {}\n",
        "        pass\n",
        ("tests/siyu/engine/test_audience.py::test_what_the_shop_knows_is_read_from_the_member",),
    ),
    Guard(
        "a tag stays while a family of it is left",
        "siyu/members/tag_store.py",
        "AND kept.family <> change.family",
        "AND false",
        (f"{TAGS}::test_a_tag_from_two_families_stays_until_both_have_gone",),
    ),
    Guard(
        "the lock of whose tags expire",
        "siyu/members/tag_expiry.py",
        "        await lock_members(connection, members)\n",
        "",
        (f"{TAGS}::test_what_is_lengthened_while_it_expires_stays",),
    ),
    Guard(
        "tags of rules are not taken by hand",
        "siyu/members/tagging.py",
        "        if kept:\n",
        "        if False:\n",
        (f"{TAGS}::test_what_only_a_rule_gives_is_not_taken_by_hand",),
    ),
    Guard(
        "tags of a deleted rule go before it",
        "siyu/tag_rules/keeping.py",
        'meant = "false" if row["is_deleted"] or ruled.rule is None else',
        'meant = "false" if ruled.rule is None else',
        (f"{RULED}::test_a_rule_that_is_deleted_takes_its_tags_and_only_then_is_gone",),
    ),
)
