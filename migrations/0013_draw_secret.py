"""The secret that a campaign's draws are made with."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Written by hand: the ORM knows no column that the database fills. All of it can be run again."""

    dependencies = [("siyu", "0012_commission_accounts")]

    operations = [
        # In no model: nobody but the engine and the hashes of seeds reads it. The database makes it, 244 random bits,
        # with the campaign, and refuses to change it: not even an operator can draw again.
        ops.RunSQL(
            """
            ALTER TABLE campaign ADD COLUMN IF NOT EXISTS draw_secret bytea NOT NULL
                DEFAULT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
            CREATE OR REPLACE TRIGGER campaign_draw_secret_fixed BEFORE UPDATE OF draw_secret ON campaign
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
            """,
            "DROP TRIGGER IF EXISTS campaign_draw_secret_fixed ON campaign; ALTER TABLE campaign DROP COLUMN draw_secret",
        ),
    ]
