"""The table of refunds that campaigns asked for."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Written by hand: a table without a model, since only set-based SQL touches it, its checks, a partial index."""

    dependencies = [("siyu", "0008_value_effects")]

    operations = [
        # How much of an order is to be back in all because a campaign asked for it, once for a campaign and an order.
        # Whether it is done compares with another table, so no check here can: `ledger verify` does.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS refund_request (
                id uuid PRIMARY KEY,
                campaign_id uuid NOT NULL REFERENCES campaign ON DELETE RESTRICT,
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                order_id uuid NOT NULL REFERENCES shop_order ON DELETE RESTRICT,
                asked_fen bigint NOT NULL CHECK (asked_fen > 0),
                reason varchar(64) NOT NULL,
                state varchar(16) NOT NULL
                    CONSTRAINT refund_request_state_known CHECK (state IN ('open', 'done')),
                asked_at timestamptz NOT NULL,
                attempts integer NOT NULL CHECK (attempts >= 0),
                problem varchar(500),
                failed_at timestamptz,
                done_at timestamptz,
                CONSTRAINT refund_request_key UNIQUE (campaign_id, order_id),
                CONSTRAINT refund_request_done_at_a_time CHECK ((state = 'done') = (done_at IS NOT NULL)),
                CONSTRAINT refund_request_failed_for_a_reason
                    CHECK ((attempts > 0) = (problem IS NOT NULL) AND (attempts > 0) = (failed_at IS NOT NULL))
            );
            CREATE INDEX IF NOT EXISTS refund_request_member ON refund_request (member_id, id);
            CREATE INDEX IF NOT EXISTS refund_request_order ON refund_request (order_id);
            CREATE INDEX IF NOT EXISTS refund_request_open ON refund_request (id) WHERE state = 'open'
            """,
            "DROP TABLE IF EXISTS refund_request",
        ),
    ]
