"""walletSpend, walletReturn and the holds: for whoever completes what a member began."""

from uuid import UUID

import strawberry

from schema.context import Info
from schema.desks import DeskPayload, ask_desk
from schema.errors import UserError
from schema.fields import field_for
from schema.ids import MEMBER, VALUE_HOLD, decode_or_nobody
from schema.permissions import ForTills
from schema.scalars import BigInt, WalletUnit
from schema.types.ledger import Wallet
from schema.types.wallet_records import ValueHold
from siyu.access import Scope
from siyu.engine.desks import holding, spending
from siyu.engine.desks.data import HOLD_S_DEFAULT, HoldPosted, HoldVoided, ValueHeld, ValueMoved


@strawberry.input
class WalletSpendInput:
    """What a member spends, whole or not at all."""

    member: strawberry.ID
    unit: WalletUnit
    amount: BigInt
    reference: str = strawberry.field(description="What it is for, such as an order's number; a return names it.")
    idempotency_key: str


@strawberry.input
class WalletReturnInput:
    """What comes back of what was spent for a reference: at most `amount`, and no more than is left."""

    member: strawberry.ID
    unit: WalletUnit
    amount: BigInt
    reference: str
    idempotency_key: str


@strawberry.input
class WalletHoldInput:
    """What to keep of a member's value for something that is not certain yet."""

    member: strawberry.ID
    unit: WalletUnit
    amount: BigInt
    reference: str = strawberry.field(description="What it is for; nothing else of the member and unit has it, ever.")
    lasts_s: int = strawberry.field(
        default=HOLD_S_DEFAULT, description="After so many seconds it comes back by itself; at most 30 days."
    )
    idempotency_key: str


@strawberry.input
class WalletHoldPostInput:
    """How much of a hold is spent; the rest comes back."""

    hold: strawberry.ID
    amount: BigInt | None = strawberry.field(default=None, description="All of it by default.")
    idempotency_key: str


@strawberry.input
class WalletHoldVoidInput:
    """Which hold to give back."""

    hold: strawberry.ID
    idempotency_key: str


@strawberry.type
class WalletSpendPayload(DeskPayload):
    """The wallet as it is now."""

    wallet: Wallet | None = None


@strawberry.type
class WalletReturnPayload(DeskPayload):
    """The wallet as it is now."""

    wallet: Wallet | None = None


@strawberry.type
class WalletHoldPayload(DeskPayload):
    """The hold, and the wallet as it is now."""

    hold: ValueHold | None = None
    wallet: Wallet | None = None


@strawberry.type
class WalletHoldPostPayload(WalletHoldPayload):
    """The hold and its wallet as they are now."""


@strawberry.type
class WalletHoldVoidPayload(WalletHoldPayload):
    """The hold and its wallet as they are now."""


@strawberry.type
class WalletMutations:
    """What is done at a till."""

    @field_for(ForTills, "Take value that a member spends in the shop. Safe to repeat with the same key.", Scope.VALUE)
    async def wallet_spend(self, info: Info, input: WalletSpendInput) -> WalletSpendPayload:
        decision_id, wallet, errors = await _move(info, spending.SPENT, input)
        return WalletSpendPayload(decision_id=decision_id, wallet=wallet, user_errors=errors)

    @field_for(
        ForTills,
        "Give back of what was spent or posted for a reference. Safe to repeat with the same key.",
        Scope.VALUE,
    )
    async def wallet_return(self, info: Info, input: WalletReturnInput) -> WalletReturnPayload:
        decision_id, wallet, errors = await _move(info, spending.RETURNED, input)
        return WalletReturnPayload(decision_id=decision_id, wallet=wallet, user_errors=errors)

    @field_for(
        ForTills,
        "Keep value of a member's for something: nothing else can spend it until it is posted, voided or times out. "
        "Safe to repeat with the same key.",
        Scope.VALUE,
    )
    async def wallet_hold(self, info: Info, input: WalletHoldInput) -> WalletHoldPayload:
        member_id = decode_or_nobody(MEMBER, input.member)
        data = {name: getattr(input, name) for name in ("unit", "amount", "reference", "lasts_s")}
        answer = await ask_desk(info, holding.HELD, member_id, ValueHeld, data, input.idempotency_key)
        hold, wallet = await _hold(info, answer.record_id)
        return WalletHoldPayload(
            decision_id=answer.decision_id, hold=hold, wallet=wallet, user_errors=answer.user_errors
        )

    @field_for(ForTills, "Spend what is held, in whole or part. Safe to repeat with the same key.", Scope.VALUE)
    async def wallet_hold_post(self, info: Info, input: WalletHoldPostInput) -> WalletHoldPostPayload:
        hold_id = decode_or_nobody(VALUE_HOLD, input.hold)
        data = {"hold": str(hold_id), "amount": input.amount}
        answer = await ask_desk(
            info, holding.POSTED, await _holder(info, hold_id), HoldPosted, data, input.idempotency_key
        )
        hold, wallet = await _hold(info, hold_id)
        return WalletHoldPostPayload(
            decision_id=answer.decision_id, hold=hold, wallet=wallet, user_errors=answer.user_errors
        )

    @field_for(ForTills, "Give back what is held. Safe to repeat with the same key.", Scope.VALUE)
    async def wallet_hold_void(self, info: Info, input: WalletHoldVoidInput) -> WalletHoldVoidPayload:
        hold_id = decode_or_nobody(VALUE_HOLD, input.hold)
        holder_id, data = await _holder(info, hold_id), {"hold": str(hold_id)}
        answer = await ask_desk(info, holding.VOIDED, holder_id, HoldVoided, data, input.idempotency_key)
        hold, wallet = await _hold(info, hold_id)
        return WalletHoldVoidPayload(
            decision_id=answer.decision_id, hold=hold, wallet=wallet, user_errors=answer.user_errors
        )


async def _move(
    info: Info, fact_type: str, given: WalletSpendInput | WalletReturnInput
) -> tuple[UUID | None, Wallet | None, list[UserError]]:
    member_id = decode_or_nobody(MEMBER, given.member)
    data = {name: getattr(given, name) for name in ("unit", "amount", "reference")}
    answer = await ask_desk(info, fact_type, member_id, ValueMoved, data, given.idempotency_key)
    wallet = Wallet(member_id=member_id, unit=given.unit) if answer.decision_id else None
    return answer.decision_id, wallet, answer.user_errors


async def _holder(info: Info, hold_id: UUID) -> UUID | None:
    row = await info.context.loaders.value_hold.load(hold_id)
    return row.member_id if row else None


async def _hold(info: Info, hold_id: UUID | None) -> tuple[ValueHold | None, Wallet | None]:
    """The hold as it is now, and its wallet."""
    row = await info.context.loaders.value_hold.load(hold_id) if hold_id else None
    return (ValueHold(row=row), Wallet(member_id=row.member_id, unit=WalletUnit(row.unit))) if row else (None, None)
