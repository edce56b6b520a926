"""Reads of the catalogue and of redemptions. Every field names who may use it."""

import strawberry

from schema.connections import Connection, connect, encode_cursor, forward, uuid_cursor
from schema.context import Info
from schema.fields import field_for
from schema.ids import REDEMPTION, REWARD, decode_or_nobody, decode_uuid
from schema.permissions import ForConcerned, ForEveryone, ForStaff, ForTills
from schema.types.catalogue import Reward, RewardLibrary, is_staff
from schema.types.redemption import Redemption
from siyu.access import Scope
from siyu.rewards.catalogue import RewardKind, RewardState
from siyu.rewards.catalogue_queries import RewardsWanted, all_libraries, reward_page
from siyu.rewards.redemption import RedemptionState
from siyu.rewards.redemption_queries import RedemptionsWanted, redemption_by_code, redemption_page


@strawberry.input(description="What is left out selects all.")
class RewardFilter:
    """Which rewards."""

    state: list[RewardState] | None = strawberry.UNSET
    kind: list[RewardKind] | None = strawberry.UNSET
    library: str | None = strawberry.field(default=strawberry.UNSET, description="The key of a library.")


@strawberry.type
class RewardQueries:
    """Rewards and redemptions."""

    @field_for(ForEveryone, "The catalogue, newest first. But for operators and services, what is on sale alone.")
    async def rewards(
        self,
        info: Info,
        filter: RewardFilter | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
    ) -> Connection[Reward]:
        slice_, asked = forward(first, after), filter or RewardFilter()
        states = asked.state or list(RewardState)
        shown = states if is_staff(info) else [state for state in states if state is RewardState.ON_SALE]
        wanted = RewardsWanted(
            slice_.limit, shown, asked.kind or None, asked.library or None, uuid_cursor(slice_.after)
        )
        page = await reward_page(info.context.pool, wanted)
        return connect(page, slice_, lambda row: Reward(row=row), lambda row: encode_cursor(row.id))

    @field_for(ForEveryone, "A reward; but for operators and services, no draft.")
    async def reward(self, info: Info, id: strawberry.ID) -> Reward | None:
        reward_id = decode_uuid(REWARD, id)
        row = await info.context.loaders.reward.load(reward_id) if reward_id else None
        if row is None or (row.state is RewardState.DRAFT and not is_staff(info)):
            return None
        return Reward(row=row)

    @field_for(ForEveryone, "The libraries of rewards in steps.")
    async def reward_libraries(self, info: Info) -> list[RewardLibrary]:
        return [RewardLibrary(row=row) for row in await all_libraries(info.context.pool)]

    @field_for(ForConcerned, "A redemption; members find their own.", Scope.REWARDS)
    async def redemption(self, info: Info, id: strawberry.ID) -> Redemption | None:
        redemption_id = decode_uuid(REDEMPTION, id)
        row = await info.context.loaders.redemption.load(redemption_id) if redemption_id else None
        if row is None or not info.context.principal.may_change(row.member_id):
            return None
        return Redemption(row=row)

    @field_for(
        ForTills,
        "The redemption that a member shows the code of, however it was typed; null for no such code.",
        Scope.REWARDS,
    )
    async def redemption_by_code(self, info: Info, code: str) -> Redemption | None:
        row = await redemption_by_code(info.context.pool, code)
        return Redemption(row=row) if row else None

    @field_for(ForStaff, "The shop's redemptions in one state, of a reward or of all, the oldest first.", Scope.REWARDS)
    async def redemptions(
        self,
        info: Info,
        state: RedemptionState = RedemptionState.CONFIRMED,
        reward: strawberry.ID | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
    ) -> Connection[Redemption]:
        slice_ = forward(first, after)
        reward_id = decode_or_nobody(REWARD, reward) if reward else None
        wanted = RedemptionsWanted(state, slice_.limit, reward_id, uuid_cursor(slice_.after))
        page = await redemption_page(info.context.pool, wanted)
        return connect(page, slice_, lambda row: Redemption(row=row), lambda row: encode_cursor(row.id))
