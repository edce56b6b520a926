"""walletAdjust and walletAdjustDecide: for operators."""

import strawberry

from schema.context import Info
from schema.desks import DeskAnswer, DeskPayload, ask_desk
from schema.fields import field_for
from schema.ids import ADJUSTMENT, MEMBER, decode_or_nobody
from schema.permissions import ForOperators
from schema.scalars import BigInt, WalletUnit
from schema.types.ledger import Wallet
from schema.types.wallet_records import Adjustment
from siyu.engine.desks import adjusting
from siyu.engine.desks.data import AdjustmentDecided, ValueAdjusted


@strawberry.input
class WalletAdjustInput:
    """How much to give, or with less than 0 to take, and why."""

    member: strawberry.ID
    unit: WalletUnit
    amount: BigInt
    reason: str = strawberry.field(description="1 to 200 characters, for operators.")
    idempotency_key: str


@strawberry.input
class WalletAdjustDecideInput:
    """A second operator's word on an adjustment."""

    adjustment: strawberry.ID
    approved: bool
    note: str = strawberry.field(description="1 to 200 characters, for operators.")
    idempotency_key: str


@strawberry.type
class WalletAdjustPayload(DeskPayload):
    """The adjustment, open where a second operator has to agree, and the wallet as it is now."""

    adjustment: Adjustment | None = None
    wallet: Wallet | None = None


@strawberry.type
class WalletAdjustDecidePayload(DeskPayload):
    """The adjustment and the wallet as they are now."""

    adjustment: Adjustment | None = None
    wallet: Wallet | None = None


@strawberry.type
class AdjustmentMutations:
    """Value given and taken by hand."""

    @field_for(
        ForOperators,
        "Give or take value by hand, never more than there is. Beyond the unit's limit, with what you adjusted of this "
        "wallet within 24 hours, it waits for a second operator. Safe to repeat with the same key.",
    )
    async def wallet_adjust(self, info: Info, input: WalletAdjustInput) -> WalletAdjustPayload:
        data = {name: getattr(input, name) for name in ("unit", "amount", "reason")}
        data["made_by"] = info.context.principal.subject
        member_id, key = decode_or_nobody(MEMBER, input.member), input.idempotency_key
        answer = await ask_desk(info, adjusting.ADJUSTED, member_id, ValueAdjusted, data, key)
        adjustment, wallet = await _adjusted(info, answer)
        return WalletAdjustPayload(
            decision_id=answer.decision_id, adjustment=adjustment, wallet=wallet, user_errors=answer.user_errors
        )

    @field_for(
        ForOperators,
        "Agree to an adjustment that another operator asked for, or reject it. Safe to repeat with the same key.",
    )
    async def wallet_adjust_decide(self, info: Info, input: WalletAdjustDecideInput) -> WalletAdjustDecidePayload:
        adjustment_id, key = decode_or_nobody(ADJUSTMENT, input.adjustment), input.idempotency_key
        row = await info.context.loaders.adjustment.load(adjustment_id)
        data = {"adjustment": str(adjustment_id), "approved": input.approved, "note": input.note}
        data["made_by"] = info.context.principal.subject
        member_id = row.member_id if row else None
        answer = await ask_desk(info, adjusting.DECIDED, member_id, AdjustmentDecided, data, key)
        adjustment, wallet = await _adjusted(info, answer._replace(record_id=adjustment_id))
        return WalletAdjustDecidePayload(
            decision_id=answer.decision_id, adjustment=adjustment, wallet=wallet, user_errors=answer.user_errors
        )


async def _adjusted(info: Info, answer: DeskAnswer) -> tuple[Adjustment | None, Wallet | None]:
    row = await info.context.loaders.adjustment.load(answer.record_id) if answer.record_id else None
    return (Adjustment(row=row), Wallet(member_id=row.member_id, unit=WalletUnit(row.unit))) if row else (None, None)
