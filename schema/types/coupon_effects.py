"""Effects of the desk of coupons."""

from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

import strawberry

from schema.fields import field
from schema.ids import COUPON, encode_id
from schema.scalars import BigInt
from schema.types.effect import Effect


@strawberry.type(description="Something happened to a coupon of the member.")
class CouponEffect(Effect):
    """A change of a coupon."""

    coupon_id: strawberry.Private[UUID]
    change: str = strawberry.field(
        description="issued, locked, unlocked, used, returned, verified, verify_undone or revoked."
    )
    order: str | None = strawberry.field(description="The order's number, where it is about one.")
    discount_fen: BigInt | None = strawberry.field(description="What it takes off the order that it is kept for.")
    store: str | None = strawberry.field(description="The store, where it is about one.")

    @classmethod
    def from_log(cls, logged: Mapping[str, Any]) -> Self:
        """As Effect."""
        told: dict[str, Any] = {name: logged.get(name) for name in ("change", "order", "discount_fen", "store")}
        return cls(kind=logged["kind"], coupon_id=UUID(logged["coupon"]), **told)

    @field("The coupon.")
    def coupon(self) -> strawberry.ID:
        return encode_id(COUPON, self.coupon_id)


COUPON_EFFECTS: Mapping[str, type[Effect]] = {"coupon": CouponEffect}
