"""The mutations of plugins: each action of a campaign type becomes one, with its own input and payload."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import strawberry
from pydantic_core import to_jsonable_python
from strawberry.tools import create_type
from strawberry.types.field import StrawberryField

from schema.action_inputs import action_input
from schema.context import Info
from schema.errors import MENDABLE, UserError, unauthenticated, user_errors
from schema.fields import field, field_for
from schema.ids import CAMPAIGN, decode_uuid
from schema.kinds import participation_object
from schema.naming import action_prefix, mutation_name, type_prefix
from schema.permissions import ForMembers
from schema.types.decision import Decision, refusal_errors
from schema.types.effect_interface import Effect
from schema.types.effects import effect_object
from schema.types.participation import Participation
from siyu.campaigns import AnyCampaignType
from siyu.engine import CAMPAIGN_NOT_FOUND, CORE_REFUSALS
from siyu.engine import Decision as EngineDecision
from siyu.engine.intake import action_fact
from siyu.errors import NotFound
from siyu.sdk import Action


@dataclass(frozen=True, slots=True)
class Acted:
    """A decision about an action of a member in a campaign; None where nothing was left a moment ago."""

    campaign_id: UUID
    member_id: UUID
    decision: EngineDecision | None


@strawberry.type
class ActionPayload:
    """What every action answers; the payload type of each adds its own `participation`."""

    effects: list[Effect] = strawberry.field(default_factory=list)
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    acted: strawberry.Private[Acted | None] = None

    @field(
        "The decision with its reasons; null where the input was not understood, and where nothing was left a moment"
        " ago: then nothing was decided, and the same key may be tried again."
    )
    async def decision(self, info: Info) -> Decision | None:
        if self.acted is None or self.acted.decision is None:
            return None
        row = await info.context.loaders.decision.load(self.acted.decision.id)
        return Decision(row=row) if row else None


@dataclass(frozen=True, slots=True)
class ActionMutation:
    """What one mutation is about."""

    kind: AnyCampaignType
    action: Action
    payload: type[ActionPayload]


def action_mutations(kind: AnyCampaignType, participation: type[Participation]) -> type | None:
    """A type whose fields are the mutations of a campaign type; None for a type without actions."""
    fields = [_mutation(kind, action, participation) for action in kind.actions]
    return create_type(f"{type_prefix(kind.key)}Mutations", fields) if fields else None


def _mutation(kind: AnyCampaignType, action: Action, participation: type[Participation]) -> StrawberryField:
    prefix = action_prefix(kind.key, action.name)
    mutation = ActionMutation(kind, action, _payload_type(prefix, participation))

    async def resolve(info: Info, input: Any) -> ActionPayload:
        return await _act(info, mutation, input)

    # strawberry reads the field's name and types from its function.
    resolve.__name__ = mutation_name(kind.key, action.name)
    resolve.__annotations__ = {"info": Info, "input": action_input(prefix, action), "return": mutation.payload}
    about = f"{kind.title.en}: {action.title.en}. Safe to repeat with the same key."
    return field_for(ForMembers, about)(resolve)


def _payload_type(prefix: str, participation: type[Participation]) -> type[ActionPayload]:
    async def resolve(self: ActionPayload, info: Info) -> Participation | None:
        return await _participation(self, info)

    resolve.__name__ = "participation"
    resolve.__annotations__ = {"info": Info, "return": participation | None}
    now = field("The caller's participation as it is now.")(resolve)
    return strawberry.type(type(f"{prefix}Payload", (ActionPayload,), {"participation": now}))


async def _participation(payload: ActionPayload, info: Info) -> Participation | None:
    acted, loaders = payload.acted, info.context.loaders
    if acted is None:
        return None
    campaign = await loaders.campaign.load(acted.campaign_id)
    row = await loaders.participation_of.load((acted.campaign_id, acted.member_id))
    return participation_object(info, row, campaign) if row and campaign else None


async def _act(info: Info, mutation: ActionMutation, given: Any) -> ActionPayload:
    """Submit the action and tell what came of it."""
    context, kind = info.context, mutation.kind
    context.loaders.forget()
    member_id, campaign_id = context.principal.member_id, decode_uuid(CAMPAIGN, given.campaign)
    assert member_id is not None, "the permission lets members alone pass"  # noqa: S101 - an invariant
    if campaign_id is None:
        message = CORE_REFUSALS[CAMPAIGN_NOT_FOUND].in_language(context.language)
        return mutation.payload(user_errors=[UserError.at(CAMPAIGN_NOT_FOUND, message, "campaign")])
    key, data = given.idempotency_key, _data(mutation.action, given)
    try:
        fact = action_fact(kind, mutation.action, campaign_id, member_id, data, key, context.now)
        hinted = await context.engine.hinted(fact)
        outcome = await context.engine.submit(fact) if hinted is None else None
    except NotFound:
        raise unauthenticated() from None
    except MENDABLE as error:
        return mutation.payload(user_errors=user_errors(error))
    decision = outcome.decision_of(campaign_id) if outcome is not None else None
    assert (decision is None) == (hinted is not None), "an action is decided, or refused"  # noqa: S101 - an invariant
    refusal = decision.refusal if decision is not None else hinted
    path = ("campaign",) if refusal is not None and refusal.code == CAMPAIGN_NOT_FOUND else ()
    return mutation.payload(
        acted=Acted(campaign_id, member_id, decision),
        effects=[effect_object(logged) for logged in decision.effects] if decision is not None else [],
        user_errors=refusal_errors(refusal, kind, context.language, *path),
    )


def _data(action: Action, given: Any) -> Mapping[str, Any]:
    """What was sent for the fields of the action's own input, as JSON."""
    sent = {name: getattr(given, name) for name in action.input.model_fields}
    data: dict[str, Any] = to_jsonable_python({n: v for n, v in sent.items() if v is not strawberry.UNSET})
    return data
