"""Effects of the desk of rewards."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import strawberry

from schema.ids import REDEMPTION, encode_id
from schema.types.effect import Effect
from siyu.rewards.redemption import RedemptionState


@strawberry.type(description="A redemption was made, or came into another state.")
class RedemptionEffect(Effect):
    """A redemption's step."""

    redemption: strawberry.ID
    state: RedemptionState
    problem: str | None = strawberry.field(description="Why it could not be given yet: a code. It is tried again.")

    @classmethod
    def from_log(cls, logged: Mapping[str, Any]) -> Self:
        """As Effect."""
        redemption = encode_id(REDEMPTION, UUID(logged["redemption"]))
        state, problem = RedemptionState(logged["state"]), logged.get("problem")
        return cls(kind=logged["kind"], redemption=redemption, state=state, problem=problem)


@strawberry.type(description="The member may wear something.")
class PrivilegeEffect(Effect):
    """A privilege."""

    privilege: str
    name: str
    until: datetime | None

    @classmethod
    def from_log(cls, logged: Mapping[str, Any]) -> Self:
        """As Effect."""
        until = datetime.fromisoformat(logged["until"]) if logged["until"] else None
        return cls(kind=logged["kind"], privilege=logged["privilege"], name=logged["name"], until=until)


REWARD_EFFECTS: Mapping[str, type[Effect]] = {"redemption": RedemptionEffect, "privilege": PrivilegeEffect}
