"""factSubmit: what services and operators report."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field, field_for
from schema.ids import MEMBER, decode_uuid
from schema.inputs import IdentityInput
from schema.keys import own_key
from schema.kinds import schema_of
from schema.permissions import ForStaff
from schema.types.decision import Decision, refusal_errors
from schema.types.ledger import Fact, fact_object
from siyu.access import Scope
from siyu.engine import NewFact, Outcome
from siyu.engine.intake import ServiceFact, service_fact
from siyu.errors import InvalidInput, NotFound, Problem
from siyu.members.service import member_known_by


@strawberry.input
class FactSubmitInput:
    """Something that happened to a member, who is named by `member` or by `identity`."""

    type: str = strawberry.field(
        description="order.paid, order.refunded, order.cancelled, refund.failed, group.joined, group.left, "
        "message.posted, message.liked, poll.answered, link.clicked, or a type that a plugin listens to."
    )
    member: strawberry.ID | None = strawberry.UNSET
    identity: IdentityInput | None = strawberry.field(
        default=strawberry.UNSET, description="An identity that nobody has yet makes a new member."
    )
    occurred_at: datetime
    data: JSON = strawberry.field(
        description="For order facts: {order, amount_fen, reservation, team}, the last two if there are any; for "
        "refund.failed {order, problem} and the same two. For message.posted {group, kind, length}; what was said is "
        "never taken."
    )
    idempotency_key: str


@strawberry.type
class FactSubmitPayload:
    """What came of the fact; with a repeated key, what came of it the first time."""

    fact: Fact | None = None
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    decision_ids: strawberry.Private[Sequence[UUID]] = ()

    @field("One for each campaign that the fact concerned.")
    async def decisions(self, info: Info) -> list[Decision]:
        rows = await info.context.loaders.decision.load_many(list(self.decision_ids))
        return [Decision(row=row) for row in rows if row is not None]


@strawberry.type
class FactMutations:
    """Facts from outside."""

    @field_for(ForStaff, "Report a fact. Safe to repeat with the same key.", Scope.FACTS)
    async def fact_submit(self, info: Info, input: FactSubmitInput) -> FactSubmitPayload:
        context = info.context
        context.loaders.forget()
        try:
            fact = checked_fact(info, input)
            new = fact.about(await _member_id(info, input, fact))
            outcome = await context.engine.submit(new)
        except MENDABLE as error:
            return FactSubmitPayload(user_errors=user_errors(error))
        return outcome_payload(new, outcome, context.language)


def checked_fact(info: Info, given: FactSubmitInput) -> ServiceFact:
    """What can be said of the input without its member. Raises InvalidInput."""
    registry = schema_of(info).registry
    if bool(given.member) == bool(given.identity):
        raise InvalidInput([Problem(("member",), "give either member or identity")])
    key = own_key(info.context.principal, given.idempotency_key)
    return service_fact(registry, given.type, given.occurred_at, given.data, key, info.context.now)


async def _member_id(info: Info, given: FactSubmitInput, fact: ServiceFact) -> UUID:
    """The member the fact is about. Raises NotFound and InvalidInput."""
    if given.identity:
        identity, context = given.identity, info.context
        return await member_known_by(context.pool, identity.kind, identity.value, fact.at, context.vault)
    member_id = decode_uuid(MEMBER, given.member) if given.member else None
    if member_id is None:
        raise NotFound("there is no such member")
    return member_id


def outcome_payload(fact: NewFact, outcome: Outcome, language: str) -> FactSubmitPayload:
    """The core's refusal of the fact itself is the caller's to mend; those of campaigns are decisions like others."""
    refused = [decision.refusal for decision in outcome.decisions if decision.campaign_id is None]
    return FactSubmitPayload(
        fact=fact_object(outcome.fact_id, fact.type, fact.at),
        user_errors=[error for refusal in refused for error in refusal_errors(refusal, None, language)],
        decision_ids=[decision.id for decision in outcome.decisions],
    )
