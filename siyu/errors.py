"""The errors a caller of the domain can expect.

DomainError            a code, and parameters for the sentence
├── InvalidInput       what was sent cannot be understood (`problems` says where)
├── NotFound           the object does not exist, or not for this caller
├── IdempotencyConflict   the key was used before for another body
├── CampaignStateError the campaign's state does not allow this
├── TemplateStateError the coupon template's state does not allow this
├── AlreadyReviewed    another verdict came first
├── RewardStateError   the reward's state does not allow this
├── IdentityTaken      another member is known by the identity: they may be one person
├── SessionEnded       the refresh token is used, expired or none of ours: sign in again
└── Busy               the engine's queue is full; try again after `retry_after_ms`
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from siyu.sdk import Text


class DomainError(Exception):
    """Something a caller can mend or must accept."""

    code: ClassVar[str]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input: the path to the field, and a sentence.

    `code` is the name of a rule that would be broken, `text` the sentence in the languages it is known in.
    """

    path: tuple[str, ...]
    message: str
    code: str = "INVALID_INPUT"
    text: Text | None = None


class InvalidInput(DomainError):
    """The input does not have the shape or the values it must have."""

    code = "INVALID_INPUT"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{'.'.join(problem.path)}: {problem.message}" for problem in problems))
        self.problems = tuple(problems)


class NotFound(DomainError):
    """The object does not exist, or not for this caller."""

    code = "NOT_FOUND"


class IdempotencyConflict(DomainError):
    """The idempotency key was used before for a fact with another body."""

    code = "IDEMPOTENCY_CONFLICT"


class CampaignStateError(DomainError):
    """The campaign's state does not allow what was asked."""

    code = "CAMPAIGN_STATE"


class TemplateStateError(DomainError):
    """The coupon template's state does not allow what was asked."""

    code = "COUPON_TEMPLATE_STATE"


class AlreadyReviewed(DomainError):
    """Another verdict on the review came first."""

    code = "ALREADY_REVIEWED"


class RewardStateError(DomainError):
    """The reward's state does not allow what was asked."""

    code = "REWARD_STATE"


class IdentityTaken(DomainError):
    """Another member is known by the identity."""

    code = "IDENTITY_TAKEN"

    def __init__(self, member_id: UUID) -> None:
        super().__init__("another member has this identity; where the two are one person, merge them with memberMerge")
        self.member_id = member_id


class SessionEnded(DomainError):
    """The refresh token is no longer good, or never was; nothing tells which."""

    code = "SESSION_ENDED"

    def __init__(self) -> None:
        super().__init__("the session has ended; sign in again")


class Busy(DomainError):
    """The engine has as many facts waiting as it holds."""

    code = "BUSY"

    def __init__(self, retry_after_ms: int) -> None:
        super().__init__(f"too many facts are waiting; try again in {retry_after_ms} ms")
        self.retry_after_ms = retry_after_ms
