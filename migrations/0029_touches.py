"""Where members came from: touches, arrivals and exposures; the shop's rules of channels, and what value costs."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Written by hand: tables without models, since only set-based SQL touches them. All of it can be run again."""

    dependencies = [("siyu", "0028_metrics")]

    operations = [
        # A touch is its fact, and like the log it has no foreign keys (docs/decisions/0002).
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS touch (
                fact_id uuid PRIMARY KEY,
                member_id uuid NOT NULL,
                at timestamptz NOT NULL,
                arrived_at timestamptz NOT NULL,
                channel varchar(32) COLLATE "C" NOT NULL,
                utm_source varchar(64),
                utm_medium varchar(64),
                utm_campaign varchar(64),
                utm_term varchar(64),
                utm_content varchar(64),
                scene smallint CONSTRAINT touch_scene_in_range CHECK (scene BETWEEN 1000 AND 9999),
                device varchar(16) COLLATE "C" CONSTRAINT touch_device_known
                    CHECK (device IN ('ios', 'android', 'harmony', 'windows', 'mac', 'other')),
                campaign_id uuid
            );
            CREATE INDEX IF NOT EXISTS touch_member ON touch (member_id, at, fact_id);
            CREATE INDEX IF NOT EXISTS touch_campaign ON touch (campaign_id, at) INCLUDE (member_id)
                WHERE campaign_id IS NOT NULL
            """,
            "DROP TABLE IF EXISTS touch",
        ),
        # Which touch is taken for a member's arrival, and which ones were before a late one corrected it.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS arrival (
                member_id uuid PRIMARY KEY REFERENCES member ON DELETE RESTRICT,
                fact_id uuid NOT NULL,
                at timestamptz NOT NULL,
                channel varchar(32) COLLATE "C" NOT NULL,
                campaign_id uuid,
                noted_at timestamptz NOT NULL
            );
            CREATE INDEX IF NOT EXISTS arrival_campaign ON arrival (campaign_id) WHERE campaign_id IS NOT NULL;
            CREATE TABLE IF NOT EXISTS arrival_change (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                member_id uuid NOT NULL,
                fact_id uuid NOT NULL,
                at timestamptz NOT NULL,
                channel varchar(32) COLLATE "C" NOT NULL,
                campaign_id uuid,
                noted_at timestamptz NOT NULL
            );
            CREATE INDEX IF NOT EXISTS arrival_change_member ON arrival_change (member_id, id)
            """,
            "DROP TABLE IF EXISTS arrival_change; DROP TABLE IF EXISTS arrival",
        ),
        ops.RunSQL(
            """
            ALTER TABLE member ADD COLUMN IF NOT EXISTS channel varchar(32) COLLATE "C",
                               ADD COLUMN IF NOT EXISTS device varchar(16) COLLATE "C";
            CREATE INDEX IF NOT EXISTS member_channel ON member (channel);
            CREATE INDEX IF NOT EXISTS member_device ON member (device)
            """,
            """
            DROP INDEX IF EXISTS member_channel; DROP INDEX IF EXISTS member_device;
            ALTER TABLE member DROP COLUMN IF EXISTS channel, DROP COLUMN IF EXISTS device
            """,
        ),
        # Who is in an experiment: by a link of it, which had drawn `arm`, or by a decision of the campaign, which has
        # drawn `played`. Of those decided about before, the beginning of their participation is all that is known.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS exposure (
                campaign_id uuid NOT NULL REFERENCES campaign ON DELETE RESTRICT,
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                arm varchar(32) NOT NULL,
                played varchar(32),
                at timestamptz NOT NULL,
                PRIMARY KEY (campaign_id, member_id)
            );
            CREATE INDEX IF NOT EXISTS exposure_member ON exposure (member_id);
            INSERT INTO exposure (campaign_id, member_id, arm, played, at)
                SELECT campaign_id, subject_id, arm, arm, created_at FROM participation
                WHERE arm IS NOT NULL AND team IS NULL ON CONFLICT DO NOTHING
            """,
            "DROP TABLE IF EXISTS exposure",
        ),
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS channel_rules (
                revision int PRIMARY KEY CONSTRAINT channel_rules_revision_positive CHECK (revision > 0),
                rules jsonb NOT NULL,
                made_at timestamptz NOT NULL,
                made_by varchar(60) NOT NULL
            );
            CREATE OR REPLACE TRIGGER channel_rules_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON channel_rules
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
            """,
            "DROP TABLE IF EXISTS channel_rules",
        ),
        # What a thousand of a unit, or of a reward, cost the shop: what campaigns gave is counted by the newest.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS value_cost (
                kind varchar(8) NOT NULL CONSTRAINT value_cost_kind_known CHECK (kind IN ('unit', 'reward')),
                key varchar(64) COLLATE "C" NOT NULL,
                fen_per_thousand bigint NOT NULL CONSTRAINT value_cost_in_range
                    CHECK (fen_per_thousand BETWEEN 0 AND 100000000000),
                made_at timestamptz NOT NULL,
                made_by varchar(60) NOT NULL,
                PRIMARY KEY (kind, key)
            )
            """,
            "DROP TABLE IF EXISTS value_cost",
        ),
        # Decisions of a campaign in a range of time, and who paid in one.
        ops.RunSQL(
            """
            CREATE INDEX IF NOT EXISTS shop_order_paid ON shop_order (paid_at) INCLUDE (member_id);
            CREATE INDEX IF NOT EXISTS participation_joined ON participation (campaign_id, created_at)
                INCLUDE (subject_id)
            """,
            "DROP INDEX IF EXISTS shop_order_paid; DROP INDEX IF EXISTS participation_joined",
        ),
    ]
