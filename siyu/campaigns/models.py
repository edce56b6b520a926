"""The tables of campaigns and of the participations in them."""

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class Campaign(Model):
    """A configured instance of a campaign type. `state` is draft, running, paused, ended or archived.

    The column `draw_secret` is in no model: the database makes it, and nobody changes it.
    """

    id = fields.UUIDField(primary_key=True)
    type_key = fields.CharField(max_length=64)
    name = fields.CharField(max_length=128)
    state = fields.CharField(max_length=16)
    starts_at = fields.DatetimeField(null=True)
    ends_at = fields.DatetimeField(null=True)
    revision = fields.IntField()
    config: fields.JSONField[dict[str, object]] = fields.JSONField()
    created_at = fields.DatetimeField()
    # Why siyu paused it, and when.
    problem = fields.TextField(null=True)
    problem_at = fields.DatetimeField(null=True)
    # Null: the defaults.
    terms: fields.JSONField[dict[str, object]] = fields.JSONField(null=True)
    # When it first ran; a campaign that is archived without having run decides nothing.
    published_at = fields.DatetimeField(null=True)

    class Meta:
        table = "campaign"
        indexes = (Index(fields=("type_key",), name="campaign_type"),)


class Participation(Model):
    """What the engine keeps for one subject (a member or a team) in one campaign."""

    id = fields.UUIDField(primary_key=True)
    campaign: fields.ForeignKeyRelation[Campaign] = fields.ForeignKeyField(
        "siyu.Campaign", related_name="participations", on_delete=fields.RESTRICT
    )
    subject_id = fields.UUIDField()
    state: fields.JSONField[dict[str, object]] = fields.JSONField()
    state_version = fields.IntField()
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    # The member's arm in an experiment.
    arm = fields.CharField(max_length=32, null=True)
    # The key of the team that is the subject, whose id follows from it and the campaign; null: it is a member.
    team = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "participation"
        # Leads with the campaign, so that it serves the foreign key too.
        unique_together = (("campaign_id", "subject_id"),)
        indexes = (Index(fields=("subject_id", "id"), name="participation_subject"),)
