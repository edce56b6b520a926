"""The tables of double-entry value: accounts and the transfers between them."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class Account(Model):
    """Where value of one unit is: a member's (limited, its balance kept here) or a campaign's (pays, unlimited).

    Exactly one of `member`, `campaign`, `purpose` and `debtor_id` is set: the third for an account of the shop's own
    (`siyu.ledger.purposes`), the last, which no model has, for what a member owes. `balance` is set with the first, and
    with the last, of which it is the debt (checks in migrations 0002, 0014 and 0019).
    """

    id = fields.UUIDField(primary_key=True)
    unit = fields.CharField(max_length=16)
    member: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "siyu.Member", related_name="accounts", on_delete=fields.RESTRICT, null=True
    )
    campaign: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "siyu.Campaign", related_name="accounts", on_delete=fields.RESTRICT, null=True
    )
    balance = fields.BigIntField(null=True)
    purpose = fields.CharField(max_length=16, null=True)

    class Meta:
        table = "account"
        # Each leads with its owner, so that both serve the foreign keys too.
        unique_together = (("member_id", "unit"), ("campaign_id", "unit"))


class Transfer(Model):
    """A movement of value, never edited and never deleted (a trigger refuses it).

    `kind` is grant, reverse, spend, unspend or expire; owe (a reversal as far as the member had spent it), repay (of
    what is owed) or write_off (paid by the shop in the member's stead). `member_balance` is the member's after it. `at`
    is when it counts, which for what undoes another transfer is the time of that one. The column `lot_id`, which no
    model has, names the lot of the member's account that it goes into or comes from (migration 0014). A
    trigger checks its keys, all of a statement at once (migration 0021).
    """

    id = fields.UUIDField(primary_key=True)
    unit = fields.CharField(max_length=16)
    debit: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "siyu.Account", related_name="debits", on_delete=fields.RESTRICT, db_constraint=False
    )
    credit: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        "siyu.Account", related_name="credits", on_delete=fields.RESTRICT, db_constraint=False
    )
    amount = fields.BigIntField()
    member_balance = fields.BigIntField()
    kind = fields.CharField(max_length=16)
    # No foreign key, as in the log (siyu.engine.models).
    fact_id = fields.UUIDField(null=True)
    reference = fields.CharField(max_length=80, null=True)
    reverses: fields.ForeignKeyNullableRelation["Transfer"] = fields.ForeignKeyField(
        "siyu.Transfer", related_name="reversals", on_delete=fields.RESTRICT, null=True, db_constraint=False
    )
    at = fields.DatetimeField()

    class Meta:
        table = "transfer"
        indexes = (
            Index(fields=("debit_id", "id"), name="transfer_debit"),
            Index(fields=("credit_id", "id"), name="transfer_credit"),
        )
