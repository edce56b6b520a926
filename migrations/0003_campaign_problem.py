"""Why siyu paused a campaign, and when."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from migrations import KnownField


class Migration(migrations.Migration):
    """Written by hand, so that it can be run again: the columns, and the check that neither comes without the other."""

    dependencies = [("siyu", "0002_constraints")]

    operations = [
        KnownField("Campaign", "problem", fields.TextField(null=True)),
        KnownField("Campaign", "problem_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
        ops.RunSQL(
            """
            ALTER TABLE campaign ADD COLUMN IF NOT EXISTS problem text, ADD COLUMN IF NOT EXISTS problem_at timestamptz;
            ALTER TABLE campaign DROP CONSTRAINT IF EXISTS campaign_problem_dated;
            ALTER TABLE campaign ADD CONSTRAINT campaign_problem_dated
                CHECK ((problem IS NULL) = (problem_at IS NULL))
            """,
            "ALTER TABLE campaign DROP COLUMN IF EXISTS problem, DROP COLUMN IF EXISTS problem_at",
        ),
    ]
