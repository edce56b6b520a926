"""Who paid on which days, and what campaigns gave in a time, without reading all rows."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Written by hand: indexes of tables that only set-based SQL reads by time. It can be run again."""

    dependencies = [("siyu", "0034_member_gone")]

    operations = [
        # What members have paid since the beginning is summed from the few days on which they paid.
        ops.RunSQL(
            """
            CREATE INDEX IF NOT EXISTS metric_member_day_paid ON metric_member_day (day, member_id)
                INCLUDE (revenue_fen) WHERE revenue_fen > 0
            """,
            "DROP INDEX IF EXISTS metric_member_day_paid",
        ),
        # Transfers are appended by time: where each stretch of the table lies in it, which costs their writer nothing.
        ops.RunSQL(
            "CREATE INDEX IF NOT EXISTS transfer_at ON transfer USING brin (at) WITH (pages_per_range = 32)",
            "DROP INDEX IF EXISTS transfer_at",
        ),
    ]
