"""What is read of members whom facts name by their codes, and of those who may be invited."""

from collections.abc import Collection, Sequence
from uuid import UUID

from siyu.db import Connection
from siyu.engine.inviting import partner_named
from siyu.engine.value_loading import Concern
from siyu.engine.world import World
from siyu.members import load_invited, read_kin, read_members
from siyu.sdk import Invite


async def load_invitations(connection: Connection, world: World, concerns: Sequence[Concern]) -> None:
    """The partners that these decisions see, without locks, and who of the members has an inviter: a statement each,
    for the campaigns that say that they look."""
    named = {partner_named(campaign.type, new.data) for campaign, new in concerns if campaign.type.partner is not None}
    await load_partners(connection, world, named)
    inviting = {new.member_id for campaign, new in concerns if Invite in campaign.effects}
    if inviting:
        await load_invited(connection, world.invitations, inviting)


async def load_partners(connection: Connection, world: World, named: Collection[UUID | None]) -> None:
    """Those of these members who exist and are not known yet; id and time of joining never change."""
    strangers = (
        {member_id for member_id in named if member_id is not None} - world.members.keys() - world.partners.keys()
    )
    if strangers:
        world.partners |= await read_members(connection, strangers)
        world.know(world.kin | await read_kin(connection, strangers))
