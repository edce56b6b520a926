"""The table of the shop's orders, as far as facts told of them."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class Order(Model):
    """One paid order of the shop; `refunded_fen` of its `amount_fen` went back."""

    id = fields.UUIDField(primary_key=True)
    number = fields.CharField(max_length=64, unique=True)
    member: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "siyu.Member", related_name="orders", on_delete=fields.RESTRICT
    )
    amount_fen = fields.BigIntField()
    refunded_fen = fields.BigIntField()
    paid_at = fields.DatetimeField()

    class Meta:
        table = "shop_order"
        indexes = (Index(fields=("member_id", "paid_at"), name="shop_order_member"),)
