"""factsSubmit: many facts of services and operators at once, each with its own outcome."""

from asyncio import gather
from collections.abc import Sequence

import strawberry

from schema.context import Info
from schema.errors import MENDABLE, UserError, user_errors
from schema.fields import field_for
from schema.ids import MEMBER, decode_or_nobody
from schema.mutations.facts import FactSubmitInput, FactSubmitPayload, checked_fact, outcome_payload
from schema.permissions import ForStaff
from siyu.access import Scope
from siyu.engine import NewFact
from siyu.engine.intake import ServiceFact
from siyu.errors import DomainError, InvalidInput, Problem
from siyu.members.joining import Joiner
from siyu.members.service import check_identity, members_known_by

FACTS_MAX = 100


@strawberry.input(description=f"1 to {FACTS_MAX} facts. Those of one member are decided in their order.")
class FactsSubmitInput:
    """A batch of facts."""

    facts: list[FactSubmitInput]


@strawberry.type
class FactsSubmitPayload:
    """What came of each fact, in their order; the `userErrors` of the payload are about the batch as a whole."""

    results: list[FactSubmitPayload] = strawberry.field(default_factory=list)
    user_errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class FactBatchMutations:
    """Facts from outside, many at a time."""

    @field_for(
        ForStaff,
        "Report many facts at once, such as an archive of chats: each is taken or refused by itself, as `factSubmit` "
        "does. Safe to repeat with the same keys; do so with the whole batch after an error without data.",
        Scope.FACTS,
    )
    async def facts_submit(self, info: Info, input: FactsSubmitInput) -> FactsSubmitPayload:
        info.context.loaders.forget()
        if not 1 <= len(input.facts) <= FACTS_MAX:
            problem = Problem(("facts",), f"must be 1 to {FACTS_MAX} facts, not {len(input.facts)}")
            return FactsSubmitPayload(user_errors=user_errors(InvalidInput([problem])))
        prepared = await _prepare(info, input.facts)
        # All at once: they share the transactions that write them. A caller who is told BUSY repeats the whole batch.
        outcomes = iter(await gather(*(_submit(info, new) for new in prepared if isinstance(new, NewFact))))
        return FactsSubmitPayload(
            results=[
                _refused(new, place) if isinstance(new, DomainError) else _placed(next(outcomes), place)
                for place, new in enumerate(prepared)
            ]
        )


async def _prepare(info: Info, given: Sequence[FactSubmitInput]) -> list[NewFact | DomainError]:
    """The facts with their members, found and made with as many statements for many as for one; or what is wrong."""
    checked: list[ServiceFact | DomainError] = []
    named: dict[int, Joiner] = {}
    for place, each in enumerate(given):
        try:
            fact = checked_fact(info, each)
            if each.identity:
                named[place] = Joiner(*check_identity(each.identity.kind, each.identity.value), fact.at)
        except MENDABLE as error:
            checked.append(error)
        else:
            checked.append(fact)
    members = await members_known_by(info.context.pool, list(named.values()), info.context.vault) if named else {}
    return [
        fact
        if isinstance(fact, DomainError)
        else fact.about(members[named[place].key] if place in named else decode_or_nobody(MEMBER, each.member or ""))
        for place, (fact, each) in enumerate(zip(checked, given, strict=True))
    ]


async def _submit(info: Info, new: NewFact) -> FactSubmitPayload:
    try:
        outcome = await info.context.engine.submit(new)
    except MENDABLE as error:
        return FactSubmitPayload(user_errors=user_errors(error))
    return outcome_payload(new, outcome, info.context.language)


def _refused(error: DomainError, place: int) -> FactSubmitPayload:
    return _placed(FactSubmitPayload(user_errors=user_errors(error)), place)


def _placed(payload: FactSubmitPayload, place: int) -> FactSubmitPayload:
    """The payload with the place of its fact in the paths of its errors."""
    for error in payload.user_errors:
        if error.field is not None:
            error.field = ["input", "facts", str(place), *error.field[1:]]
    return payload
