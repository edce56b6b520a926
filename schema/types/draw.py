"""Draws whose seed is promised beforehand."""

import strawberry

from schema.context import Info
from schema.errors import invalid_argument
from siyu.campaigns.draws import DrawKey, is_draw_name
from siyu.campaigns.queries import CampaignRow


@strawberry.type(
    description="A draw of a campaign. Its seed never changes; the campaign's type tells it, in the state of a "
    "participation, once nobody can get into the draw any more."
)
class Draw:
    """A draw as a GraphQL object."""

    name: str
    seed_hash: str = strawberry.field(description="The SHA-256 of the seed's 32 bytes, in hex; known from the start.")


async def campaign_draw(info: Info, campaign: CampaignRow, name: str) -> Draw:
    """The campaign's draw of this name."""
    if not is_draw_name(name):
        raise invalid_argument("name must have 1 to 64 characters")
    seed_hash = await info.context.loaders.seed_hash.load(DrawKey(campaign.id, name))
    assert seed_hash is not None, "a campaign that is shown exists"  # noqa: S101 - campaigns are never deleted
    return Draw(name=name, seed_hash=seed_hash)
