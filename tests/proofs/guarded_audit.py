"""The guards of the audit log, consents and dossiers."""

from tests.proofs.guard import Guard

CHAIN = "tests/siyu/audit/test_chain.py"
HTTP = "tests/api/test_audit.py"
RECORD = "tests/schema/test_member_record.py"

AUDIT_GUARDS = (
    Guard(
        "one writer of the audit log at a time",
        "siyu/audit/keeping.py",
        "SELECT number, hash FROM audit_head FOR UPDATE",
        "SELECT number, hash FROM audit_head",
        (f"{CHAIN}::test_twenty_at_once_make_one_chain_without_a_gap",),
    ),
    Guard(
        "an entry covers the one before",
        "siyu/audit/verifying.py",
        "if entry.previous != previous:",
        "if False:",
        (f"{CHAIN}::test_whatever_is_done_to_the_rows_is_found",),
    ),
    Guard(
        "an entry that was changed",
        "siyu/audit/verifying.py",
        "if not entry.is_sound():",
        "if False:",
        (f"{CHAIN}::test_whatever_is_done_to_the_rows_is_found",),
    ),
    Guard(
        "the log is written before the change is made",
        "schema/auditing.py",
        'return {"errors": [shaped(told, context.request_id).formatted]}',
        "return await run()",
        (f"{HTTP}::test_what_cannot_be_kept_is_not_done",),
    ),
    Guard(
        "secrets stay out of the log",
        "schema/audited_fields.py",
        'if f"{kind.name}.{name}" in SECRETS or _is_phone(kind, name, given):',
        "if _is_phone(kind, name, given):",
        (f"{HTTP}::test_secrets_and_personal_data_are_not_kept",),
    ),
    Guard(
        "the lock of a member whose consent is noted",
        "siyu/members/consents.py",
        "        person_id = await lock_person(connection, member_id)\n",
        "        person_id = member_id\n",
        (f"{RECORD}::test_what_is_said_at_once_is_noted_once",),
    ),
)
