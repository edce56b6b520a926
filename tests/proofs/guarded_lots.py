"""The guards of value that expires."""

from tests.proofs.guard import Guard

EXPIRING = "tests/siyu/ledger/test_expiring.py"
DESKS = "tests/siyu/engine/test_desks.py"
CATALOGUE = "tests/migrations/test_catalogue.py"
TRANSFER_KEYS = "migrations/0021_transfer_keys.py"

LOT_GUARDS = (
    Guard(
        "the members' locks of an expiry",
        "siyu/ledger/expiring.py",
        ") ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
        ") ORDER BY id",
        (f"{EXPIRING}::test_members_whom_somebody_has_locked_are_left_for_later",),
    ),
    Guard(
        "a lot expires once",
        "siyu/ledger/expiring.py",
        "UPDATE lot SET remaining = 0, closed = true",
        "UPDATE lot SET remaining = 0",
        (f"{EXPIRING}::test_what_has_expired_is_booked_out_once_and_in_its_order",),
    ),
    Guard(
        "what has expired is nobody's to spend",
        "siyu/ledger/lots.py",
        "return self.balance - self.expired",
        "return self.balance",
        (f"{DESKS}::test_what_has_expired_is_nobodys_to_spend_though_it_is_not_booked_out",),
    ),
    Guard(
        "what expires first is spent first",
        "siyu/ledger/lots.py",
        "for moment in sorted(self.lots)",
        "for moment in sorted(self.lots, reverse=True)",
        (f"{DESKS}::test_what_expires_first_is_spent_first",),
    ),
    Guard(
        "a refund takes from the lot that it gave",
        "siyu/ledger/lots.py",
        "living.insert(0, first)",
        "living.append(first)",
        (f"{DESKS}::test_a_refund_takes_from_the_lot_that_it_gave",),
    ),
    Guard(
        "a refund of what has expired",
        "siyu/ledger/book.py",
        "[each for each in grants if each[1].expires_at is None or each[1].expires_at > self.now]",
        "list(grants)",
        (f"{DESKS}::test_a_refund_of_what_has_expired_takes_nothing_of_other_orders",),
    ),
    Guard(
        "the balance that bears a spend at the till",
        "siyu/engine/desks/spending.py",
        "if balance < amount:",
        "if False:",
        (f"{DESKS}::test_more_than_there_is_cannot_be_spent",),
    ),
    Guard(
        "a warning once a lot",
        "siyu/messaging/expiry_warnings.py",
        "UPDATE lot SET warned = true FROM due WHERE lot.id = due.id",
        "UPDATE lot SET warned = warned FROM due WHERE lot.id = due.id",
        (f"{EXPIRING}::test_members_are_warned_once_and_in_time[10-1]",),
    ),
    Guard(
        "the keys of a transfer",
        TRANSFER_KEYS,
        "IF EXISTS (SELECT FROM added",
        "IF false AND EXISTS (SELECT FROM added",
        tuple(
            f"{CATALOGUE}::test_a_transfer_names_what_is_there[{key}]" for key in ("debit", "credit", "lot", "reverses")
        ),
    ),
    Guard(
        "what a transfer names stays",
        TRANSFER_KEYS,
        "BEFORE DELETE OR TRUNCATE OR UPDATE OF id ON {table}",
        "BEFORE TRUNCATE ON {table}",
        (
            f"{CATALOGUE}::test_what_the_log_names_cannot_be_deleted[DELETE FROM {{}}-account]",
            f"{CATALOGUE}::test_what_a_transfer_names_keeps_its_id[account]",
            f"{CATALOGUE}::test_what_a_transfer_names_keeps_its_id[lot]",
        ),
    ),
)
