"""Counters, what members hold of them, what operators added to stock, and teams as subjects of participations."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from migrations import KnownField

# The subject that a team is; siyu/campaigns/participations.py computes the same.
TEAM_ID = "encode(substr(sha256(convert_to(campaign_id::text || '/' || team, 'UTF8')), 1, 16), 'hex')::uuid"


class Migration(migrations.Migration):
    """Written by hand: composite keys, checks, and a trigger; it can be run again where it died before it was recorded."""

    dependencies = [("siyu", "0004_decision_paging")]

    operations = [
        KnownField("Participation", "team", fields.CharField(null=True, max_length=64)),
        ops.RunSQL(
            "ALTER TABLE participation ADD COLUMN IF NOT EXISTS team varchar(64); "
            "ALTER TABLE participation DROP CONSTRAINT IF EXISTS participation_of_a_team; "
            "ALTER TABLE participation ADD CONSTRAINT participation_of_a_team "
            f"CHECK (team IS NULL OR subject_id = {TEAM_ID})",
            "ALTER TABLE participation DROP COLUMN IF EXISTS team",
        ),
        # One number of a campaign: whose it is (`subject`) and of which period (`bucket`). No model: the ORM knows no
        # composite keys, and only set-based SQL touches this table. A busy one is updated with every commit, in place.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS counter (
                campaign_id uuid NOT NULL REFERENCES campaign ON DELETE RESTRICT,
                name varchar(32) COLLATE "C" NOT NULL,
                subject varchar(64) COLLATE "C" NOT NULL,
                bucket varchar(32) COLLATE "C" NOT NULL,
                used bigint NOT NULL CHECK (used >= 0),
                held bigint NOT NULL CHECK (held >= 0),
                extra bigint NOT NULL DEFAULT 0,
                PRIMARY KEY (campaign_id, name, subject, bucket)
            ) WITH (fillfactor = 50)
            """,
            "DROP TABLE IF EXISTS counter",
        ),
        # What a member holds of a counter under a key, and what became of it.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS reservation (
                id uuid PRIMARY KEY,
                campaign_id uuid NOT NULL REFERENCES campaign ON DELETE RESTRICT,
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                key varchar(64) COLLATE "C" NOT NULL,
                counter varchar(32) COLLATE "C" NOT NULL,
                subject varchar(64) COLLATE "C" NOT NULL,
                bucket varchar(32) COLLATE "C" NOT NULL,
                amount bigint NOT NULL CHECK (amount > 0),
                state varchar(16) NOT NULL
                    CONSTRAINT reservation_state_known CHECK (state IN ('held', 'confirmed', 'released')),
                created_at timestamptz NOT NULL,
                changed_at timestamptz NOT NULL,
                CONSTRAINT reservation_key UNIQUE (campaign_id, member_id, key)
            );
            CREATE INDEX IF NOT EXISTS reservation_member ON reservation (member_id)
            """,
            "DROP TABLE IF EXISTS reservation",
        ),
        # Why a counter's limit is not what its campaign's config says: never edited and never deleted.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS stock_change (
                id uuid PRIMARY KEY,
                campaign_id uuid NOT NULL REFERENCES campaign ON DELETE RESTRICT,
                counter varchar(32) COLLATE "C" NOT NULL,
                subject varchar(64) COLLATE "C" NOT NULL,
                bucket varchar(32) COLLATE "C" NOT NULL,
                difference bigint NOT NULL CHECK (difference <> 0),
                idempotency_key varchar(200) NOT NULL CONSTRAINT stock_change_key UNIQUE,
                at timestamptz NOT NULL,
                made_by varchar(60) NOT NULL
            );
            CREATE INDEX IF NOT EXISTS stock_change_campaign ON stock_change (campaign_id);
            CREATE OR REPLACE TRIGGER stock_change_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_change
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
            """,
            "DROP TABLE IF EXISTS stock_change",
        ),
    ]
