"""The index by which the decisions of a campaign are read page by page, in their order."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """The index `decision_campaign` gets the id as its second column; dropped first, so that it can be run again."""

    dependencies = [("siyu", "0003_campaign_problem")]

    operations = [
        ops.RemoveIndex("DecisionRow", name="decision_campaign"),
        ops.AddIndex("DecisionRow", Index(fields=("campaign_id", "id"), name="decision_campaign")),
    ]
