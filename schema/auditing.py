"""Writes down what staff changes: the intent before it runs, and afterwards what became of it."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema

from schema.audited_fields import AUDITED_READS, AuditedField, fields_to_audit, is_clean
from schema.context import Context
from schema.errors import noting_user_errors
from schema.execution import shaped
from schema.ids import decode_id
from schema.principals import Role
from siyu.audit import Ended, Intent, keep_intents, keep_outcomes

logger = logging.getLogger(__name__)

# What members and services do are facts, which are kept anyway: nothing of this is in their way.
AUDITED_ROLES = frozenset({Role.OPERATOR, Role.ADMIN, Role.ANALYST, Role.CLERK})
NOT_RUN = "NOT_RUN"

Answer = dict[str, Any]


def may_change(text: str) -> bool:
    """Whether the log has to look at a document: most of staff's only read."""
    return "mutation" in text or any(read in text for read in AUDITED_READS)


async def audited(
    schema: GraphQLSchema,
    document: DocumentNode,
    name: str | None,
    variables: Mapping[str, Any] | None,
    context: Context,
    run: Callable[[], Awaitable[Answer]],
) -> Answer:
    """The answer of an operation of staff. It runs only once what it changes is in the log.

    An intent whose outcome could not be kept, or whose process died, stays without: nobody knows what became of it.
    """
    fields = fields_to_audit(schema, document, name, variables)
    if not fields:
        return await run()
    try:
        numbers = await keep_intents(context.pool, [_intent(each, context) for each in fields], context.now)
    except Exception as error:  # whatever keeps the log from being written keeps the change from being made
        told = GraphQLError("the change is not in the audit log", original_error=error)
        return {"errors": [shaped(told, context.request_id).formatted]}
    with noting_user_errors() as codes:
        answer = await run()
    outcomes = outcomes_of(fields, numbers, answer, codes)
    try:
        await keep_outcomes(context.pool, outcomes, context.engine.clock())
    except Exception:  # the change is made: the caller is told so, and the log that it does not know
        logger.exception("request %s: what became of %s is not in the audit log", context.request_id, numbers)
    return answer


def _intent(field: AuditedField, context: Context) -> Intent:
    whose = context.principal
    return Intent(
        role=whose.role.value,
        name=whose.subject,
        session=whose.session_id,
        field=field.name,
        arguments=field.as_json(),
        objects=field.objects,
        reason=field.reason,
        request=context.request_id,
    )


def outcomes_of(
    fields: Sequence[AuditedField], numbers: Sequence[int], answer: Answer, codes: Sequence[str]
) -> list[Ended]:
    """What became of each field, as far as it can be told; `codes` are of all userErrors that there were."""
    errors = answer.get("errors") or ()
    failed = {path[0]: _code(error) for error in errors if (path := error.get("path"))}
    if errors and not failed:
        return [Ended(number, "failed", [_code(error) for error in errors]) for number in numbers]
    data, ended, is_over = answer.get("data"), [], False
    for field, number in zip(fields, numbers, strict=True):
        if field.key in failed:
            ended.append(Ended(number, "failed", [failed[field.key]]))
            # GraphQL runs nothing after an error that leaves no data.
            is_over = data is None
        elif is_over:
            ended.append(Ended(number, "failed", [NOT_RUN]))
        else:
            ended.extend(_of_payload(field, number, (data or {}).get(field.key), codes, alone=len(fields) == 1))
    return ended


def _of_payload(field: AuditedField, number: int, payload: Any, codes: Sequence[str], *, alone: bool) -> list[Ended]:
    """None where several fields ran, some were refused, and the answer does not say which."""
    own: Sequence[str] = codes
    if not alone and codes:
        if not field.shows_user_errors or not isinstance(payload, dict):
            return []
        told = payload["userErrors"]
        own = [str(each.get("code", "REFUSED")) for each in told]
    return [Ended(number, "refused" if own else "ok", own, made_in(payload))]


def made_in(payload: Any) -> list[str]:
    """The objects of a payload, where the document asks for their ids."""
    if not isinstance(payload, dict):
        return []
    ids = [each.get("id") for each in payload.values() if isinstance(each, dict)]
    decoded = [decode_id(each) for each in ids if isinstance(each, str)]
    return [":".join(each) for each in decoded if each and is_clean(each)]


def _code(error: Mapping[str, Any]) -> str:
    return str(error.get("extensions", {}).get("code", "INTERNAL"))
