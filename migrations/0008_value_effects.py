"""Transfers of spends, and the tables of holds, issued rewards and messages."""

from tortoise import migrations
from tortoise.migrations import operations as ops


def check(table: str, name: str, now: str, before: str) -> ops.RunSQL:
    """Another condition for a check constraint; it can be run again where it died before it was recorded."""
    drop = f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}; ALTER TABLE {table} ADD CONSTRAINT {name} CHECK"
    return ops.RunSQL(f"{drop} ({now})", f"{drop} ({before})")


class Migration(migrations.Migration):
    """Written by hand: tables without models, since only set-based SQL touches them, their checks, partial indexes."""

    dependencies = [("siyu", "0007_campaign_terms")]

    operations = [
        check(
            "transfer",
            "transfer_kind_known",
            "kind IN ('grant', 'reverse', 'spend', 'unspend')",
            "kind IN ('grant', 'reverse')",
        ),
        check(
            "transfer",
            "transfer_reversal_names_its_original",
            "(kind IN ('reverse', 'unspend')) = (reverses_id IS NOT NULL)",
            "(kind = 'reverse') = (reverses_id IS NOT NULL)",
        ),
        ops.RunSQL(
            """
            CREATE INDEX IF NOT EXISTS transfer_spend_reference
                ON transfer (credit_id, reference) WHERE kind = 'spend' AND reference IS NOT NULL
            """,
            "DROP INDEX IF EXISTS transfer_spend_reference",
        ),
        # Value that a campaign promised a member under a key, and what became of it. The transfer that posted it has no
        # foreign key, as in the log (docs/decisions/0002): transfers are never deleted.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS hold (
                id uuid PRIMARY KEY,
                campaign_id uuid NOT NULL REFERENCES campaign ON DELETE RESTRICT,
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                key varchar(64) COLLATE "C" NOT NULL,
                unit varchar(16) NOT NULL,
                amount bigint NOT NULL CHECK (amount > 0),
                reference varchar(80),
                state varchar(16) NOT NULL CONSTRAINT hold_state_known CHECK (state IN ('open', 'posted', 'void')),
                posted bigint NOT NULL CONSTRAINT hold_posted_within_amount CHECK (posted BETWEEN 0 AND amount),
                transfer_id uuid,
                created_at timestamptz NOT NULL,
                ended_at timestamptz,
                CONSTRAINT hold_key UNIQUE (campaign_id, member_id, key),
                CONSTRAINT hold_posted_by_a_transfer
                    CHECK ((state = 'posted') = (posted > 0) AND (posted > 0) = (transfer_id IS NOT NULL)),
                CONSTRAINT hold_ended_at_a_time CHECK ((state = 'open') = (ended_at IS NULL))
            );
            CREATE INDEX IF NOT EXISTS hold_member ON hold (member_id, id);
            CREATE INDEX IF NOT EXISTS hold_open ON hold (member_id, campaign_id) WHERE state = 'open'
            """,
            "DROP TABLE IF EXISTS hold",
        ),
        # A reward by its name, once for a key of a member in a campaign.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS issued_reward (
                id uuid PRIMARY KEY,
                campaign_id uuid NOT NULL REFERENCES campaign ON DELETE RESTRICT,
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                key varchar(64) COLLATE "C" NOT NULL,
                reward varchar(64) NOT NULL,
                state varchar(16) NOT NULL
                    CONSTRAINT issued_reward_state_known CHECK (state IN ('issued', 'revoked')),
                issued_at timestamptz NOT NULL,
                revoked_at timestamptz,
                CONSTRAINT issued_reward_key UNIQUE (campaign_id, member_id, key),
                CONSTRAINT issued_reward_revoked_at_a_time CHECK ((state = 'revoked') = (revoked_at IS NOT NULL))
            );
            CREATE INDEX IF NOT EXISTS issued_reward_member ON issued_reward (member_id, id)
            """,
            "DROP TABLE IF EXISTS issued_reward",
        ),
        # A message to a member: the key of a template of the campaign's type, and what fills it.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS message (
                id uuid PRIMARY KEY,
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                campaign_id uuid NOT NULL REFERENCES campaign ON DELETE RESTRICT,
                message varchar(64) NOT NULL,
                params jsonb NOT NULL,
                at timestamptz NOT NULL
            );
            CREATE INDEX IF NOT EXISTS message_member ON message (member_id, id);
            CREATE INDEX IF NOT EXISTS message_campaign ON message (campaign_id)
            """,
            "DROP TABLE IF EXISTS message",
        ),
    ]
