"""What rules ask about members, kept in a row of each, and the segments that operators save."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Written by hand: tables without models, since only set-based SQL touches them. All of it can be run again."""

    dependencies = [("siyu", "0017_tiers")]

    operations = [
        # Counted anew by the worker from orders, facts and invitations (siyu.features). `due_on` is the first day on
        # which the row changes although nothing happens: a window leaves an order behind, or a stage begins. `joined_at`
        # is the member's own, kept so by the key: with it most rules need this table alone.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS member_feature (
                member_id uuid PRIMARY KEY,
                joined_at timestamptz NOT NULL,
                due_on date NOT NULL DEFAULT '1970-01-01',
                has_ordered boolean NOT NULL DEFAULT false,
                orders int NOT NULL DEFAULT 0,
                orders_7d int NOT NULL DEFAULT 0,
                orders_30d int NOT NULL DEFAULT 0,
                orders_90d int NOT NULL DEFAULT 0,
                orders_365d int NOT NULL DEFAULT 0,
                spend_fen bigint NOT NULL DEFAULT 0,
                spend_7d_fen bigint NOT NULL DEFAULT 0,
                spend_30d_fen bigint NOT NULL DEFAULT 0,
                spend_90d_fen bigint NOT NULL DEFAULT 0,
                spend_365d_fen bigint NOT NULL DEFAULT 0,
                first_order_at timestamptz,
                last_order_at timestamptz,
                interactions_7d int NOT NULL DEFAULT 0,
                interactions_30d int NOT NULL DEFAULT 0,
                interactions_90d int NOT NULL DEFAULT 0,
                last_interaction_at timestamptz,
                is_invited boolean NOT NULL DEFAULT false,
                invitees int NOT NULL DEFAULT 0,
                invitees_30d int NOT NULL DEFAULT 0,
                stage varchar(16),
                layer varchar(16),
                rfm_recency smallint,
                rfm_frequency smallint,
                rfm_monetary smallint,
                CONSTRAINT member_feature_member_fkey FOREIGN KEY (member_id, joined_at)
                    REFERENCES member (id, joined_at) ON UPDATE CASCADE ON DELETE RESTRICT,
                CONSTRAINT member_feature_order_windows_nest CHECK (
                    0 <= orders_7d AND orders_7d <= orders_30d AND orders_30d <= orders_90d
                    AND orders_90d <= orders_365d AND orders_365d <= orders),
                CONSTRAINT member_feature_spend_windows_nest CHECK (
                    0 <= spend_7d_fen AND spend_7d_fen <= spend_30d_fen AND spend_30d_fen <= spend_90d_fen
                    AND spend_90d_fen <= spend_365d_fen AND spend_365d_fen <= spend_fen),
                CONSTRAINT member_feature_interaction_windows_nest CHECK (
                    0 <= interactions_7d AND interactions_7d <= interactions_30d
                    AND interactions_30d <= interactions_90d),
                CONSTRAINT member_feature_invitee_windows_nest CHECK (0 <= invitees_30d AND invitees_30d <= invitees),
                CONSTRAINT member_feature_orders_have_times CHECK (
                    (orders = 0) = (first_order_at IS NULL) AND (orders = 0) = (last_order_at IS NULL)),
                CONSTRAINT member_feature_rfm_of_buyers CHECK (
                    (rfm_recency IS NULL) = (rfm_frequency IS NULL) AND (rfm_recency IS NULL) = (rfm_monetary IS NULL)
                    AND (rfm_recency IS NULL OR orders_365d > 0)),
                CONSTRAINT member_feature_rfm_in_range CHECK (
                    rfm_recency BETWEEN 1 AND 5 AND rfm_frequency BETWEEN 1 AND 5 AND rfm_monetary BETWEEN 1 AND 5)
            ) WITH (fillfactor = 80);
            CREATE INDEX IF NOT EXISTS member_feature_due ON member_feature (due_on);
            CREATE INDEX IF NOT EXISTS member_feature_joined ON member_feature (joined_at);
            CREATE INDEX IF NOT EXISTS member_feature_spend ON member_feature (spend_fen);
            CREATE INDEX IF NOT EXISTS member_feature_spend_30d ON member_feature (spend_30d_fen);
            CREATE INDEX IF NOT EXISTS member_feature_last_order ON member_feature (last_order_at);
            CREATE INDEX IF NOT EXISTS member_feature_last_interaction ON member_feature (last_interaction_at);
            CREATE INDEX IF NOT EXISTS member_feature_stage ON member_feature (stage);
            CREATE INDEX IF NOT EXISTS member_feature_layer ON member_feature (layer)
            """,
            "DROP TABLE IF EXISTS member_feature",
        ),
        # Every member has a row from the start, whoever enters the member: nobody is left out of a segment.
        ops.RunSQL(
            """
            CREATE OR REPLACE FUNCTION add_member_features() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN INSERT INTO member_feature (member_id, joined_at) SELECT id, joined_at FROM entered; RETURN NULL; END';
            CREATE OR REPLACE TRIGGER member_features_added AFTER INSERT ON member
                REFERENCING NEW TABLE AS entered FOR EACH STATEMENT EXECUTE FUNCTION add_member_features();
            INSERT INTO member_feature (member_id, joined_at) SELECT id, joined_at FROM member ON CONFLICT DO NOTHING
            """,
            "DROP TRIGGER IF EXISTS member_features_added ON member; DROP FUNCTION IF EXISTS add_member_features()",
        ),
        ops.RunSQL(
            """
            CREATE INDEX IF NOT EXISTS member_tags ON member USING gin (tags);
            CREATE INDEX IF NOT EXISTS member_groups ON member USING gin (groups);
            CREATE INDEX IF NOT EXISTS member_tier ON member (tier)
            """,
            "DROP INDEX IF EXISTS member_tags; DROP INDEX IF EXISTS member_groups; DROP INDEX IF EXISTS member_tier",
        ),
        # One row: the day for which buyers were last ranked against each other.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS feature_day (
                one boolean PRIMARY KEY DEFAULT true CONSTRAINT feature_day_is_one CHECK (one),
                ranked_on date NOT NULL
            );
            INSERT INTO feature_day (ranked_on) VALUES ('1970-01-01') ON CONFLICT DO NOTHING
            """,
            "DROP TABLE IF EXISTS feature_day",
        ),
        # A static segment keeps whom its rule held for when it was saved; a live one is asked each time.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS segment (
                id uuid PRIMARY KEY,
                name varchar(64) NOT NULL CONSTRAINT segment_name UNIQUE,
                rule varchar(4000) NOT NULL,
                kind varchar(8) NOT NULL CONSTRAINT segment_kind_known CHECK (kind IN ('live', 'static')),
                revision int NOT NULL CHECK (revision > 0),
                created_at timestamptz NOT NULL,
                updated_at timestamptz NOT NULL,
                updated_by varchar(60) NOT NULL,
                taken_at timestamptz,
                CONSTRAINT segment_static_was_taken CHECK ((kind = 'static') = (taken_at IS NOT NULL))
            );
            CREATE TABLE IF NOT EXISTS segment_member (
                segment_id uuid NOT NULL REFERENCES segment ON DELETE CASCADE,
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                PRIMARY KEY (segment_id, member_id)
            );
            CREATE INDEX IF NOT EXISTS segment_member_member ON segment_member (member_id)
            """,
            "DROP TABLE IF EXISTS segment_member; DROP TABLE IF EXISTS segment",
        ),
    ]
