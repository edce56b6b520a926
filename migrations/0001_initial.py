from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.fields.db_defaults import Now
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Campaign",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("type_key", fields.CharField(max_length=64)),
                ("name", fields.CharField(max_length=128)),
                ("state", fields.CharField(max_length=16)),
                ("starts_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ends_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("revision", fields.IntField()),
                ("config", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "campaign",
                "app": "siyu",
                "indexes": [Index(fields=["type_key"], name="campaign_type")],
                "pk_attr": "id",
                "table_description": "A configured instance of a campaign type. `state` is draft, running, paused, ended or archived.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="DecisionRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("fact_id", fields.UUIDField()),
                ("campaign_id", fields.UUIDField(null=True)),
                ("campaign_revision", fields.IntField(null=True)),
                ("plugin_version", fields.CharField(null=True, max_length=32)),
                ("subject_id", fields.UUIDField()),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("once_key", fields.CharField(null=True, max_length=64)),
                ("effects", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("refusal_code", fields.CharField(null=True, max_length=64)),
                ("refusal_missing", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "decision",
                "app": "siyu",
                "indexes": [
                    Index(fields=["fact_id"], name="decision_fact"),
                    Index(fields=["campaign_id"], name="decision_campaign"),
                ],
                "pk_attr": "id",
                "table_description": "What one campaign decided about one fact; without a campaign it is the core's refusal of the fact itself.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="FactRow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("type", fields.CharField(max_length=64)),
                ("member_id", fields.UUIDField()),
                ("campaign_id", fields.UUIDField(null=True)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("arrived_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("idempotency_key", fields.CharField(unique=True, max_length=200)),
                ("fingerprint", fields.BinaryField()),
                ("data", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={
                "table": "fact",
                "app": "siyu",
                "indexes": [Index(fields=["member_id", "at"], name="fact_member")],
                "pk_attr": "id",
                "table_description": "Something that happened. `idempotency_key` says which; `fingerprint` hashes its body.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Member",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("nickname", fields.CharField(null=True, max_length=64)),
                ("avatar_url", fields.CharField(null=True, max_length=512)),
                ("joined_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "member",
                "app": "siyu",
                "indexes": [Index(fields=["joined_at", "id"], name="member_joined_at")],
                "pk_attr": "id",
                "table_description": "One person. Locked first by every batch of facts that touches them (`siyu.members.locking`).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Account",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("unit", fields.CharField(max_length=16)),
                (
                    "member",
                    fields.ForeignKeyField(
                        "siyu.Member",
                        source_field="member_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="accounts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "campaign",
                    fields.ForeignKeyField(
                        "siyu.Campaign",
                        source_field="campaign_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="accounts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("balance", fields.BigIntField(null=True)),
            ],
            options={
                "table": "account",
                "app": "siyu",
                "unique_together": (("member_id", "unit"), ("campaign_id", "unit")),
                "pk_attr": "id",
                "table_description": "Where value of one unit is: a member's (limited, its balance kept here) or a campaign's (pays, unlimited).",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Identity",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "member",
                    fields.ForeignKeyField(
                        "siyu.Member",
                        source_field="member_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="identities",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(max_length=32)),
                ("value", fields.CharField(max_length=128)),
            ],
            options={
                "table": "identity",
                "app": "siyu",
                "unique_together": (("kind", "value"),),
                "indexes": [Index(fields=["member_id"], name="identity_member")],
                "pk_attr": "id",
                "table_description": "A name that some system knows a member by: kind `shop`, `openid`, `unionid`, …; one member each.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Order",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("number", fields.CharField(unique=True, max_length=64)),
                (
                    "member",
                    fields.ForeignKeyField(
                        "siyu.Member",
                        source_field="member_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="orders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("amount_fen", fields.BigIntField()),
                ("refunded_fen", fields.BigIntField()),
                ("paid_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "shop_order",
                "app": "siyu",
                "indexes": [Index(fields=["member_id", "paid_at"], name="shop_order_member")],
                "pk_attr": "id",
                "table_description": "One paid order of the shop; `refunded_fen` of its `amount_fen` went back.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="OutboxRow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("topic", fields.CharField(max_length=32)),
                ("payload", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("created_at", fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "outbox",
                "app": "siyu",
                "indexes": [Index(fields=["topic", "id"], name="outbox_topic")],
                "pk_attr": "id",
                "table_description": "One commit's message to one consumer (`topic`), written in the same transaction and delivered at least once.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Participation",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                (
                    "campaign",
                    fields.ForeignKeyField(
                        "siyu.Campaign",
                        source_field="campaign_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="participations",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("subject_id", fields.UUIDField()),
                ("state", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("state_version", fields.IntField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "participation",
                "app": "siyu",
                "unique_together": (("campaign_id", "subject_id"),),
                "indexes": [Index(fields=["subject_id", "id"], name="participation_subject")],
                "pk_attr": "id",
                "table_description": "What the engine keeps for one subject (a member or a team) in one campaign.",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Transfer",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("unit", fields.CharField(max_length=16)),
                (
                    "debit",
                    fields.ForeignKeyField(
                        "siyu.Account",
                        source_field="debit_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="debits",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "credit",
                    fields.ForeignKeyField(
                        "siyu.Account",
                        source_field="credit_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="credits",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("amount", fields.BigIntField()),
                ("member_balance", fields.BigIntField()),
                ("kind", fields.CharField(max_length=16)),
                ("fact_id", fields.UUIDField()),
                ("reference", fields.CharField(null=True, max_length=80)),
                (
                    "reverses",
                    fields.ForeignKeyField(
                        "siyu.Transfer",
                        source_field="reverses_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="reversals",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "transfer",
                "app": "siyu",
                "indexes": [
                    Index(fields=["debit_id", "id"], name="transfer_debit"),
                    Index(fields=["credit_id", "id"], name="transfer_credit"),
                    Index(fields=["fact_id"], name="transfer_fact"),
                ],
                "pk_attr": "id",
                "table_description": "A movement of value, never edited and never deleted (a trigger refuses it).",
            },
            bases=["Model"],
        ),
    ]
