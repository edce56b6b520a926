"""What a mutation asks of a desk, and what came of it."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

import strawberry
from pydantic import BaseModel

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field
from schema.principals import Principal
from schema.types.decision import Decision, refusal_object
from siyu.engine.desk_intake import AtDesk, submit_at_desk
from siyu.engine.intake import idempotency_key
from siyu.errors import NotFound


class DeskAnswer(NamedTuple):
    """The decision, if the fact was taken in; the id of the hold, adjustment or payout that it is about, if any."""

    decision_id: UUID | None
    record_id: UUID | None
    user_errors: list[UserError]


@strawberry.type
class DeskPayload:
    """What was decided; not a type of the schema itself."""

    decision_id: strawberry.Private[UUID | None] = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)

    @field("What was done, or why it was refused; null where the input itself was not accepted.")
    async def decision(self, info: Info) -> Decision | None:
        row = await info.context.loaders.decision.load(self.decision_id) if self.decision_id else None
        return Decision(row=row) if row else None


def desk_key(principal: Principal, key: str) -> str:
    """The idempotency key in the caller's own namespace. Raises InvalidInput."""
    owner = f"member/{principal.member_id}" if principal.member_id else f"{principal.role.value}/{principal.subject}"
    return idempotency_key(owner, key)


async def ask_desk(
    info: Info, fact_type: str, member_id: UUID | None, model: type[BaseModel], data: Mapping[str, object], key: str
) -> DeskAnswer:
    """Have a desk decide; what the caller can mend comes back as userErrors. `member_id` is None where what the caller
    named is not there."""
    context = info.context
    context.loaders.forget()
    try:
        if member_id is None:
            raise NotFound("there is nothing of this id")
        said = {name: value for name, value in data.items() if value is not None}
        asked = AtDesk(fact_type, member_id, model, said, desk_key(context.principal, key))
        decision = await submit_at_desk(context.engine, asked)
    except MENDABLE as error:
        return DeskAnswer(None, None, user_errors(error, context.language))
    errors = []
    if decision.refusal is not None:
        refusal = refusal_object(decision.refusal, None, context.language)
        errors = [UserError.at(refusal.code, refusal.message)]
    records = [UUID(logged["id"]) for logged in decision.effects if logged["kind"] == "wallet"]
    return DeskAnswer(decision.id, records[0] if len(records) == 1 else None, errors)
