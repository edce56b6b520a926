"""From a GraphQL request to its answer: which document, whether it may run, what it costs, and then the schema."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graphql import DocumentNode, GraphQLError

from api.executor import Plans
from api.guard import Asked, DocumentGuard, Known, hash_of
from api.observing import RequestTrail
from api.rates import Budget, Rates
from api.refusals import BadRequest, Refusal
from api.requests import GraphQLRequest
from api.settings import Settings
from schema import (
    AUDITED_ROLES,
    ApiError,
    Context,
    ErrorCode,
    Principal,
    Role,
    SiyuSchema,
    answer_of,
    audited,
    execute,
    may_change,
    shaped,
)
from siyu.access import Scope

SUBSCRIPTION = "subscription"
# What a document costs that was never seen: looking at the dearest takes 20 ms for each thousand characters.
LOOK_POINTS = 5
LOOKED_AT_FOR_A_POINT = 100
SUGGESTION = re.compile(r" Did you mean [^?]*\?")

Answer = dict[str, Any]


class Judged(NamedTuple):
    """An operation, by its document, and what it costs; it may not run where there are `errors`.

    `hash` is that of its text, `root` the first field of its root, `name` what the log and the metrics call it. None
    and 0 are those of a document without an operation that could be meant.
    """

    text: str
    document: DocumentNode | None
    hash: str
    errors: Sequence[GraphQLError]
    kind: str = ""
    root: str = ""
    name: str | None = None
    cost: int = 0


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers requests by one schema; `trusted` are documents by their hashes."""

    settings: Settings
    schema: SiyuSchema
    plans: Plans
    guard: DocumentGuard
    rates: Rates
    trusted: Mapping[str, str]
    _trusted_texts: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_trusted_texts", frozenset(self.trusted.values()))

    async def answer(self, asked: GraphQLRequest, context: Context, address: str, trail: RequestTrail) -> Answer:
        """The answer as JSON-ready data, without `data` where nothing was run.

        `address` is where a stranger calls from; which operation it is and what it costs is noted on the trail. Raises
        Refusal where the caller may not send the document, or has asked for too much lately.
        """
        judged = await self.judge(asked, context.principal, address)
        trail.document, trail.operation, trail.kind, trail.cost = judged.hash, judged.name, judged.kind, judged.cost
        if judged.errors:
            return {"errors": self.told(judged.errors, context.principal, context.request_id)}
        await self.take(context.principal, address, judged.cost)
        return await self.run(judged, asked, context)

    async def judge(
        self, asked: GraphQLRequest, principal: Principal, address: str, *, subscribes: bool = False
    ) -> Judged:
        """What is asked, and why it may not run, if so. Who may run it has its cost still to pay.

        Raises Refusal, as `answer` does.
        """
        text = self._text(asked, principal)
        known = self.guard.known(text)
        if known is None:
            looked_at = min(len(text), self.guard.limits.characters)
            await self.take(principal, address, LOOK_POINTS + looked_at // LOOKED_AT_FOR_A_POINT)
            known = self.guard.look(text)
        operation, errors = self._may_run(known, asked, principal)
        if operation is not None and (operation.kind == SUBSCRIPTION) is not subscribes:
            operation, errors = None, [not_here(subscribes=subscribes)]
        if operation is None:
            return Judged(text, None, known.hash, tuple(errors))
        cost, most = operation.cost(asked.variables), self.guard.limits.cost
        dear = (too_dear(cost, most),) if cost > most else ()
        name = self._name(operation, text)
        return Judged(text, known.document, known.hash, dear, operation.kind, operation.root, name, cost)

    async def run(self, judged: Judged, asked: GraphQLRequest, context: Context) -> Answer:
        """The answer of an operation that may run and was paid; what staff changes is in the audit log before."""
        if context.principal.role in AUDITED_ROLES and may_change(judged.text):
            answer = await audited(
                self.schema._schema,
                _document_of(judged),
                asked.operation_name,
                asked.variables,
                context,
                lambda: self._run(judged, asked, context),
            )
        else:
            answer = await self._run(judged, asked, context)
        if "errors" in answer and self._is_hidden_from(context.principal):
            answer["errors"] = [without_suggestion(error) for error in answer["errors"]]
        answer["extensions"] = {"cost": {"requested": judged.cost, "limit": self.guard.limits.cost}}
        return answer

    async def _run(self, judged: Judged, asked: GraphQLRequest, context: Context) -> Answer:
        """By a plan if there is one; it needs nothing of what strawberry sets up for an operation."""
        text, name, variables = judged.text, asked.operation_name, asked.variables
        result = await self.plans.run(text, _document_of(judged), name, variables, None, context)
        if result is None:
            return await execute(self.schema, text, variables, name, context)
        return answer_of(result.data, result.errors, context)

    def _text(self, asked: GraphQLRequest, principal: Principal) -> str:
        """The document to run. Raises Refusal for one that nobody knows, or that has to be trusted and is not."""
        if asked.document_hash is not None:
            if asked.document_hash in self.trusted:
                return self.trusted[asked.document_hash]
            if asked.query is None:
                raise BadRequest(400, ErrorCode.DOCUMENT_UNKNOWN, "no trusted document has this hash")
            if hash_of(asked.query) != asked.document_hash:
                raise BadRequest(400, ErrorCode.INVALID_REQUEST, "the hash is not that of `query`")
        text = asked.query
        assert text is not None  # noqa: S101 - a request has a text or a hash
        if self.settings.documents == "trusted" and text not in self._trusted_texts and not self._is_free(principal):
            raise BadRequest(403, ErrorCode.DOCUMENT_NOT_TRUSTED, "only trusted documents are run here")
        return text

    def _name(self, operation: Asked, text: str) -> str:
        """What the log and the metrics call it: a stranger's words are in neither."""
        return operation.name or operation.root if text in self._trusted_texts else operation.root

    def _is_free(self, principal: Principal) -> bool:
        """Whether the caller need not send trusted documents: an API key by its scope, whoever has a token by name."""
        if principal.scopes is not None:
            return Scope.FREE_DOCUMENTS in principal.scopes
        is_named = principal.role not in {Role.ANONYMOUS, Role.MEMBER}
        return is_named and principal.subject in self.settings.free_document_names

    def _may_run(
        self, known: Known, asked: GraphQLRequest, principal: Principal
    ) -> tuple[Asked | None, Iterable[GraphQLError]]:
        """The operation that is meant, or why none is run."""
        if known.errors:
            return None, known.errors
        operation = known.operations.get(asked.operation_name)
        if operation is None:
            return None, [no_operation(known, asked.operation_name)]
        if operation.introspects and self._is_hidden_from(principal):
            message = "the document is refused: sign in to introspect, or read GET /schema.graphql"
            return None, [ApiError(ErrorCode.DOCUMENT_REFUSED, message, limit="introspection")]
        return operation, ()

    def told(self, errors: Iterable[GraphQLError], principal: Principal, request_id: str) -> list[Any]:
        """The errors of what may not run, as the caller is told them."""
        told = [dict(shaped(error, request_id).formatted) for error in errors]
        return [without_suggestion(error) for error in told] if self._is_hidden_from(principal) else told

    def _is_hidden_from(self, principal: Principal) -> bool:
        """Whether the schema tells nothing of itself: in production to strangers."""
        return self.settings.environment == "production" and principal.role is Role.ANONYMOUS

    async def take(self, principal: Principal, address: str, points: int) -> None:
        """Take points from the caller's bucket. Raises Refusal where there are too few."""
        is_staff = principal.role not in {Role.ANONYMOUS, Role.MEMBER}
        factor = self.settings.rate_staff_factor if is_staff else 1
        budget = Budget(self.settings.rate_points * factor, self.settings.rate_points_per_s * factor)
        wait_s = await self.rates.take(caller_of(principal, address), budget, points)
        if wait_s > 0:
            wait_ms = int(wait_s * 1000) + 1
            message = f"too many requests: in {wait_ms} ms there are points for this one again"
            raise Refusal(429, ErrorCode.RATE_LIMITED, message, retry_after_ms=wait_ms)


def _document_of(judged: Judged) -> DocumentNode:
    assert judged.document is not None  # noqa: S101 - a document without errors
    return judged.document


def caller_of(principal: Principal, address: str) -> str:
    """Whose bucket it is: a stranger is known by the address alone."""
    if principal.role is Role.ANONYMOUS:
        return f"address:{address}"
    return f"{principal.role.value}:{principal.member_id or principal.subject}"


def not_here(*, subscribes: bool) -> ApiError:
    """The operation is for the other way to ask."""
    message = "only subscriptions come over WebSocket" if subscribes else "a subscription comes over WebSocket"
    return ApiError(ErrorCode.INVALID_REQUEST, message)


def no_operation(known: Known, name: str | None) -> ApiError:
    """The request does not say which operation it means, or there is none."""
    if name is None and known.operations:
        return ApiError(ErrorCode.INVALID_REQUEST, "the document has several operations: name one")
    named = f" named {name}" if name else ""
    return ApiError(ErrorCode.INVALID_REQUEST, f"the document has no query or mutation{named}")


def too_dear(cost: int, most: int) -> ApiError:
    """The operation asks for more than one request may: of smaller pages it would cost less."""
    message = f"the document is refused: it costs {cost} points, and may cost {most}"
    return ApiError(ErrorCode.DOCUMENT_REFUSED, message, limit="cost")


def without_suggestion(error: Any) -> Any:
    """The error without names of the schema that the caller did not know."""
    return {**error, "message": SUGGESTION.sub("", error["message"])}
