"""Campaigns' terms, revisions, archive and clock; members' features; participants' arms."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops

from migrations import KnownField

STATES = "'draft', 'running', 'paused', 'ended'"


def state_check(states: str) -> str:
    """The check of a campaign's state, replaced."""
    drop = 'ALTER TABLE "campaign" DROP CONSTRAINT IF EXISTS "campaign_state_known"'
    return f'{drop}; ALTER TABLE "campaign" ADD CONSTRAINT "campaign_state_known" CHECK (state IN ({states}))'


class Migration(migrations.Migration):
    """Written by hand: the ORM knows neither arrays nor composite keys nor triggers. All of it can be run again."""

    dependencies = [("siyu", "0006_pending_fact")]

    operations = [
        KnownField("Campaign", "terms", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
        KnownField("Campaign", "published_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
        KnownField("Participation", "arm", fields.CharField(null=True, max_length=32)),
        KnownField("Member", "tier", fields.CharField(null=True, max_length=32)),
        # `tags` and `groups` are in no model: the ORM knows no arrays that are never null.
        ops.RunSQL(
            """
            ALTER TABLE campaign ADD COLUMN IF NOT EXISTS terms jsonb,
                ADD COLUMN IF NOT EXISTS published_at timestamptz;
            ALTER TABLE participation ADD COLUMN IF NOT EXISTS arm varchar(32);
            ALTER TABLE member ADD COLUMN IF NOT EXISTS tier varchar(32),
                ADD COLUMN IF NOT EXISTS tags text[] NOT NULL DEFAULT '{}',
                ADD COLUMN IF NOT EXISTS groups text[] NOT NULL DEFAULT '{}'
            """,
            """
            ALTER TABLE campaign DROP COLUMN terms, DROP COLUMN published_at;
            ALTER TABLE participation DROP COLUMN arm;
            ALTER TABLE member DROP COLUMN tier, DROP COLUMN tags, DROP COLUMN groups
            """,
        ),
        ops.RunSQL(state_check(f"{STATES}, 'archived'"), state_check(STATES)),
        # When the older ones were first published is not known; that they were is what counts.
        ops.RunSQL(
            "UPDATE campaign SET published_at = created_at WHERE state <> 'draft' AND published_at IS NULL", "SELECT"
        ),
        # What each revision was, and who made it: whole, and never edited. No model for its composite key.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS campaign_revision (
                campaign_id uuid NOT NULL REFERENCES campaign (id) ON DELETE RESTRICT,
                revision int NOT NULL,
                name varchar(128) NOT NULL,
                starts_at timestamptz,
                ends_at timestamptz,
                config jsonb NOT NULL,
                terms jsonb,
                created_at timestamptz NOT NULL,
                created_by varchar(60) NOT NULL,
                PRIMARY KEY (campaign_id, revision)
            );
            CREATE OR REPLACE TRIGGER campaign_revision_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON campaign_revision
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            INSERT INTO campaign_revision
                SELECT id, revision, name, starts_at, ends_at, config, NULL, created_at, 'siyu' FROM campaign
                ON CONFLICT DO NOTHING
            """,
            "DROP TABLE campaign_revision",
        ),
        # One row. Every commit that changes a campaign or the lanes changes `version`, so that a batch of facts reads
        # one number instead of every campaign (docs/decisions/0011). `lanes` are the shop's, in their order.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS campaign_clock (
                one boolean PRIMARY KEY DEFAULT true CONSTRAINT campaign_clock_is_one CHECK (one),
                version bigint NOT NULL,
                lanes text[] NOT NULL DEFAULT '{}'
            );
            INSERT INTO campaign_clock (version) VALUES (1) ON CONFLICT DO NOTHING;
            CREATE OR REPLACE TRIGGER campaign_clock_kept BEFORE DELETE OR TRUNCATE ON campaign_clock
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            CREATE OR REPLACE FUNCTION advance_campaign_clock() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN UPDATE campaign_clock SET version = version + 1; RETURN NULL; END';
            CREATE OR REPLACE TRIGGER campaign_clock_advanced AFTER INSERT OR UPDATE ON campaign
                FOR EACH STATEMENT EXECUTE FUNCTION advance_campaign_clock()
            """,
            "DROP TRIGGER campaign_clock_advanced ON campaign; DROP FUNCTION advance_campaign_clock(); "
            "DROP TABLE campaign_clock",
        ),
    ]
