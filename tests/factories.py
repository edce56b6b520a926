"""Plugins, rows and facts that tests start from."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from siyu.campaigns import AnyCampaignType, Registry, build_registry, load_registry
from siyu.clock import Clock, utc_now
from siyu.db import Pool
from siyu.engine import BatchLimits, Engine, NewFact
from siyu.ids import new_id
from siyu.ledger import open_issuer_accounts
from siyu.privacy import PersonalKeys, Vault
from siyu.sdk import hookimpl

SHIPPED_PLUGINS = Path(__file__).parent.parent / "plugins"
SHANGHAI = ZoneInfo("Asia/Shanghai")
LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)


def shop_registry() -> Registry:
    """The campaign types that siyu ships."""
    return load_registry(SHIPPED_PLUGINS)


def plugin_of(*handed_over: object) -> object:
    """A plugin that hands these over."""

    @hookimpl
    def siyu_campaign_types() -> Sequence[object]:
        return handed_over

    return SimpleNamespace(siyu_campaign_types=siyu_campaign_types)


def registry_of(*kinds: AnyCampaignType) -> Registry:
    """A registry of these types alone, which must be sound."""
    registry = build_registry([("tests", lambda: plugin_of(*kinds))])
    assert registry.broken == ()
    return registry


def shop_engine(pool: Pool, limits: BatchLimits | None = None, clock: Clock = utc_now) -> Engine:
    """An engine of a shop in Shanghai."""
    return Engine(pool, shop_registry(), SHANGHAI, limits or BatchLimits(), clock)


def new_vault(clock: Clock = utc_now) -> Vault:
    """A vault with keys of its own."""
    keys = PersonalKeys.new()
    return Vault(lambda _: keys, clock)


async def add_members(pool: Pool, count: int) -> list[UUID]:
    """New members."""
    ids = [new_id() for _ in range(count)]
    await pool.execute("INSERT INTO member (id, joined_at) SELECT unnest($1::uuid[]), $2", ids, LONG_AGO)
    return ids


async def points_of(pool: Pool, member_id: UUID) -> int:
    """The balance of the member's points; 0 without an account."""
    balance = "SELECT balance FROM account WHERE member_id = $1 AND unit = 'points'"
    return await pool.fetchval(balance, member_id) or 0


async def add_campaign(
    pool: Pool,
    type_key: str,
    config: Mapping[str, Any] | None = None,
    state: str = "running",
    draw_secret: bytes | None = None,
) -> UUID:
    """A campaign without a window, with the accounts it pays from; its draws are the database's, if not given."""
    campaign_id = new_id()
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(
            """
            INSERT INTO campaign (id, type_key, name, state, revision, config, created_at, draw_secret)
            VALUES ($1, $2, $2, $3, 1, $4, now(), coalesce($5, uuid_send(gen_random_uuid())))
            """,
            campaign_id,
            type_key,
            state,
            orjson.dumps(config or {}).decode(),
            draw_secret,
        )
        await open_issuer_accounts(connection, campaign_id)
    return campaign_id


def sign(campaign_id: UUID, member_id: UUID, at: datetime, key: str | None = None) -> NewFact:
    """A member signs in."""
    return NewFact("check_in.sign", member_id, at, {}, key or new_id().hex, campaign_id, stamped=True)


def paid(member_id: UUID, number: str, amount_fen: int, at: datetime, key: str | None = None) -> NewFact:
    """An order was paid."""
    data = {"order": number, "amount_fen": amount_fen}
    return NewFact("order.paid", member_id, at, data, key or f"paid/{number}")


def refunded(member_id: UUID, number: str, amount_fen: int, at: datetime, key: str | None = None) -> NewFact:
    """Money of an order went back."""
    data = {"order": number, "amount_fen": amount_fen}
    return NewFact("order.refunded", member_id, at, data, key or f"refunded/{number}/{amount_fen}")
