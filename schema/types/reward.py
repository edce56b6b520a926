"""Rewards that campaigns issued to a member."""

from datetime import datetime

import strawberry

from schema.context import Info
from schema.fields import field
from schema.ids import ISSUED_REWARD, encode_id
from schema.kinds import campaign_of
from schema.types.campaign import Campaign
from siyu.rewards.queries import RewardRow


@strawberry.type(description="A reward by its name. What it is and how it arrives is the shop's.")
class IssuedReward:
    """A reward as a GraphQL object."""

    row: strawberry.Private[RewardRow]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return encode_id(ISSUED_REWARD, self.row.id)

    @strawberry.field
    def reward(self) -> str:
        return self.row.reward

    @field("What it was issued for; once for each key of the member in the campaign.")
    def key(self) -> str:
        return self.row.key

    @field("issued or revoked.")
    def state(self) -> str:
        return self.row.state

    @strawberry.field
    def issued_at(self) -> datetime:
        return self.row.issued_at

    @strawberry.field
    def revoked_at(self) -> datetime | None:
        return self.row.revoked_at

    @strawberry.field
    async def campaign(self, info: Info) -> Campaign | None:
        return await campaign_of(info, self.row.campaign_id)
