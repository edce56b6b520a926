"""A fact on its way into the engine."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from siyu.campaigns.pending import PendingFact
from siyu.sdk.records import record

FINGERPRINT_BYTES = 16


class VerdictOn(NamedTuple):
    """Which review a fact is the verdict on, and who gave it, in at most 60 characters."""

    review_id: UUID
    made_by: str


@record
class NewFact:
    """Something that happened, as it is submitted.

    `data` has the shape that `type` declares and was validated by the caller. `idempotency_key` (at most 200
    characters) names this fact for ever: a second one with the key and the same body gets the first's answer.
    `campaign_id` says which campaign an action is for, or which one asked for the fact. `stamped`: `at` is merely when
    it arrived here, so a retry that arrives later is still the same body. `verdict` says that it is one, and on what.
    """

    type: str
    member_id: UUID
    at: datetime
    data: Mapping[str, Any]
    idempotency_key: str
    campaign_id: UUID | None = None
    stamped: bool = False
    verdict: VerdictOn | None = None

    def fingerprint(self) -> bytes:
        """A hash of the body; equal for equal bodies in every process and version."""
        at = None if self.stamped else self.at.timestamp()
        campaign = self.campaign_id.hex if self.campaign_id else None
        body = orjson.dumps([self.type, self.member_id.hex, campaign, at, self.data], option=orjson.OPT_SORT_KEYS)
        return blake2b(body, digest_size=FINGERPRINT_BYTES).digest()


@record
class ArrivedFact:
    """A fact that the engine has taken in: with its id, the hash of its body and the moment it arrived.

    `pending` is what a campaign had asked for, if one had.
    """

    id: UUID
    fingerprint: bytes
    arrived_at: datetime
    new: NewFact
    pending: PendingFact | None = None
