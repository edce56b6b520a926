"""The guards of read fields, and of teams that a config names."""

from tests.proofs.guard import CAMPAIGNS, Guard

FIELDS = "tests/schema/test_read_fields.py"

FIELD_GUARDS = (
    Guard(
        "a field answers what it declares",
        f"{CAMPAIGNS}/reading.py",
        "if type(found) is not field.output:",
        "if False:",
        (f"{FIELDS}::test_a_field_that_fails_is_an_error_of_its_own_alone[answers_another]",),
    ),
    Guard(
        "a field answers no more than can be read",
        f"{CAMPAIGNS}/reading.py",
        "if len(found.model_dump_json()) > STATE_LENGTH_MAX:",
        "if False:",
        (f"{FIELDS}::test_a_field_that_fails_is_an_error_of_its_own_alone[answers_too_much]",),
    ),
    Guard(
        "a field has a name of its own",
        "schema/build.py",
        "    if taken:\n",
        "    if False:\n",
        (f"{FIELDS}::test_types_whose_field_does_not_fit_are_left_out_alone",),
    ),
    Guard(
        "features are for types that ask for them",
        f"{CAMPAIGNS}/reading.py",
        "asked.features if kind.features is not None and kind.features(config) is True else None",
        "asked.features",
        (f"{FIELDS}::test_a_field_sees_the_campaigns_day_and_what_the_shop_knows_where_the_type_asks_for_it",),
    ),
)
