"""Transfers that follow from no fact are in no index of facts: an expiry writes an entry less a lot."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from migrations import DroppedIndex


class Migration(migrations.Migration):
    """Written by hand: the tool knows no partial indexes. It can be run again."""

    dependencies = [("siyu", "0031_metric_active")]

    operations = [
        DroppedIndex("Transfer", "transfer_fact"),
        ops.RunSQL(
            """
            DROP INDEX IF EXISTS transfer_fact;
            CREATE INDEX transfer_fact ON transfer (fact_id) WHERE fact_id IS NOT NULL
            """,
            """
            DROP INDEX IF EXISTS transfer_fact;
            CREATE INDEX transfer_fact ON transfer (fact_id)
            """,
        ),
    ]
