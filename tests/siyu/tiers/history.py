"""Made-up histories of members: written to a database, and as records for the rule itself."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.db import Pool
from siyu.ids import new_id
from siyu.tiers.record import Record

SIGNED = "check_in.sign"


class Bought(NamedTuple):
    """An order, and what went back of it."""

    at: datetime
    amount_fen: int
    refunded_fen: int = 0


class Grown(NamedTuple):
    """Growth that was granted, or taken back of what was granted then."""

    at: datetime
    amount: int


class Signed(NamedTuple):
    """A check-in; `refused` by every campaign, or accepted by one."""

    at: datetime
    refused: bool = False


Deed = Bought | Grown | Signed


def record_of(deeds: Sequence[Deed], zone: ZoneInfo, until: datetime | None = None) -> Record:
    """What the rule is given of these deeds, or of those until a moment."""
    record = Record()
    for deed in deeds:
        day = deed.at.astimezone(zone).date()
        if until is not None and deed.at > until:
            continue
        if isinstance(deed, Bought):
            record.spend.add(day, deed.amount_fen - deed.refunded_fen)
        elif isinstance(deed, Grown):
            record.growth.add(day, deed.amount)
        elif not deed.refused:
            record.interact(day, SIGNED)
    return record


def random_deeds(random: Random, zone: ZoneInfo, first: date, days: int, most: int) -> list[Deed]:
    """A member's deeds, many of them close to midnight and to the ends of months."""
    deeds: list[Deed] = []
    for _ in range(random.randint(0, most)):
        day = first + timedelta(days=random.randrange(days))
        if random.random() < 0.4:
            day = (day.replace(day=1) + timedelta(days=random.choice((-1, 0, 31)))).replace()
        clock = random.choice((time(0), time(23, 59, 59, 999_999), time(12), time(7, 30)))
        at = datetime.combine(day, clock, zone)
        kind = random.random()
        if kind < 0.6:
            amount = random.choice((0, 1, 9_999, 10_000, 15_000, 30_000, 100_000))
            deeds.append(Bought(at, amount, random.choice((0, 0, 0, amount, amount // 2))))
        elif kind < 0.8:
            deeds.append(Grown(at, random.choice((1, 50, 100, 500))))
        else:
            deeds.append(Signed(at, random.random() < 0.2))
    return deeds


async def write_deeds(pool: Pool, deeds: dict[UUID, Sequence[Deed]]) -> None:
    """Write what these members did, as the engine would have left it."""
    shop = new_id()
    campaign = new_id()
    await pool.execute(
        "INSERT INTO campaign (id, type_key, name, state, revision, config, created_at) "
        "VALUES ($1, 'check_in', 'c', 'ended', 1, '{}', now())",
        campaign,
    )
    await pool.execute("INSERT INTO account (id, unit, campaign_id) VALUES ($1, 'growth', $2)", shop, campaign)
    every = [(member, deed) for member, done in deeds.items() for deed in done]
    bought = [(member, deed) for member, deed in every if isinstance(deed, Bought)]
    await pool.copy_records_to_table(
        "shop_order",
        columns=("id", "number", "member_id", "amount_fen", "refunded_fen", "paid_at"),
        records=[(number := new_id(), number.hex, m, d.amount_fen, d.refunded_fen, d.at) for m, d in bought],
    )
    accounts = {member: new_id() for member, deed in every if isinstance(deed, Grown)}
    await pool.copy_records_to_table(
        "account",
        columns=("id", "unit", "member_id", "balance"),
        records=[(account, "growth", member, 0) for member, account in accounts.items()],
    )
    await pool.copy_records_to_table(
        "transfer",
        columns=("id", "unit", "debit_id", "credit_id", "amount", "member_balance", "kind", "fact_id", "at"),
        records=[
            (new_id(), "growth", shop, accounts[member], deed.amount, 0, "grant", new_id(), deed.at)
            for member, deed in every
            if isinstance(deed, Grown)
        ],
    )
    signed = [(new_id(), member, deed) for member, deed in every if isinstance(deed, Signed)]
    await pool.copy_records_to_table(
        "fact",
        columns=("id", "type", "member_id", "at", "arrived_at", "idempotency_key", "fingerprint", "data"),
        records=[(fact, SIGNED, m, d.at, d.at, fact.hex, b"", "{}") for fact, m, d in signed],
    )
    await pool.copy_records_to_table(
        "decision",
        columns=("id", "fact_id", "subject_id", "at", "effects", "refusal_code"),
        records=[(new_id(), fact, m, d.at, "[]", "NO" if d.refused else None) for fact, m, d in signed],
    )
