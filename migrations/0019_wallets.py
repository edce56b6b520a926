"""Holds of members' own value, adjustments, payouts, freezes and debts, and the shop's rules for each unit."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# As they stood when this was written: a thousand points, or a hundred yuan.
ADJUST_LIMITS = "CASE key WHEN 'commission' THEN 10000 ELSE 1000 END"


def check(table: str, name: str, now: str, before: str) -> ops.RunSQL:
    """Another condition for a check constraint; it can be run again where it died before it was recorded."""
    drop = f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}; ALTER TABLE {table} ADD CONSTRAINT {name} CHECK"
    return ops.RunSQL(f"{drop} ({now})", f"{drop} ({before})")


class Migration(migrations.Migration):
    """Written by hand: checks, partial indexes, tables that only set-based SQL touches. It can be run again."""

    dependencies = [("siyu", "0018_features_and_segments")]

    operations = [
        # What becomes of a reversal whose value is spent, how much one operator may adjust alone, the least payout.
        ops.RunSQL(
            f"""
            ALTER TABLE unit
                ADD COLUMN IF NOT EXISTS shortfall varchar(16) NOT NULL DEFAULT 'left'
                    CONSTRAINT unit_shortfall_known CHECK (shortfall IN ('left', 'debt', 'write_off')),
                ADD COLUMN IF NOT EXISTS has_debts boolean NOT NULL DEFAULT false,
                ADD COLUMN IF NOT EXISTS adjust_limit bigint NOT NULL DEFAULT 1000
                    CONSTRAINT unit_adjust_limit_not_negative CHECK (adjust_limit >= 0),
                ADD COLUMN IF NOT EXISTS payout_min bigint NOT NULL DEFAULT 100
                    CONSTRAINT unit_payout_min_positive CHECK (payout_min > 0);
            ALTER TABLE unit DROP CONSTRAINT IF EXISTS unit_with_debts_has_them;
            ALTER TABLE unit ADD CONSTRAINT unit_with_debts_has_them CHECK (has_debts OR shortfall <> 'debt');
            UPDATE unit SET adjust_limit = {ADJUST_LIMITS}
            """,
            "ALTER TABLE unit DROP COLUMN IF EXISTS shortfall, DROP COLUMN IF EXISTS has_debts,"
            " DROP COLUMN IF EXISTS adjust_limit, DROP COLUMN IF EXISTS payout_min",
        ),
        # What a member owes is an account of its own: its balance is the debt, which never goes below zero either.
        ops.RunSQL(
            """
            ALTER TABLE account ADD COLUMN IF NOT EXISTS debtor_id uuid REFERENCES member ON DELETE RESTRICT;
            CREATE UNIQUE INDEX IF NOT EXISTS account_debt ON account (debtor_id, unit) WHERE debtor_id IS NOT NULL
            """,
            "ALTER TABLE account DROP COLUMN IF EXISTS debtor_id CASCADE",
        ),
        check(
            "account",
            "account_has_one_owner",
            "num_nonnulls(member_id, campaign_id, purpose, debtor_id) = 1",
            "num_nonnulls(member_id, campaign_id, purpose) = 1",
        ),
        check(
            "account",
            "account_of_a_member_is_limited",
            "(num_nonnulls(member_id, debtor_id) = 0) = (balance IS NULL)",
            "(member_id IS NULL) = (balance IS NULL)",
        ),
        check(
            "transfer",
            "transfer_kind_known",
            "kind IN ('grant', 'reverse', 'spend', 'unspend', 'expire', 'owe', 'repay', 'write_off')",
            "kind IN ('grant', 'reverse', 'spend', 'unspend', 'expire')",
        ),
        check(
            "transfer",
            "transfer_reversal_names_its_original",
            "(kind IN ('reverse', 'unspend', 'owe', 'write_off')) = (reverses_id IS NOT NULL)",
            "(kind IN ('reverse', 'unspend')) = (reverses_id IS NOT NULL)",
        ),
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS value_hold (
                id uuid PRIMARY KEY,
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                unit varchar(16) NOT NULL,
                amount bigint NOT NULL CONSTRAINT value_hold_amount_positive CHECK (amount > 0),
                reference varchar(80) NOT NULL,
                state varchar(16) NOT NULL
                    CONSTRAINT value_hold_state_known CHECK (state IN ('open', 'posted', 'void', 'timed_out')),
                posted bigint NOT NULL CONSTRAINT value_hold_posted_within_amount CHECK (posted BETWEEN 0 AND amount),
                held_at timestamptz NOT NULL,
                expires_at timestamptz NOT NULL,
                ended_at timestamptz,
                CONSTRAINT value_hold_reference UNIQUE (member_id, unit, reference),
                CONSTRAINT value_hold_posted_when_posted CHECK ((state = 'posted') = (posted > 0)),
                CONSTRAINT value_hold_ended_at_a_time CHECK ((state = 'open') = (ended_at IS NULL))
            );
            CREATE INDEX IF NOT EXISTS value_hold_member ON value_hold (member_id, id);
            CREATE INDEX IF NOT EXISTS value_hold_overdue ON value_hold (expires_at) WHERE state = 'open'
            """,
            "DROP TABLE IF EXISTS value_hold",
        ),
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS adjustment (
                id uuid PRIMARY KEY,
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                unit varchar(16) NOT NULL,
                amount bigint NOT NULL CONSTRAINT adjustment_amount_not_zero CHECK (amount <> 0),
                reason varchar(200) NOT NULL,
                state varchar(16) NOT NULL
                    CONSTRAINT adjustment_state_known CHECK (state IN ('done', 'open', 'approved', 'rejected')),
                requested_by varchar(60) NOT NULL,
                requested_at timestamptz NOT NULL,
                decided_by varchar(60),
                decided_at timestamptz,
                note varchar(200),
                CONSTRAINT adjustment_by_two CHECK (decided_by <> requested_by),
                CONSTRAINT adjustment_decided_by_somebody
                    CHECK (num_nonnulls(decided_by, decided_at, note) = 3 * (state IN ('approved', 'rejected'))::integer)
            );
            CREATE INDEX IF NOT EXISTS adjustment_member ON adjustment (member_id, requested_at);
            CREATE INDEX IF NOT EXISTS adjustment_of_state ON adjustment (state, id)
            """,
            "DROP TABLE IF EXISTS adjustment",
        ),
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS payout (
                id uuid PRIMARY KEY,
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                amount_fen bigint NOT NULL CONSTRAINT payout_amount_positive CHECK (amount_fen > 0),
                state varchar(16) NOT NULL CONSTRAINT payout_state_known
                    CHECK (state IN ('requested', 'approved', 'paid', 'failed', 'rejected')),
                requested_at timestamptz NOT NULL,
                approved_by varchar(60),
                approved_at timestamptz,
                ended_by varchar(60),
                ended_at timestamptz,
                reference varchar(80),
                note varchar(200),
                CONSTRAINT payout_reference UNIQUE (reference),
                CONSTRAINT payout_approved_by_somebody
                    CHECK (num_nonnulls(approved_by, approved_at)
                           = 2 * (state IN ('approved', 'paid', 'failed'))::integer),
                CONSTRAINT payout_ended_by_somebody
                    CHECK (num_nonnulls(ended_by, ended_at) = 2 * (state IN ('paid', 'failed', 'rejected'))::integer),
                CONSTRAINT payout_paid_with_a_reference CHECK ((state = 'paid') = (reference IS NOT NULL)),
                CONSTRAINT payout_undone_for_a_reason CHECK ((state IN ('failed', 'rejected')) = (note IS NOT NULL))
            );
            CREATE OR REPLACE FUNCTION keep_payout() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN
                IF (OLD.state, NEW.state) NOT IN ((''requested'', ''approved''), (''requested'', ''rejected''),
                    (''approved'', ''paid''), (''approved'', ''failed''))
                    OR (NEW.member_id, NEW.amount_fen) <> (OLD.member_id, OLD.amount_fen) THEN
                    RAISE EXCEPTION ''a payout that is % cannot become %'', OLD.state, NEW.state
                        USING ERRCODE = ''check_violation'', CONSTRAINT = ''payout_goes_forward'';
                END IF;
                RETURN NEW;
            END';
            CREATE OR REPLACE TRIGGER payout_forward BEFORE UPDATE ON payout
                FOR EACH ROW EXECUTE FUNCTION keep_payout();
            CREATE OR REPLACE TRIGGER payout_kept BEFORE DELETE OR TRUNCATE ON payout
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            CREATE INDEX IF NOT EXISTS payout_member ON payout (member_id, id);
            CREATE INDEX IF NOT EXISTS payout_of_state ON payout (state, id)
            """,
            "DROP TABLE IF EXISTS payout; DROP FUNCTION IF EXISTS keep_payout()",
        ),
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS wallet_freeze (
                id uuid PRIMARY KEY,
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                reason varchar(200) NOT NULL,
                frozen_by varchar(60) NOT NULL,
                frozen_at timestamptz NOT NULL,
                lifted_by varchar(60),
                lifted_at timestamptz,
                lifted_for varchar(200),
                CONSTRAINT wallet_freeze_lifted_by_somebody
                    CHECK (num_nonnulls(lifted_by, lifted_at, lifted_for) IN (0, 3))
            );
            CREATE INDEX IF NOT EXISTS wallet_freeze_member ON wallet_freeze (member_id, id);
            CREATE UNIQUE INDEX IF NOT EXISTS wallet_freeze_open ON wallet_freeze (member_id) WHERE lifted_at IS NULL
            """,
            "DROP TABLE IF EXISTS wallet_freeze",
        ),
    ]
