"""An account of commission for each campaign that was created before there was any."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Written by hand: rows alone. It can be run again."""

    dependencies = [("siyu", "0011_invitation")]

    operations = [
        ops.RunSQL(
            """
            INSERT INTO account (id, campaign_id, unit)
            SELECT gen_random_uuid(), campaign.id, 'commission' FROM campaign
            WHERE NOT EXISTS (SELECT FROM account WHERE campaign_id = campaign.id AND unit = 'commission')
            """,
            "DELETE FROM account WHERE unit = 'commission' AND campaign_id IS NOT NULL",
        ),
    ]
