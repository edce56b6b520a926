"""Why siyu paused a campaign, and when."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Written by hand: the columns, and the check that one never comes without the other."""

    dependencies = [("siyu", "0002_constraints")]

    operations = [
        ops.AddField("Campaign", "problem", fields.TextField(null=True)),
        ops.AddField("Campaign", "problem_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
        ops.RunSQL(
            """
            ALTER TABLE campaign DROP CONSTRAINT IF EXISTS campaign_problem_dated;
            ALTER TABLE campaign ADD CONSTRAINT campaign_problem_dated
                CHECK ((problem IS NULL) = (problem_at IS NULL))
            """,
            "ALTER TABLE campaign DROP CONSTRAINT IF EXISTS campaign_problem_dated",
        ),
    ]
