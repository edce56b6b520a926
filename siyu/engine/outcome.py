"""What came of a fact: the decisions of the campaigns, or the refusal of the core.

Records, here and wherever one is made for every fact: they cost a fourth of a frozen dataclass.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from siyu.sdk.records import record


class Refusal(NamedTuple):
    """No, and why: a code of the campaign type or of the core, and what is missing."""

    code: str
    missing: Mapping[str, Any]


@record
class Decision:
    """What one campaign decided about one fact; `campaign_id` is None where the core refused the fact itself.

    `effects` are as carried out: one JSON object each, with its `kind`.
    """

    id: UUID
    campaign_id: UUID | None
    effects: tuple[Mapping[str, Any], ...]
    refusal: Refusal | None


@record
class Outcome:
    """The answer to `submit`; equal for every submission with the same idempotency key."""

    fact_id: UUID
    decisions: tuple[Decision, ...]

    def decision_of(self, campaign_id: UUID | None) -> Decision | None:
        """The decision of one campaign; the core's refusal of the fact stands in for it."""
        return next((d for d in self.decisions if d.campaign_id in {campaign_id, None}), None)
