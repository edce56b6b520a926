"""lanesSet: for operators."""

import strawberry

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.permissions import ForOperators
from siyu.campaigns.lanes import set_lanes


@strawberry.input
class LanesSetInput:
    """The lanes in their order; a lane left out must be that of no campaign, those archived aside."""

    lanes: list[str]


@strawberry.type
class LanesSetPayload:
    """The lanes as they are now; null where nothing was changed."""

    lanes: list[str] | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class LaneMutations:
    """What is changed about lanes."""

    @field_for(ForOperators, "Set the shop's lanes and their order.")
    async def lanes_set(self, info: Info, input: LanesSetInput) -> LanesSetPayload:
        try:
            return LanesSetPayload(lanes=await set_lanes(info.context.pool, input.lanes))
        except MENDABLE as error:
            return LanesSetPayload(user_errors=user_errors(error))
