"""The guards of personal data and of erasures."""

from tests.proofs.guard import Guard

VAULT, STORE = "tests/siyu/privacy/test_vault.py", "tests/siyu/privacy/test_store.py"
ROTATION, REVEALING = "tests/siyu/privacy/test_rotation.py", "tests/siyu/privacy/test_revealing.py"
ERASING = "tests/siyu/engine/test_erasing.py"

PRIVACY_GUARDS = (
    Guard(
        "a cipher is bound to its row",
        "siyu/privacy/vault.py",
        'return f"personal/{field.value}/{member_id.hex}".encode()',
        'return b"personal"',
        (f"{STORE}::test_a_cipher_that_was_moved_to_another_row_does_not_open",),
    ),
    Guard(
        "no number is an identity",
        "migrations/0022_personal.py",
        "CHECK (kind <> 'phone' OR value ~ '^[0-9a-f]{64}$') NOT VALID",
        "CHECK (true) NOT VALID",
        (f"{STORE}::test_the_database_holds_no_number_as_an_identity",),
    ),
    Guard(
        "numbers wait for each other while index keys change",
        "siyu/privacy/store.py",
        "if len(each) > 1})",
        "if len(each) > 99})",
        (f"{ROTATION}::test_a_number_that_somebody_looks_for_is_indexed_anew_when_they_are_done",),
    ),
    Guard(
        "revelations are counted one after the other",
        "siyu/privacy/revealing.py",
        "        await connection.execute(IN_TURN, wish.by)\n",
        "",
        (f"{REVEALING}::test_within_an_hour_one_sees_so_much_and_no_more",),
    ),
    Guard(
        "nobody acts for who is erased",
        "siyu/engine/transaction.py",
        "            known = [fact for fact in known if fact.new.member_id not in erased or settles(fact)]\n",
        "            pass\n",
        (f"{ERASING}::test_facts_of_an_erased_member_are_refused_but_those_that_settle",),
    ),
    Guard(
        "nobody acts in the batch that erases them",
        "siyu/engine/deciding.py",
        "if arrived.new.member_id in world.erased and not settles(arrived):",
        "if False:",
        (f"{ERASING}::test_an_erasure_while_facts_of_the_member_are_under_way_leaves_nothing",),
    ),
    Guard(
        "nothing is folded for who is erased",
        "siyu/boards/folding.py",
        "changes.without(erased)]",
        "changes.without(())]",
        (f"{ERASING}::test_boards_drop_the_member_and_nobody_else",),
    ),
)
