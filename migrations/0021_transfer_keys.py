"""The keys of transfers, checked a statement at a time (docs/decisions/0041)."""

from tortoise import fields, migrations
from tortoise.fields import OnDelete
from tortoise.migrations import operations as ops

from migrations import KnownAlteration

# To which table each key leads.
KEYS = {"debit_id": "account", "credit_id": "account", "lot_id": "lot", "reverses_id": "transfer"}
# Always through the primary key, however few rows there were when the plan was made: it is kept for the session.
BY_PRIMARY_KEY = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"


def kept(table: str) -> str:
    """A trigger that keeps what transfers name: a row can neither go nor get another id."""
    return f"""
    CREATE OR REPLACE TRIGGER {table}_kept BEFORE DELETE OR TRUNCATE OR UPDATE OF id ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    """


def refuse_unknown() -> str:
    """A trigger that refuses transfers of which a key leads nowhere."""
    parents = " ".join(f"LEFT JOIN {table} AS of_{key} ON of_{key}.id = added.{key}" for key, table in KEYS.items())
    missing = " OR ".join(f"(added.{key} IS NOT NULL AND of_{key}.id IS NULL)" for key in KEYS)
    return f"""
    CREATE OR REPLACE FUNCTION refuse_unknown_keys() RETURNS trigger LANGUAGE plpgsql {BY_PRIMARY_KEY} AS $$
    BEGIN
        IF EXISTS (SELECT FROM added {parents} WHERE {missing}) THEN
            RAISE foreign_key_violation USING CONSTRAINT = 'transfer_keys_known', TABLE = 'transfer',
                MESSAGE = 'a transfer names an account, a lot or a transfer that does not exist';
        END IF;
        RETURN NULL;
    END $$;
    CREATE OR REPLACE TRIGGER transfer_keys_known AFTER INSERT ON transfer REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_unknown_keys();
    """


def of_account(related_name: str) -> fields.ForeignKeyRelation[object]:
    """A transfer's account, as the models have it."""
    return fields.ForeignKeyField(
        "siyu.Account",
        source_field=f"{related_name[:-1]}_id",
        db_constraint=False,
        to_field="id",
        related_name=related_name,
        on_delete=OnDelete.RESTRICT,
    )


class Migration(migrations.Migration):
    """Written by hand: the tool knows no triggers. It can be run again."""

    dependencies = [("siyu", "0020_access")]

    operations = [
        ops.RunSQL(
            kept("account") + kept("lot") + refuse_unknown(),
            """
            DROP TRIGGER IF EXISTS transfer_keys_known ON transfer;
            DROP FUNCTION IF EXISTS refuse_unknown_keys();
            DROP TRIGGER IF EXISTS lot_kept ON lot;
            DROP TRIGGER IF EXISTS account_kept ON account
            """,
        ),
        *(
            ops.RunSQL(
                f"ALTER TABLE transfer DROP CONSTRAINT IF EXISTS transfer_{key}_fkey",
                f"ALTER TABLE transfer ADD FOREIGN KEY ({key}) REFERENCES {table} ON DELETE RESTRICT",
            )
            for key, table in KEYS.items()
        ),
        KnownAlteration(model_name="Transfer", name="debit", field=of_account("debits")),
        KnownAlteration(model_name="Transfer", name="credit", field=of_account("credits")),
        KnownAlteration(
            model_name="Transfer",
            name="reverses",
            field=fields.ForeignKeyField(
                "siyu.Transfer",
                source_field="reverses_id",
                null=True,
                db_constraint=False,
                to_field="id",
                related_name="reversals",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
    ]
