"""Units with their expiry, lots of what expires, and accounts of the shop's own."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from migrations import KnownField
from siyu.ledger.purposes import Purpose, shop_account_id

# As they stood when this was written; a unit that comes later brings its accounts along.
UNITS = {"commission": ("佣金", "Commission"), "growth": ("成长值", "Growth"), "points": ("积分", "Points")}


def check(table: str, name: str, now: str, before: str) -> ops.RunSQL:
    """Another condition for a check constraint; it can be run again where it died before it was recorded."""
    drop = f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}; ALTER TABLE {table} ADD CONSTRAINT {name} CHECK"
    return ops.RunSQL(f"{drop} ({now})", f"{drop} ({before})")


def shop_accounts() -> str:
    """Rows of every purpose and unit."""
    return ", ".join(
        f"('{shop_account_id(purpose, unit)}', '{purpose.value}', '{unit}')" for purpose in Purpose for unit in UNITS
    )


class Migration(migrations.Migration):
    """Written by hand: checks, partial indexes, tables that only set-based SQL touches."""

    dependencies = [("siyu", "0013_draw_secret")]

    operations = [
        ops.RunSQL(
            f"""
            CREATE TABLE IF NOT EXISTS unit (
                key varchar(16) COLLATE "C" PRIMARY KEY,
                title_zh varchar(32) NOT NULL,
                title_en varchar(32) NOT NULL,
                expiry_months int CONSTRAINT unit_expiry_months_possible CHECK (expiry_months BETWEEN 0 AND 1200),
                expiry_until varchar(8) CONSTRAINT unit_expiry_until_known
                    CHECK (expiry_until IN ('day', 'month', 'quarter', 'year')),
                has_lots boolean NOT NULL DEFAULT false,
                warning_days int CONSTRAINT unit_warning_days_possible CHECK (warning_days BETWEEN 1 AND 366),
                CONSTRAINT unit_expiry_whole CHECK ((expiry_months IS NULL) = (expiry_until IS NULL)),
                CONSTRAINT unit_expiry_not_at_once CHECK (expiry_months > 0 OR expiry_until <> 'day'),
                CONSTRAINT unit_that_expires_has_lots CHECK (has_lots OR expiry_until IS NULL)
            );
            INSERT INTO unit (key, title_zh, title_en)
            VALUES {", ".join(f"('{key}', '{zh}', '{en}')" for key, (zh, en) in UNITS.items())}
            ON CONFLICT DO NOTHING;
            CREATE OR REPLACE TRIGGER unit_kept BEFORE DELETE OR TRUNCATE ON unit
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            CREATE OR REPLACE TRIGGER campaign_clock_advanced AFTER INSERT OR UPDATE ON unit
                FOR EACH STATEMENT EXECUTE FUNCTION advance_campaign_clock()
            """,
            "DROP TABLE IF EXISTS unit",
        ),
        KnownField("Account", "purpose", fields.CharField(null=True, max_length=16)),
        ops.RunSQL(
            "ALTER TABLE account ADD COLUMN IF NOT EXISTS purpose varchar(16)",
            "ALTER TABLE account DROP COLUMN IF EXISTS purpose",
        ),
        check(
            "account",
            "account_has_one_owner",
            "num_nonnulls(member_id, campaign_id, purpose) = 1",
            "member_id IS NULL OR campaign_id IS NULL",
        ),
        ops.RunSQL(
            """
            CREATE UNIQUE INDEX IF NOT EXISTS account_purpose ON account (purpose, unit) WHERE purpose IS NOT NULL
            """,
            "DROP INDEX IF EXISTS account_purpose",
        ),
        ops.RunSQL(
            f"""
            INSERT INTO account (id, purpose, unit) VALUES {shop_accounts()} ON CONFLICT DO NOTHING;
            INSERT INTO account (id, campaign_id, unit)
            SELECT gen_random_uuid(), campaign.id, 'growth' FROM campaign
            WHERE NOT EXISTS (SELECT FROM account WHERE campaign_id = campaign.id AND unit = 'growth')
            """,
            "DELETE FROM account WHERE purpose IS NOT NULL OR (unit = 'growth' AND campaign_id IS NOT NULL)",
        ),
        # What a member's account holds that expires at one moment. Updates of `remaining` touch no index; it is
        # `warned` and `closed` once each, when it expires, so that the expiry finds what is still to be done.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS lot (
                id uuid PRIMARY KEY,
                account_id uuid NOT NULL REFERENCES account ON DELETE RESTRICT,
                expires_at timestamptz NOT NULL,
                remaining bigint NOT NULL CONSTRAINT lot_remaining_not_negative CHECK (remaining >= 0),
                warned boolean NOT NULL DEFAULT false,
                closed boolean NOT NULL DEFAULT false,
                CONSTRAINT lot_closed_is_empty CHECK (NOT closed OR remaining = 0),
                CONSTRAINT lot_of_one_moment UNIQUE (account_id, expires_at)
            ) WITH (fillfactor = 80);
            CREATE INDEX IF NOT EXISTS lot_due ON lot (warned, expires_at) WHERE NOT closed
            """,
            "DROP TABLE IF EXISTS lot",
        ),
        ops.RunSQL(
            """
            ALTER TABLE transfer ADD COLUMN IF NOT EXISTS lot_id uuid REFERENCES lot ON DELETE RESTRICT;
            CREATE INDEX IF NOT EXISTS transfer_lot ON transfer (lot_id) WHERE lot_id IS NOT NULL
            """,
            "ALTER TABLE transfer DROP COLUMN IF EXISTS lot_id",
        ),
        # What the core itself tells members has no campaign.
        ops.RunSQL("ALTER TABLE message ALTER campaign_id DROP NOT NULL", "ALTER TABLE message ALTER campaign_id SET NOT NULL"),
        # What expires does so by itself: no fact tells of it.
        ops.AlterField(model_name="Transfer", name="fact_id", field=fields.UUIDField(null=True)),
        check(
            "transfer",
            "transfer_kind_known",
            "kind IN ('grant', 'reverse', 'spend', 'unspend', 'expire')",
            "kind IN ('grant', 'reverse', 'spend', 'unspend')",
        ),
        check("transfer", "transfer_follows_from_a_fact", "(kind = 'expire') = (fact_id IS NULL)", "true"),
    ]
