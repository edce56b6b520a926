"""The table of facts that campaigns have asked for and that are still to be decided."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Written by hand: a table without a model, since only set-based SQL touches it."""

    dependencies = [("siyu", "0005_counters")]

    operations = [
        # No foreign keys (docs/decisions/0010): campaigns are never deleted, and a campaign may ask for a fact about
        # somebody who does not exist, which must not fail the batch that asked. The statistics of a table that is empty
        # one moment and full the next are soon wrong: it is looked at after a thousand changes, however large it is.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS pending_fact (
                id uuid PRIMARY KEY,
                type varchar(64) NOT NULL,
                member_id uuid NOT NULL,
                campaign_id uuid NOT NULL,
                data jsonb NOT NULL,
                timer_key varchar(64),
                depth smallint NOT NULL CHECK (depth BETWEEN 0 AND 4),
                due_at timestamptz NOT NULL,
                created_at timestamptz NOT NULL,
                claimed_until timestamptz
            ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)
            """,
            "DROP TABLE IF EXISTS pending_fact",
        ),
        ops.RunSQL(
            "CREATE INDEX IF NOT EXISTS pending_fact_due ON pending_fact (due_at)",
            "DROP INDEX IF EXISTS pending_fact_due",
        ),
        ops.RunSQL(
            """
            CREATE UNIQUE INDEX IF NOT EXISTS pending_fact_timer
                ON pending_fact (campaign_id, member_id, timer_key) WHERE timer_key IS NOT NULL
            """,
            "DROP INDEX IF EXISTS pending_fact_timer",
        ),
    ]
