"""What members did by day, the days' totals, costs, and the ranges and alerts of metrics."""

from tortoise import migrations
from tortoise.migrations import operations as ops

COUNTS = (
    "interactions", "delivered", "opened", "read_through", "shares", "clicks", "payment_pages",
    "paid", "orders", "revenue_fen",
)
COLUMNS = ",\n".join(f"{name} bigint NOT NULL DEFAULT 0 CHECK ({name} >= 0)" for name in COUNTS)


class Migration(migrations.Migration):
    """Written by hand: tables without models, since only set-based SQL touches them. All of it can be run again."""

    dependencies = [("siyu", "0027_tags")]

    operations = [
        # Counted anew from facts and orders by the worker (siyu.metrics.recounting). A day is the shop's. The campaign is
        # the fact's, or the one that an order is attributed to; the nil UUID stands for none, since it is in the key. No
        # foreign keys: it is a projection of facts and orders (docs/decisions/0049).
        ops.RunSQL(
            f"""
            CREATE TABLE IF NOT EXISTS metric_member_day (
                day date NOT NULL,
                member_id uuid NOT NULL,
                campaign_id uuid NOT NULL,
                {COLUMNS},
                is_active boolean NOT NULL,
                PRIMARY KEY (member_id, day, campaign_id)
            ) WITH (fillfactor = 80);
            CREATE INDEX IF NOT EXISTS metric_member_day_day ON metric_member_day (day)
            """,
            "DROP TABLE IF EXISTS metric_member_day",
        ),
        # What happened before is counted by the worker, some hundred members a message.
        ops.RunSQL(
            """
            INSERT INTO outbox (topic, payload, created_at)
            SELECT 'metrics', jsonb_agg(jsonb_build_array(encode(uuid_send(id), 'hex'), NULL)), now()
            FROM (SELECT id, row_number() OVER (ORDER BY id) / 500 AS part FROM member) AS everybody GROUP BY part
            """,
            "DELETE FROM outbox WHERE topic = 'metrics'",
        ),
        # The sums of the table above.
        ops.RunSQL(
            f"""
            CREATE TABLE IF NOT EXISTS metric_day (
                day date NOT NULL,
                campaign_id uuid NOT NULL,
                {COLUMNS},
                PRIMARY KEY (day, campaign_id)
            )
            """,
            "DROP TABLE IF EXISTS metric_day",
        ),
        # A row for each day that was ever summed: whether it has changed since, and when it was.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS metric_day_state (
                day date PRIMARY KEY,
                is_stale boolean NOT NULL,
                summed_at timestamptz NOT NULL
            );
            CREATE INDEX IF NOT EXISTS metric_day_state_stale ON metric_day_state (summed_at) WHERE is_stale
            """,
            "DROP TABLE IF EXISTS metric_day_state",
        ),
        # What is read where it is written, by time.
        ops.RunSQL(
            """
            CREATE INDEX IF NOT EXISTS invitation_at ON invitation (at);
            CREATE INDEX IF NOT EXISTS tier_change_at ON tier_change (at)
            """,
            "DROP INDEX IF EXISTS invitation_at; DROP INDEX IF EXISTS tier_change_at",
        ),
        # What was spent on getting members and on campaigns. Never edited; one entered by mistake is cancelled.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS expense (
                id uuid PRIMARY KEY,
                day date NOT NULL,
                amount_fen bigint NOT NULL CONSTRAINT expense_amount CHECK (amount_fen BETWEEN 1 AND 10000000000),
                campaign_id uuid REFERENCES campaign ON DELETE RESTRICT,
                channel varchar(64) CONSTRAINT expense_channel_named CHECK (channel <> ''),
                note varchar(500) NOT NULL,
                made_by varchar(60) NOT NULL,
                made_at timestamptz NOT NULL,
                idempotency_key varchar(200) NOT NULL CONSTRAINT expense_key UNIQUE,
                cancelled_by varchar(60),
                cancelled_at timestamptz,
                CONSTRAINT expense_cancelled_by_somebody CHECK ((cancelled_by IS NULL) = (cancelled_at IS NULL))
            );
            CREATE INDEX IF NOT EXISTS expense_day ON expense (day) WHERE cancelled_at IS NULL;
            CREATE INDEX IF NOT EXISTS expense_campaign ON expense (campaign_id) WHERE campaign_id IS NOT NULL;
            CREATE OR REPLACE TRIGGER expense_kept
                BEFORE DELETE OR UPDATE OF id, day, amount_fen, campaign_id, channel, note, made_by, made_at, idempotency_key
                OR TRUNCATE ON expense FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
            """,
            "DROP TABLE IF EXISTS expense",
        ),
        # Where a shop's own range stands in place of the handbooks'.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS metric_range (
                metric varchar(32) PRIMARY KEY,
                low double precision,
                high double precision,
                growth double precision,
                set_by varchar(60) NOT NULL,
                set_at timestamptz NOT NULL,
                CONSTRAINT metric_range_forward CHECK (low <= high),
                CONSTRAINT metric_range_finite CHECK (
                    abs(coalesce(low, 0)) <= 1e15 AND abs(coalesce(high, 0)) <= 1e15
                    AND abs(coalesce(growth, 0)) <= 1e6)
            )
            """,
            "DROP TABLE IF EXISTS metric_range",
        ),
        # One open alert for a metric and a cut; `cut_key` is '' for the whole shop. `checked_on` is the last day that it was
        # judged by, and `days_back` how many in a row were in range up to then.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS metric_alert (
                id uuid PRIMARY KEY,
                metric varchar(32) NOT NULL,
                cut varchar(16) NOT NULL,
                cut_key varchar(64) NOT NULL,
                status varchar(8) NOT NULL CONSTRAINT metric_alert_status_known CHECK (status IN ('low', 'high')),
                value double precision NOT NULL,
                low double precision,
                high double precision,
                opened_on date NOT NULL,
                opened_at timestamptz NOT NULL,
                checked_on date NOT NULL,
                days_back int NOT NULL DEFAULT 0 CHECK (days_back >= 0),
                acknowledged_by varchar(60),
                acknowledged_at timestamptz,
                note varchar(500),
                closed_at timestamptz,
                CONSTRAINT metric_alert_forward CHECK (opened_on <= checked_on),
                CONSTRAINT metric_alert_acknowledged_by_somebody
                    CHECK (num_nonnulls(acknowledged_by, acknowledged_at, note) IN (0, 3))
            );
            CREATE UNIQUE INDEX IF NOT EXISTS metric_alert_once ON metric_alert (metric, cut, cut_key) WHERE closed_at IS NULL;
            CREATE INDEX IF NOT EXISTS metric_alert_closed ON metric_alert (id) WHERE closed_at IS NOT NULL;
            CREATE TABLE IF NOT EXISTS metric_checked (
                one boolean PRIMARY KEY DEFAULT true CONSTRAINT metric_checked_is_one CHECK (one),
                checked_on date NOT NULL
            );
            INSERT INTO metric_checked (checked_on) VALUES ('1970-01-01') ON CONFLICT DO NOTHING
            """,
            "DROP TABLE IF EXISTS metric_checked; DROP TABLE IF EXISTS metric_alert",
        ),
    ]
