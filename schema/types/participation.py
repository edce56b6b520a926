"""Participations: an interface, with one object type for each campaign type."""

from datetime import datetime
from functools import cached_property
from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.fields import field, field_for
from schema.ids import PARTICIPATION, encode_id
from schema.kinds import campaign_object
from schema.permissions import ForOperators
from schema.polling import poll_after_ms, revision_of
from schema.types.campaign import Campaign
from schema.types.member import Member, member_object
from schema.types.node import Node
from schema.types.progress import Progress, progress_object
from siyu.campaigns import AnyCampaignType
from siyu.campaigns.describing import Description, describe
from siyu.campaigns.participation_queries import ParticipationRow
from siyu.campaigns.queries import CampaignRow, ShownState
from siyu.live import team_topic


@strawberry.type(description="Members who take part together; whoever has the key can join, and read the team's state.")
class Team:
    """A team as a GraphQL object."""

    key: str


ParticipationSubject = Annotated[Member | Team, strawberry.union("ParticipationSubject", description="Who takes part.")]


@strawberry.interface(
    description="What is kept for one subject in one campaign. For the member, or who has the team's key, and the shop."
)
class Participation(Node):
    """A participation as a GraphQL object."""

    row: strawberry.Private[ParticipationRow]
    campaign_row: strawberry.Private[CampaignRow]
    kind: strawberry.Private[AnyCampaignType | None]

    def global_id(self) -> strawberry.ID:
        """As Node."""
        return encode_id(PARTICIPATION, self.row.id)

    @cached_property
    def description(self) -> Description | None:
        """What the plugin says of it; asked once, however many fields tell of it."""
        return describe(self.kind, self.campaign_row, self.row) if self.kind else None

    @strawberry.field
    def campaign(self, info: Info) -> Campaign:
        return campaign_object(info, self.campaign_row)

    @strawberry.field
    async def subject(self, info: Info) -> ParticipationSubject:
        return Team(key=self.row.team) if self.row.team is not None else await member_object(info, self.row.member_id)

    @field("The subject, where it is a member.")
    async def member(self, info: Info) -> Member | None:
        return await member_object(info, self.row.member_id) if self.row.team is None else None

    @field("ended once the campaign is; active before.")
    def status(self) -> str:
        return "ended" if self.campaign_row.state in {ShownState.ENDED, ShownState.ARCHIVED} else "active"

    @field_for(ForOperators, "The member's arm in the campaign's experiment, if it has one.")
    def arm(self) -> str | None:
        return self.row.arm

    @strawberry.field
    def progress(self, info: Info) -> Progress:
        return progress_object(self.description, info.context.language)

    @field("What the campaign type remembers; its shape is the plugin's.")
    def state(self) -> JSON:
        return JSON(dict(self.description.state) if self.description else {})

    @strawberry.field
    def updated_at(self) -> datetime:
        return self.row.updated_at

    @field("Two answers with the same revision show the same state and status.")
    def revision(self) -> str:
        return self._revision()

    @field("How long to wait before asking again.")
    def poll_after_ms(self, info: Info) -> int:
        return poll_after_ms(info, team_topic(self.row.member_id), self.row.campaign_id.hex, self._revision())

    def _revision(self) -> str:
        row, campaign = self.row, self.campaign_row
        return revision_of(row.state, row.state_version, row.updated_at, campaign.revision, campaign.state.value)


@strawberry.type(description="A participation in a campaign whose type is not loaded.")
class UnavailableParticipation(Participation):
    """The fallback."""
