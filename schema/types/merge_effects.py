"""Effects of the desk that merges members."""

from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

import strawberry

from schema.ids import MEMBER_MERGE, encode_id
from schema.scalars import BigInt
from schema.types.effect_interface import Effect


@strawberry.type(description="Another member was merged into the member, or the merge was undone.")
class MergeEffect(Effect):
    """A merge's step."""

    merge: strawberry.ID
    state: str = strawberry.field(description="merged or undone.")

    @classmethod
    def from_log(cls, logged: Mapping[str, Any]) -> Self:
        """As Effect."""
        merge = encode_id(MEMBER_MERGE, UUID(logged["merge"]))
        return cls(kind=logged["kind"], merge=merge, state=logged["state"])


@strawberry.type(description="Value went along with a merge, or back with its undoing.")
class CarryEffect(Effect):
    """Value that neither grew nor shrank."""

    unit: str
    amount: BigInt
    owed: BigInt = strawberry.field(description="Of the same unit, what is owed and went along.")


MERGE_EFFECTS: Mapping[str, type[Effect]] = {"merge": MergeEffect, "carry": CarryEffect}
