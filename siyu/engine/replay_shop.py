"""The shop of a replay: as it was when each fact was decided, but for what the replay itself does differently."""

from collections import deque
from collections.abc import Sequence
from uuid import UUID

from siyu.campaigns import LiveCampaign
from siyu.campaigns.routes import needs_features, needs_row
from siyu.campaigns.stock_history import PastStockChange, stock_changes
from siyu.db import Connection
from siyu.engine.elsewhere import Elsewhere, Standing
from siyu.engine.facts import NewFact
from siyu.engine.history import FIRST, PastFact
from siyu.engine.inviting import partner_named
from siyu.engine.partner_loading import load_partners
from siyu.engine.rehearsal import Rehearsal
from siyu.features.queries import feature_rows
from siyu.members import invited_elsewhere, load_features, read_members
from siyu.sdk import Invite


class ReplayShop:
    """Brings the world of a replay what does not come of its campaign: members, features, value, stock and
    invitations.

    `stored` and `drafted` judge one and the same world. `orders_are_played`: who has ordered follows from the facts.
    """

    def __init__(
        self, connection: Connection, stored: Rehearsal, drafted: Rehearsal, *, orders_are_played: bool
    ) -> None:
        self._connection = connection
        self.stored, self.drafted = stored, drafted
        self._orders_are_played = orders_are_played
        [before], [after] = stored.world.campaigns, drafted.world.campaigns
        self._needs_features = needs_features(before) or needs_features(after)
        self._needs_rows = needs_row(before) or needs_row(after)
        self._campaign: LiveCampaign = before
        self._elsewhere = Elsewhere(connection, before.issuers.values())
        self._invites = Invite in before.type.effects
        # By member: the invitation that another campaign kept, whose id says when.
        self._invited: dict[UUID, UUID] = {}
        self._stock: deque[PastStockChange] = deque()
        self._read_until = FIRST

    async def read(self, page: Sequence[PastFact]) -> list[Standing]:
        """Read what the facts of the next page find; what each one's member has, for `receive`."""
        await self._meet({past.member.id for past in page})
        await self._find_partners([past.fact.new for past in page])
        until = page[-1].position
        self._stock += await stock_changes(self._connection, self._campaign.id, self._read_until, until)
        self._read_until = until
        return await self._elsewhere.standings(page)

    def adjust_stock(self, position: UUID) -> None:
        """Change stock as operators had done by then."""
        while self._stock and self._stock[0].id < position:
            change = self._stock.popleft()
            self.stored.world.counters.row(change.key).extra += change.difference

    def receive(self, past: PastFact, standing: Standing) -> None:
        """Have the member of the next fact, with what they had from other campaigns."""
        world = self.stored.world
        world.members[past.member.id] = past.member
        self._bind(past.member.id, past.position)
        self._elsewhere.bring(world.book, past.member.id, standing)

    async def find(self, new: NewFact, position: UUID) -> bool:
        """Have the member of a fact that the past does not know, as they were then; False if there is nobody."""
        world, member_id = self.stored.world, new.member_id
        if member_id not in world.members:
            world.members |= await read_members(self._connection, {member_id})
            await self._meet({member_id})
        if member_id not in world.members:
            return False
        await self._find_partners([new])
        self._bind(member_id, position)
        await self._elsewhere.bring_until(world.book, member_id, position)
        return True

    async def _find_partners(self, facts: Sequence[NewFact]) -> None:
        named = {partner_named(self._campaign.type, new.data) for new in facts}
        await load_partners(self._connection, self.stored.world, named)

    def _bind(self, member_id: UUID, position: UUID) -> None:
        """Have a member invited whom another campaign had bound by then."""
        invitation_id = self._invited.get(member_id)
        if invitation_id is not None and invitation_id < position:
            self.stored.world.invitations.put(member_id)

    async def _meet(self, member_ids: set[UUID]) -> None:
        """Know what the shop knows of members today, and who invited them when, where the campaign needs it."""
        if self._invites:
            self._invited |= await invited_elsewhere(self._connection, self._campaign.id, member_ids)
        if not self._needs_features:
            return
        world, features = self.stored.world, self.stored.world.features
        if self._needs_rows:
            world.rows |= await feature_rows(self._connection, member_ids - world.rows.keys())
        for member_id, today in (await load_features(self._connection, member_ids - features.keys())).items():
            features[member_id] = today._replace(has_ordered=today.has_ordered and not self._orders_are_played)
