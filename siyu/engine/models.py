"""The tables of facts and of what was decided about them.

Their references are no foreign keys in the database (docs/decisions/0002): what they name is locked or inserted in the
same transaction, and a trigger refuses to delete it.
"""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class FactRow(Model):
    """Something that happened. `idempotency_key` says which; `fingerprint` hashes its body."""

    id = fields.UUIDField(primary_key=True)
    type = fields.CharField(max_length=64)
    member_id = fields.UUIDField()
    # The campaign an action is for.
    campaign_id = fields.UUIDField(null=True)
    at = fields.DatetimeField()
    arrived_at = fields.DatetimeField()
    idempotency_key = fields.CharField(max_length=200, unique=True)
    fingerprint = fields.BinaryField()
    data: fields.JSONField[dict[str, object]] = fields.JSONField()

    class Meta:
        table = "fact"
        indexes = (Index(fields=("member_id", "at"), name="fact_member"),)


class DecisionRow(Model):
    """What one campaign decided about one fact; without a campaign it is the core's refusal of the fact itself.

    The constraint `decision_once` (migration 0002) refuses a second row with one `once_key` of a subject.
    """

    id = fields.UUIDField(primary_key=True)
    fact_id = fields.UUIDField()
    campaign_id = fields.UUIDField(null=True)
    campaign_revision = fields.IntField(null=True)
    plugin_version = fields.CharField(max_length=32, null=True)
    subject_id = fields.UUIDField()
    at = fields.DatetimeField()
    once_key = fields.CharField(max_length=64, null=True)
    effects: fields.JSONField[list[dict[str, object]]] = fields.JSONField()
    refusal_code = fields.CharField(max_length=64, null=True)
    refusal_missing: fields.JSONField[dict[str, object]] = fields.JSONField(null=True)

    class Meta:
        table = "decision"
        indexes = (
            Index(fields=("fact_id",), name="decision_fact"),
            Index(fields=("campaign_id", "id"), name="decision_campaign"),
        )
