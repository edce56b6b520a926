"""A team by its key, which is all that somebody needs to read it."""

import strawberry

from schema.context import Info
from schema.ids import CAMPAIGN, decode_uuid
from schema.kinds import participation_object
from schema.nodes import visible_campaign
from schema.polling import only_polls
from schema.types.participation import Participation
from siyu.campaigns.counting import is_subject
from siyu.campaigns.participation_queries import ParticipationRow
from siyu.campaigns.participations import team_id
from siyu.campaigns.queries import CampaignRow
from siyu.live import team_topic


async def team_participation(info: Info, campaign: strawberry.ID, team: str) -> Participation | None:
    """The team's participation; for who only asks whether it has changed, as it was read last. None: no such team."""
    campaign_id = decode_uuid(CAMPAIGN, campaign)
    if campaign_id is None or not is_subject(team):
        return None
    subject_id = team_id(campaign_id, team)
    topic = team_topic(subject_id)
    info.context.watch(topic)

    async def read() -> tuple[ParticipationRow, CampaignRow] | None:
        row = await visible_campaign(info, campaign_id)
        found = await info.context.loaders.participation_of.load((row.id, subject_id)) if row else None
        return (found, row) if found and row else None

    rows = await info.context.live.kept.read(topic, "", read) if only_polls(info) else await read()
    return participation_object(info, *rows) if rows else None
