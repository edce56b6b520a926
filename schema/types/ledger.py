"""Wallets and their entries."""

from datetime import datetime
from uuid import UUID

import strawberry

from schema.connections import Connection, connect, encode_cursor, forward, uuid_cursor
from schema.context import Info
from schema.fields import field
from schema.ids import FACT, LEDGER_ENTRY, WALLET, encode_id
from schema.kinds import campaign_of
from schema.loaders import WalletKey
from schema.permissions import require_all_of
from schema.polling import poll_after_ms, revision_of
from schema.scalars import BigInt, WalletUnit
from schema.types.campaign import Campaign
from schema.types.node import Node
from siyu.ledger.queries import EntriesWanted, EntryRow
from siyu.live import wallet_topic


@strawberry.type(description="Something that happened, and when.")
class Fact:
    """A fact as a GraphQL object."""

    id: strawberry.ID
    type: str
    at: datetime


def fact_object(fact_id: UUID, fact_type: str, at: datetime) -> Fact:
    """A fact with its global id."""
    return Fact(id=encode_id(FACT, fact_id), type=fact_type, at=at)


@strawberry.type(description="One movement of value. `amount` is negative where the wallet lost.")
class LedgerEntry:
    """An entry as a GraphQL object."""

    row: strawberry.Private[EntryRow]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return encode_id(LEDGER_ENTRY, self.row.id)

    @field("When it counts; for a reversal the time of what it reverses.")
    def at(self) -> datetime:
        return self.row.at

    @strawberry.field
    def amount(self) -> BigInt:
        return BigInt(self.row.amount)

    @field("What the wallet held after it.")
    def balance(self) -> BigInt:
        return BigInt(self.row.balance)

    @field("grant, reverse (of a grant), spend, unspend (of a spend), repay (of what is owed) or expire.")
    def kind(self) -> str:
        return self.row.kind

    @field("What it was for, such as an order's number.")
    def reference(self) -> str | None:
        return self.row.reference

    @field("The fact it followed from; null where value expired.")
    def fact(self) -> Fact | None:
        row = self.row
        if row.fact_id is None or row.fact_type is None or row.fact_at is None:
            return None
        return fact_object(row.fact_id, row.fact_type, row.fact_at)

    @field("The campaign at the other end; null where it is the shop itself.")
    async def campaign(self, info: Info) -> Campaign | None:
        return await campaign_of(info, self.row.campaign_id) if self.row.campaign_id is not None else None

    @field("What the shop itself took or gave it for, such as redemption or expiry; null where a campaign did.")
    def purpose(self) -> str | None:
        return self.row.purpose


@strawberry.type(description="What a member holds of one unit.")
class Wallet(Node):
    """A wallet as a GraphQL object; one that nothing was paid into has no row yet."""

    member_id: strawberry.Private[UUID]
    unit: WalletUnit
    # Nothing but whether it has changed is asked for.
    polled: strawberry.Private[bool] = False

    def global_id(self) -> strawberry.ID:
        """As Node: a wallet is named by its owner and its unit."""
        return encode_id(WALLET, f"{self.member_id}/{self.unit}")

    @field("What the member has: neither what is `held` nor what is `reserved`.")
    async def balance(self, info: Info) -> BigInt:
        return await self._balance(info)

    @field(
        "What campaigns promised and have not granted yet, such as commission that is pending until its refund window "
        "closes; it is not in `balance`."
    )
    async def held(self, info: Info) -> BigInt:
        return BigInt(await info.context.loaders.held.load(self._key) or 0)

    @field(
        "What open holds keep of the member's own value, for orders that are not certain yet; it is not in `balance`."
    )
    async def reserved(self, info: Info) -> BigInt:
        return BigInt(await info.context.loaders.reserved.load(self._key) or 0)

    @field("What the member owes, since it was to be taken back and was spent; what comes in repays it first.")
    async def owed(self, info: Info) -> BigInt:
        return BigInt(await info.context.loaders.owed.load(self._key) or 0)

    @field("What the member can spend now: the balance, since what is held or reserved is not in it.")
    async def available(self, info: Info) -> BigInt:
        return await self._balance(info)

    @field("What of it expires before that moment, unless it is spent.")
    async def expiring(self, info: Info, before: datetime) -> BigInt:
        found = await info.context.loaders.expiring.load((self.member_id, self.unit, before))
        return BigInt(found)

    @field("Newest first.")
    async def entries(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[LedgerEntry]:
        require_all_of(info, self.member_id)
        slice_ = forward(first, after)
        wanted = EntriesWanted(self.member_id, self.unit, slice_.limit, uuid_cursor(slice_.after))
        page = await info.context.loaders.entries.load(wanted)
        return connect(page, slice_, lambda row: LedgerEntry(row=row), lambda row: encode_cursor(row.id))

    @field("Two answers with the same revision show the same numbers and entries.")
    async def revision(self, info: Info) -> str:
        return await self._revision(info)

    @field("How long to wait before asking again.")
    async def poll_after_ms(self, info: Info) -> int:
        return poll_after_ms(info, wallet_topic(self.member_id), self.unit, await self._revision(info))

    async def _revision(self, info: Info) -> str:
        """For who asks for nothing else, as it was read last."""

        async def read() -> str:
            loaders, newest = info.context.loaders, EntriesWanted(self.member_id, self.unit, 1, None)
            numbers = [
                await loader.load(self._key)
                for loader in (loaders.balance, loaders.held, loaders.reserved, loaders.owed)
            ]
            return revision_of(numbers, [entry.id for entry in (await loaders.entries.load(newest)).rows])

        kept = info.context.live.kept
        return await kept.read(wallet_topic(self.member_id), self.unit, read) if self.polled else await read()

    async def _balance(self, info: Info) -> BigInt:
        return BigInt(await info.context.loaders.balance.load(self._key) or 0)

    @property
    def _key(self) -> WalletKey:
        return self.member_id, self.unit
