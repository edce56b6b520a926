"""The tables of members and of the identities they are known by."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class Member(Model):
    """One person. Locked first by every batch of facts that touches them (`siyu.members.locking`)."""

    id = fields.UUIDField(primary_key=True)
    nickname = fields.CharField(max_length=64, null=True)
    avatar_url = fields.CharField(max_length=512, null=True)
    joined_at = fields.DatetimeField()
    # Beside it the arrays `tags` and `groups`, which the ORM cannot express (migration 0007), and what merges need
    # (migration 0024), which set-based SQL alone touches.
    tier = fields.CharField(max_length=32, null=True)
    # Since when nothing is known of the member any more (`siyu.engine.erasure`).
    erased_at = fields.DatetimeField(null=True)

    class Meta:
        # Beside it the unique index `member_place` on (joined_at, id), which invitations refer to (migration 0011).
        table = "member"


class Identity(Model):
    """A name that some system knows a member by: kind `shop`, `openid`, `unionid`, …; one member each."""

    id = fields.UUIDField(primary_key=True)
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "siyu.Member", related_name="identities", on_delete=fields.RESTRICT
    )
    kind = fields.CharField(max_length=32)
    value = fields.CharField(max_length=128)

    class Meta:
        table = "identity"
        unique_together = (("kind", "value"),)
        indexes = (Index(fields=("member_id",), name="identity_member"),)
