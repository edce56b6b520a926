"""The constraints, indexes and the table that the migration tool cannot express."""

from tortoise import migrations
from tortoise.migrations import operations as ops

CHECKS = {
    "account": {
        "account_has_one_owner": "member_id IS NULL OR campaign_id IS NULL",
        "account_of_a_member_is_limited": "(member_id IS NULL) = (balance IS NULL)",
        "account_balance_not_negative": "balance >= 0",
    },
    "campaign": {
        "campaign_state_known": "state IN ('draft', 'running', 'paused', 'ended')",
        "campaign_window_forward": "starts_at < ends_at",
    },
    "decision": {
        "decision_refusal_has_no_effects": "refusal_code IS NULL OR effects = '[]'",
    },
    "shop_order": {
        "shop_order_amount_not_negative": "amount_fen >= 0",
        "shop_order_refund_within_amount": "refunded_fen BETWEEN 0 AND amount_fen",
    },
    "transfer": {
        "transfer_amount_positive": "amount > 0",
        "transfer_between_two_accounts": "debit_id <> credit_id",
        "transfer_balance_not_negative": "member_balance >= 0",
        "transfer_kind_known": "kind IN ('grant', 'reverse')",
        "transfer_reversal_names_its_original": "(kind = 'reverse') = (reverses_id IS NOT NULL)",
    },
}


def check(table: str, name: str, condition: str) -> ops.RunSQL:
    """A check constraint; written so that a run that died before it was recorded can be run again."""
    drop = f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{name}"'
    return ops.RunSQL(f'{drop}; ALTER TABLE "{table}" ADD CONSTRAINT "{name}" CHECK ({condition})', drop)


def undeletable(table: str) -> ops.RunSQL:
    """A trigger that keeps what the log names without a foreign key."""
    return ops.RunSQL(
        f"CREATE OR REPLACE TRIGGER {table}_kept BEFORE DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        f"DROP TRIGGER IF EXISTS {table}_kept ON {table}",
    )


class Migration(migrations.Migration):
    """Written by hand: checks, partial indexes, the append-only triggers, board scores with their composite key."""

    dependencies = [("siyu", "0001_initial")]

    operations = [
        *(check(table, name, text) for table, checks in CHECKS.items() for name, text in checks.items()),
        ops.RunSQL(
            """
            CREATE UNIQUE INDEX IF NOT EXISTS decision_once
                ON decision (campaign_id, subject_id, once_key) WHERE once_key IS NOT NULL
            """,
            "DROP INDEX IF EXISTS decision_once",
        ),
        ops.RunSQL(
            "CREATE INDEX IF NOT EXISTS transfer_reverses ON transfer (reverses_id) WHERE reverses_id IS NOT NULL",
            "DROP INDEX IF EXISTS transfer_reverses",
        ),
        ops.RunSQL(
            """
            CREATE INDEX IF NOT EXISTS transfer_reference
                ON transfer (debit_id, reference) WHERE kind = 'grant' AND reference IS NOT NULL
            """,
            "DROP INDEX IF EXISTS transfer_reference",
        ),
        ops.RunSQL(
            """
            CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN RAISE EXCEPTION ''rows of % are kept as they are'', TG_TABLE_NAME; END';
            CREATE OR REPLACE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON transfer
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
            """,
            "DROP TRIGGER IF EXISTS transfer_append_only ON transfer; DROP FUNCTION IF EXISTS refuse_change()",
        ),
        *(undeletable(table) for table in ("member", "campaign", "fact", "decision")),
        # Rows that are updated all the time find room in their own page, so that no index has to follow.
        ops.RunSQL(
            "ALTER TABLE account SET (fillfactor = 70); ALTER TABLE participation SET (fillfactor = 70)",
            "ALTER TABLE account RESET (fillfactor); ALTER TABLE participation RESET (fillfactor)",
        ),
        # No model: the ORM knows no composite keys, and only set-based SQL touches this table. No foreign key: it is
        # a projection of transfers, orders and decisions, whose rows do have one, and it is the table written most.
        # COLLATE "C" compares windows as bytes whatever the server's locale. The greatest score is what a double of
        # Redis still holds exactly. No index by rank, and room in every page: four of five writes then change a row in
        # place, at half the cost; a cold board is sorted when it is read (docs/decisions/0003).
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS board_score (
                board varchar(32) COLLATE "C" NOT NULL,
                window_key varchar(16) COLLATE "C" NOT NULL,
                member_id uuid NOT NULL,
                score bigint NOT NULL CHECK (score BETWEEN 0 AND 9007199254740992),
                reached_at timestamptz NOT NULL,
                version bigint NOT NULL,
                PRIMARY KEY (board, window_key, member_id)
            ) WITH (fillfactor = 70)
            """,
            "DROP TABLE IF EXISTS board_score",
        ),
    ]
