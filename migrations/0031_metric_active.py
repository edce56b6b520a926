"""Who was active on which days, and who bought, without reading the rows."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Written by hand: an index of a table without a model. It can be run again."""

    dependencies = [("siyu", "0030_member_merge")]

    operations = [
        # What a window asks of everybody in it. Of what is counted all day only orders are in it, so that most updates
        # of a row leave the indexes as they are.
        ops.RunSQL(
            """
            CREATE INDEX IF NOT EXISTS metric_member_day_active ON metric_member_day (day, member_id)
                INCLUDE (campaign_id, orders) WHERE is_active
            """,
            "DROP INDEX IF EXISTS metric_member_day_active",
        ),
    ]
