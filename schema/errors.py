"""Errors of GraphQL, which no caller can mend with other input, and userErrors, which they can."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Self

import strawberry
from graphql import GraphQLError
from strawberry.utils.str_converters import to_camel_case

from schema.codes import ErrorCode
from siyu.errors import (
    AlreadyReviewed,
    CampaignStateError,
    DomainError,
    IdempotencyConflict,
    IdentityTaken,
    InvalidInput,
    NotFound,
    Problem,
    RewardStateError,
    SessionEnded,
    TemplateStateError,
)
from siyu.privacy.revealing import TooManyRevelations

# What a payload tells; Busy is not among them, since the same request may simply be sent again.
MENDABLE = (
    InvalidInput,
    NotFound,
    IdempotencyConflict,
    CampaignStateError,
    TemplateStateError,
    RewardStateError,
    AlreadyReviewed,
    IdentityTaken,
    SessionEnded,
    TooManyRevelations,
)

# Who had no answer in time waits so long before the next attempt.
RETRY_AFTER_MS = 1_000


class ApiError(GraphQLError):
    """An error that goes out as it is."""

    def __init__(
        self, code: ErrorCode, message: str, *, retry_after_ms: int | None = None, limit: str | None = None
    ) -> None:
        """`limit` names the one that a refused document goes beyond."""
        extensions: dict[str, object] = {"code": code.value, "retryable": retry_after_ms is not None}
        if limit is not None:
            extensions["limit"] = limit
        if retry_after_ms is not None:
            extensions["retryAfterMs"] = retry_after_ms
        super().__init__(message, extensions=extensions)


def unauthenticated() -> ApiError:
    """Nobody has signed in, or somebody who is not there."""
    return ApiError(ErrorCode.UNAUTHENTICATED, "sign in first")


def forbidden() -> ApiError:
    """Somebody has signed in whose role does not allow it."""
    return ApiError(ErrorCode.FORBIDDEN, "your role does not allow this")


def timed_out() -> ApiError:
    """The time for an answer is over. What was asked for may have been done all the same."""
    message = "no answer in time; whether it was done is not known, so send it again with the same key"
    return ApiError(ErrorCode.TIMED_OUT, message, retry_after_ms=RETRY_AFTER_MS)


def invalid_argument(message: str) -> ApiError:
    """An argument of a field is out of its bounds."""
    return ApiError(ErrorCode.INVALID_ARGUMENT, message)


# The codes of the userErrors that an operation meets, where somebody wants to know whether it was refused.
_NOTED: ContextVar[list[str] | None] = ContextVar("user_errors", default=None)


@contextmanager
def noting_user_errors() -> Iterator[list[str]]:
    """The codes of all userErrors that are made in the block, whether or not the document asks for them."""
    codes: list[str] = []
    token = _NOTED.set(codes)
    try:
        yield codes
    finally:
        _NOTED.reset(token)


@strawberry.type(description="What the caller can mend or must accept. `field` is the path to it in the arguments.")
class UserError:
    """One entry of a payload's `userErrors`."""

    field: list[str] | None
    code: str
    message: str

    def __post_init__(self) -> None:
        noted = _NOTED.get()
        if noted is not None:
            noted.append(self.code)

    @classmethod
    def at(cls, code: str, message: str, *path: str) -> Self:
        """An error of one field of the input, or with no path of the whole."""
        return cls(field=["input", *path] if path else None, code=code, message=message)


def user_errors(error: DomainError, language: str = "en") -> list[UserError]:
    """A domain error as userErrors, in the language as far as its sentence is known in it.

    The first name of a path is GraphQL's, those inside JSON are the JSON's own.
    """
    if isinstance(error, InvalidInput):
        return [_problem(problem, language) for problem in error.problems]
    if isinstance(error, IdempotencyConflict):
        return [UserError.at(error.code, "this key was used before for another body", "idempotencyKey")]
    return [UserError.at(error.code, str(error))]


def _problem(problem: Problem, language: str) -> UserError:
    message = problem.text.in_language(language) if problem.text else problem.message
    return UserError.at(problem.code, message, *_path(problem.path))


def _path(path: Sequence[str]) -> list[str]:
    return [to_camel_case(path[0]), *path[1:]] if path else []
