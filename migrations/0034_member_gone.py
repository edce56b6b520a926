"""Who was merged into somebody else or erased, without reading everybody else."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Written by hand: a partial index. It can be run again."""

    dependencies = [("siyu", "0032_transfer_fact")]

    operations = [
        # A segment that asks features alone leaves them out by it; the member's own row is not read for that.
        ops.RunSQL(
            """
            CREATE INDEX IF NOT EXISTS member_gone ON member (id) WHERE merged_into IS NOT NULL OR erased_at IS NOT NULL
            """,
            "DROP INDEX IF EXISTS member_gone",
        ),
    ]
