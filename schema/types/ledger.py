"""Wallets and their entries."""

from datetime import datetime
from uuid import UUID

import strawberry

from schema.connections import Connection, connect, encode_cursor, forward, uuid_cursor
from schema.context import Info
from schema.fields import field
from schema.ids import FACT, LEDGER_ENTRY, WALLET, encode_id
from schema.kinds import campaign_of
from schema.scalars import BigInt
from schema.types.campaign import Campaign
from schema.types.enums import WalletUnit
from schema.types.node import Node
from siyu.ledger.queries import EntriesWanted, EntryRow


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

    @field("grant, reverse (of a grant), spend, unspend (of a spend) or expire.")
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

    def global_id(self) -> strawberry.ID:
        """As Node: a wallet is named by its owner and its unit."""
        return encode_id(WALLET, f"{self.member_id}/{self.unit.value}")

    @strawberry.field
    async def balance(self, info: Info) -> BigInt:
        return await self._balance(info)

    @field("What campaigns promised and have not granted yet; it is not in `balance`.")
    async def held(self, info: Info) -> BigInt:
        return BigInt(await info.context.loaders.held.load((self.member_id, self.unit.value)) or 0)

    @field("What the member can spend now: the balance, since what is held is not in it.")
    async def available(self, info: Info) -> BigInt:
        return await self._balance(info)

    @field("What of it expires before that moment, unless it is spent.")
    async def expiring(self, info: Info, before: datetime) -> BigInt:
        found = await info.context.loaders.expiring.load((self.member_id, self.unit.value, before))
        return BigInt(found)

    @field("Newest first.")
    async def entries(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[LedgerEntry]:
        slice_ = forward(first, after)
        wanted = EntriesWanted(self.member_id, self.unit.value, slice_.limit, uuid_cursor(slice_.after))
        page = await info.context.loaders.entries.load(wanted)
        return connect(page, slice_, lambda row: LedgerEntry(row=row), lambda row: encode_cursor(row.id))

    async def _balance(self, info: Info) -> BigInt:
        return BigInt(await info.context.loaders.balance.load((self.member_id, self.unit.value)) or 0)
