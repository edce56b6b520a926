"""Stock of published campaigns: edited by difference alone, never below what is taken."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.campaigns.counter_store import INSERT_MISSING
from siyu.campaigns.counters import CounterKey
from siyu.campaigns.counting import COUNTED_MAX, SLOT_LENGTH_MAX, item_subjects, present_bucket
from siyu.campaigns.live import LiveCampaign
from siyu.campaigns.needs import AnyCounter
from siyu.campaigns.queries import COLUMNS, CampaignRow, campaign_row
from siyu.campaigns.registry import AnyCampaignType, Registry
from siyu.campaigns.shown_counters import live_of, shown_limit
from siyu.db import Connection, Pool
from siyu.deadline import DEADLINE, Patience
from siyu.errors import CampaignStateError, IdempotencyConflict, InvalidInput, NotFound, Problem
from siyu.ids import new_id
from siyu.inputs import is_storable, parse_json
from siyu.sdk import CampaignConfig, Scope

# Shared with other adjustments; a new config, which may bring other items, has to wait.
CAMPAIGN = f"SELECT {COLUMNS} FROM campaign WHERE id = $2 FOR SHARE"

NOTE = """
INSERT INTO stock_change (id, campaign_id, counter, subject, bucket, difference, idempotency_key, at, made_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (idempotency_key) DO NOTHING RETURNING id
"""

NOTED = "SELECT campaign_id, counter, subject, bucket, difference FROM stock_change WHERE idempotency_key = $1"

# Whatever is decided on the stock has been committed, or waits: ids made from now on are in the order of what happens.
LOCK = """
SELECT FROM counter WHERE (campaign_id, name, subject, bucket) = ($1, $2, $3, $4) FOR NO KEY UPDATE
"""

ADD = """
UPDATE counter SET extra = extra + $5
WHERE (campaign_id, name, subject, bucket) = ($1, $2, $3, $4) AND $6 + extra + $5 >= used + held
RETURNING extra
"""


@dataclass(frozen=True, slots=True)
class StockChange:
    """What an operator adds to a stock, or takes from it; `subject` is the item, `bucket` the period, None: now's.

    `idempotency_key` names this change for ever; `made_by` says who makes it, in at most 60 characters.
    """

    campaign_id: UUID
    counter: str
    subject: str | None
    bucket: str | None
    difference: int
    idempotency_key: str
    made_by: str


async def adjust_stock(
    pool: Pool, registry: Registry, change: StockChange, now: datetime, zone: ZoneInfo
) -> CampaignRow:
    """Change a stock of a published campaign; a repeated key changes nothing more.

    Raises NotFound, InvalidInput, IdempotencyConflict, and CampaignStateError where more is taken than would be left.
    """
    async with pool.acquire() as connection, connection.transaction():
        record = await connection.fetchrow(CAMPAIGN, now, change.campaign_id)
        if record is None:
            raise NotFound("there is no such campaign")
        campaign = campaign_row(record)
        if campaign.never_ran:
            raise CampaignStateError("the campaign was never published: its stock is what its config says")
        # The type's code: what it raises is told as it is.
        key, limit = DEADLINE.ask(Patience(), _key_and_limit, registry, campaign, change, now, zone)
        await connection.execute(INSERT_MISSING, *([part] for part in key))
        await connection.execute(LOCK, *key)
        if await _noted(connection, change, key, now):
            await _add(connection, key, change.difference, limit)
    return campaign


def _key_and_limit(
    registry: Registry, campaign: CampaignRow, change: StockChange, now: datetime, zone: ZoneInfo
) -> tuple[CounterKey, int]:
    counter, live = _stock_of(registry, campaign, change.counter)
    key = _key(live, counter, change, now, zone)
    return key, _limit(live, counter, key.subject)


def _stock_of(registry: Registry, campaign: CampaignRow, name: str) -> tuple[AnyCounter, LiveCampaign]:
    kind = registry.types.get(campaign.type_key)
    live = live_of(kind, campaign) if kind is not None else None
    if live is None:
        raise CampaignStateError(f"the campaign type {campaign.type_key} is not loaded, or refuses the config")
    counter = live.needs.counters.get(name)
    if counter is None or not counter.stock:
        known = ", ".join(counter.name for counter in live.needs.counters.values() if counter.stock)
        raise InvalidInput([Problem(("counter",), f"must be a stock of this campaign: {known or 'it has none'}")])
    return counter, live


def _key(live: LiveCampaign, counter: AnyCounter, change: StockChange, now: datetime, zone: ZoneInfo) -> CounterKey:
    subject, bucket = change.subject or "", change.bucket
    known = item_subjects(counter, live.config) if counter.scope is Scope.ITEM else ("",)
    if subject not in known:
        raise InvalidInput([Problem(("subject",), f"must be one of the campaign's: {', '.join(known)}")])
    bucket = present_bucket(live, counter, now, zone) if bucket is None else bucket
    if bucket is None or len(bucket) > SLOT_LENGTH_MAX or not is_storable(bucket):
        raise InvalidInput([Problem(("bucket",), "must name a period of the counter; now is in none")])
    if not 1 <= abs(change.difference) <= COUNTED_MAX:
        raise InvalidInput([Problem(("difference",), f"must not be 0, nor beyond {COUNTED_MAX}")])
    return CounterKey(live.id, counter.name, subject, bucket)


def _limit(live: LiveCampaign, counter: AnyCounter, subject: str) -> int:
    limit = shown_limit(live, counter, subject)
    if limit is None:
        raise CampaignStateError(f"the counter {counter.name} has no limit, so there is nothing to change")
    return limit


async def _noted(connection: Connection, change: StockChange, key: CounterKey, now: datetime) -> bool:
    """Write the change down; False where that was done before. Raises IdempotencyConflict for another change."""
    values = (*key, change.difference)
    noted = await connection.fetchval(NOTE, new_id(), *values, change.idempotency_key, now, change.made_by)
    if noted is not None:
        return True
    [before] = await connection.fetch(NOTED, change.idempotency_key)
    if tuple(before) != values:
        raise IdempotencyConflict(change.idempotency_key)
    return False


async def _add(connection: Connection, key: CounterKey, difference: int, limit: int) -> None:
    if await connection.fetchval(ADD, *key, difference, limit) is None:
        raise CampaignStateError("more is taken already than would be left")


def check_stock_kept(kind: AnyCampaignType, old: str, new: str) -> None:
    """Raise InvalidInput where the config of a published campaign would change a stock.

    Items that are new may bring what they have; an old config that the type no longer accepts is no measure.
    """
    stocks = [counter for counter in kind.counters if counter.stock]
    if not stocks:
        return
    try:
        before = parse_json(kind.config, json.loads(old), ("config",))
    except InvalidInput:
        return
    after = parse_json(kind.config, json.loads(new), ("config",))
    for counter in stocks:
        subjects = item_subjects(counter, before) if counter.scope is Scope.ITEM else ("",)
        if any(_asked(counter, before, subject) != _asked(counter, after, subject) for subject in subjects):
            sentence = f"must not change the stock {counter.name!r} of a published campaign: use campaignStockAdjust"
            raise InvalidInput([Problem(("config",), sentence)])


def _asked(counter: AnyCounter, config: CampaignConfig, subject: str) -> object:
    """What the limit function says; where it cannot say anything, that."""
    try:
        return counter.limit(config, subject)
    except Exception as error:  # a plugin's code: an item that is gone may be unknown to it
        return repr(error)
