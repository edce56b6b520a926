"""The catalogue of rewards, what members redeemed of it, and the privileges they wear."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Written by hand: tables without models, since only set-based SQL touches them. It can be run again."""

    dependencies = [("siyu", "0015_coupons")]

    operations = [
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS reward_library (
                id uuid PRIMARY KEY,
                key varchar(64) COLLATE "C" NOT NULL CONSTRAINT reward_library_key UNIQUE,
                title_zh varchar(100) NOT NULL,
                title_en varchar(100) NOT NULL,
                measure varchar(16) NOT NULL
                    CONSTRAINT reward_library_measure_known CHECK (measure IN ('invitees', 'buyers')),
                created_at timestamptz NOT NULL
            )
            """,
            "DROP TABLE IF EXISTS reward_library",
        ),
        # `taken` is what is redeemed or reserved: the last guard of the stock is the check. A reward that is updated
        # with every redemption finds room in its own page.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS reward (
                id uuid PRIMARY KEY,
                key varchar(64) COLLATE "C" NOT NULL CONSTRAINT reward_key UNIQUE,
                kind varchar(16) NOT NULL CONSTRAINT reward_kind_known CHECK (
                    kind IN ('coupon', 'points', 'goods', 'privilege', 'content', 'experience', 'donation')),
                title_zh varchar(100) NOT NULL,
                title_en varchar(100) NOT NULL,
                details jsonb NOT NULL,
                price_points bigint NOT NULL CONSTRAINT reward_price_points_not_negative CHECK (price_points >= 0),
                price_fen bigint NOT NULL CONSTRAINT reward_price_fen_not_negative CHECK (price_fen >= 0),
                stock bigint,
                taken bigint NOT NULL DEFAULT 0,
                per_member integer CONSTRAINT reward_per_member_positive CHECK (per_member > 0),
                period varchar(8) NOT NULL
                    CONSTRAINT reward_period_known CHECK (period IN ('ever', 'day', 'week', 'month')),
                tiers varchar(32)[] NOT NULL,
                starts_at timestamptz,
                ends_at timestamptz,
                state varchar(16) NOT NULL CONSTRAINT reward_state_known CHECK (state IN ('draft', 'on_sale', 'off')),
                hold_s integer NOT NULL CONSTRAINT reward_hold_positive CHECK (hold_s > 0),
                library_id uuid REFERENCES reward_library ON DELETE RESTRICT,
                step integer,
                revision integer NOT NULL,
                created_at timestamptz NOT NULL,
                CONSTRAINT reward_taken_within_stock CHECK (taken >= 0 AND (stock IS NULL OR taken <= stock)),
                CONSTRAINT reward_window_forward CHECK (starts_at < ends_at),
                CONSTRAINT reward_step_of_a_library CHECK ((library_id IS NULL) = (step IS NULL) AND step > 0),
                CONSTRAINT reward_of_a_library_is_a_gift
                    CHECK (library_id IS NULL OR price_points = 0 AND price_fen = 0)
            ) WITH (fillfactor = 70);
            CREATE INDEX IF NOT EXISTS reward_of_library ON reward (library_id, step) WHERE library_id IS NOT NULL
            """,
            "DROP TABLE IF EXISTS reward",
        ),
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS reward_stock_change (
                id uuid PRIMARY KEY,
                reward_id uuid NOT NULL REFERENCES reward ON DELETE RESTRICT,
                difference bigint NOT NULL
                    CONSTRAINT reward_stock_change_not_zero CHECK (difference <> 0),
                idempotency_key varchar(200) NOT NULL CONSTRAINT reward_stock_change_key UNIQUE,
                at timestamptz NOT NULL,
                made_by varchar(60) NOT NULL
            );
            CREATE INDEX IF NOT EXISTS reward_stock_change_reward ON reward_stock_change (reward_id);
            CREATE OR REPLACE TRIGGER reward_stock_change_append_only
                BEFORE UPDATE OR DELETE OR TRUNCATE ON reward_stock_change
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
            """,
            "DROP TABLE IF EXISTS reward_stock_change",
        ),
        # One step of a library gives a member one reward: of what stands, which is what the partial index holds. The
        # facts have no foreign keys, as in the log (docs/decisions/0002).
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS redemption (
                id uuid PRIMARY KEY,
                reward_id uuid NOT NULL REFERENCES reward ON DELETE RESTRICT,
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                kind varchar(16) NOT NULL,
                gives jsonb NOT NULL,
                state varchar(16) NOT NULL CONSTRAINT redemption_state_known
                    CHECK (state IN ('reserved', 'confirmed', 'used', 'cancelled', 'expired')),
                points bigint NOT NULL CONSTRAINT redemption_points_not_negative CHECK (points >= 0),
                price_fen bigint NOT NULL CONSTRAINT redemption_price_fen_not_negative CHECK (price_fen >= 0),
                code varchar(16) COLLATE "C" NOT NULL CONSTRAINT redemption_code UNIQUE,
                fact_id uuid NOT NULL,
                created_at timestamptz NOT NULL,
                expires_at timestamptz,
                deliver_at timestamptz,
                attempts integer NOT NULL,
                issued_id uuid CONSTRAINT redemption_issued_once UNIQUE REFERENCES issued_reward ON DELETE RESTRICT,
                library_id uuid REFERENCES reward_library ON DELETE RESTRICT,
                step integer,
                order_number varchar(64) CONSTRAINT redemption_order_once UNIQUE,
                confirmed_at timestamptz,
                used_at timestamptz,
                used_by varchar(60),
                used_fact_id uuid,
                ended_at timestamptz,
                CONSTRAINT redemption_reserved_for_a_time CHECK ((state = 'reserved') = (expires_at IS NOT NULL)),
                CONSTRAINT redemption_waits_for_cash CHECK (state <> 'reserved' OR price_fen > 0),
                CONSTRAINT redemption_confirmed_at_a_time
                    CHECK (state NOT IN ('confirmed', 'used') OR confirmed_at IS NOT NULL),
                CONSTRAINT redemption_used_by_somebody
                    CHECK (num_nonnulls(used_at, used_by, used_fact_id) = 3 * (state = 'used')::integer),
                CONSTRAINT redemption_ended_at_a_time
                    CHECK ((state IN ('cancelled', 'expired')) = (ended_at IS NOT NULL)),
                CONSTRAINT redemption_delivered_once_confirmed
                    CHECK ((deliver_at IS NOT NULL) = (state = 'confirmed' AND kind IN ('coupon', 'points', 'privilege'))),
                CONSTRAINT redemption_step_of_a_library CHECK ((library_id IS NULL) = (step IS NULL))
            );
            CREATE INDEX IF NOT EXISTS redemption_member ON redemption (member_id, id);
            CREATE INDEX IF NOT EXISTS redemption_of_reward ON redemption (reward_id, state, id);
            CREATE INDEX IF NOT EXISTS redemption_counted ON redemption (member_id, reward_id, created_at)
                WHERE issued_id IS NULL AND state IN ('reserved', 'confirmed', 'used');
            CREATE INDEX IF NOT EXISTS redemption_of_state ON redemption (state, id);
            CREATE INDEX IF NOT EXISTS redemption_expiring ON redemption (expires_at) WHERE expires_at IS NOT NULL;
            CREATE INDEX IF NOT EXISTS redemption_to_deliver ON redemption (deliver_at) WHERE deliver_at IS NOT NULL;
            CREATE UNIQUE INDEX IF NOT EXISTS redemption_step_once ON redemption (library_id, step, member_id)
                WHERE library_id IS NOT NULL AND state IN ('reserved', 'confirmed', 'used');
            CREATE INDEX IF NOT EXISTS redemption_fact ON redemption (fact_id)
            """,
            "DROP TABLE IF EXISTS redemption",
        ),
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS privilege (
                id uuid PRIMARY KEY,
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                redemption_id uuid NOT NULL CONSTRAINT privilege_given_once UNIQUE
                    REFERENCES redemption ON DELETE RESTRICT,
                kind varchar(16) NOT NULL
                    CONSTRAINT privilege_kind_known CHECK (kind IN ('title', 'badge', 'avatar_frame')),
                name varchar(64) NOT NULL,
                starts_at timestamptz NOT NULL,
                until timestamptz,
                CONSTRAINT privilege_window_forward CHECK (starts_at < until)
            );
            CREATE INDEX IF NOT EXISTS privilege_member ON privilege (member_id, id)
            """,
            "DROP TABLE IF EXISTS privilege",
        ),
        # When it became a redemption. What no reward of the catalogue is called stays as it is, for the shop to look at.
        ops.RunSQL(
            """
            ALTER TABLE issued_reward ADD COLUMN IF NOT EXISTS opened_at timestamptz;
            CREATE INDEX IF NOT EXISTS issued_reward_to_open ON issued_reward (reward, id)
                WHERE opened_at IS NULL AND state = 'issued'
            """,
            """
            DROP INDEX IF EXISTS issued_reward_to_open;
            ALTER TABLE issued_reward DROP COLUMN IF EXISTS opened_at
            """,
        ),
    ]
