"""What one campaign changes in a shop, in plain dictionaries: values, states, keys, scores."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from siyu.sdk.testing.orders import Orders
from siyu.sdk.view import Granted


@dataclass(slots=True)
class OpenGrant:
    """What is left of one grant under a reference, and the fact it was given for."""

    fact_id: UUID
    at: datetime
    left: int


class GrantKey(NamedTuple):
    """A member, a unit and what the grant was for."""

    member_id: UUID
    unit: str
    reference: str


@dataclass(slots=True)
class Shop:
    """Everything that stays between two facts of a stage. `states` is JSON by member, as the database keeps it."""

    orders: Orders = field(default_factory=Orders)
    states: dict[UUID, str] = field(default_factory=dict)
    balances: Counter[tuple[UUID, str]] = field(default_factory=Counter)
    grants: dict[GrantKey, list[OpenGrant]] = field(default_factory=dict)
    once: set[tuple[UUID, str]] = field(default_factory=set)
    scores: dict[tuple[UUID, str], int] = field(default_factory=dict)

    def granted(self, member_id: UUID, unit: str, reference: str) -> Granted | None:
        """What is left under a reference, dated by the first grant."""
        left = [grant for grant in self.grants_of(member_id, unit, reference) if grant.left]
        return Granted(sum(grant.left for grant in left), left[0].at) if left else None

    def grants_of(self, member_id: UUID, unit: str, reference: str) -> list[OpenGrant]:
        """The member's grants under a reference, the oldest first."""
        return self.grants.get(GrantKey(member_id, unit, reference), [])
