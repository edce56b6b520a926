"""Codes that members claim coupons with: a generic one that many share, and unique ones by the hundred thousand."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from siyu.codes import make_code, normalize
from siyu.coupons.templates import template_by_key, templates_by_id
from siyu.db import Pool
from siyu.errors import InvalidInput, NotFound, Problem
from siyu.ids import new_id
from siyu.inputs import check_text

# Codes that one COPY brings: a tenth of a second, and all that is lost where the process dies.
CODES_AT_ONCE = 5_000
# Two codes of 63 random bits are hardly ever equal; one that is taken is made anew.
ATTEMPTS_MAX = 5
CODES_MAX = 1_000_000
NAME_LENGTH_MAX = 64
GENERIC_LENGTH_MIN, GENERIC_LENGTH_MAX = 4, 32
USES_MAX = 1_000_000_000
# Of one template; a shop prints a few.
GENERIC_SHOWN_MAX = 100

COLUMNS = ("code", "template_id", "batch_id", "uses_max")

OPEN_BATCH = """
INSERT INTO coupon_code_batch (id, template_id, name, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (template_id, name) DO NOTHING
"""
# Whoever makes codes of the batch holds it: a second process that goes on with it waits, and sees what there is.
LOCK_BATCH = "SELECT id FROM coupon_code_batch WHERE (template_id, name) = ($1, $2) FOR NO KEY UPDATE"
COUNT = "SELECT count(*) FROM coupon_code WHERE template_id = $1 AND batch_id = $2"
NEXT_CODES = "SELECT code FROM coupon_code WHERE batch_id = $1 AND code > $2 ORDER BY code LIMIT $3"

ADD_GENERIC = """
INSERT INTO coupon_code (code, template_id, uses_max) VALUES ($1, $2, $3) ON CONFLICT (code) DO NOTHING
"""
GENERIC = "SELECT template_id, batch_id, uses_max, used FROM coupon_code WHERE code = $1"
GENERIC_OF = """
SELECT wanted.id, own.* FROM unnest($1::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
    SELECT code, uses_max, used FROM coupon_code
    WHERE template_id = wanted.id AND batch_id IS NULL ORDER BY code LIMIT $2
) AS own
ORDER BY wanted.id, own.code
"""

# Called with how many codes there are, and how many there are to be.
OnProgress = Callable[[int, int], None]


class Batch(NamedTuple):
    """A batch of unique codes, and how many it has."""

    id: UUID
    codes: int


class GenericCode(NamedTuple):
    """A code that many share; `uses_max` is None where it has no end of its own."""

    code: str
    uses_max: int | None
    used: int


async def make_codes(
    pool: Pool,
    template_key: str,
    name: str,
    count: int,
    now: datetime,
    on_progress: OnProgress,
    new_code: Callable[[], str] = make_code,
) -> Batch:
    """Unique codes, until the batch of this name has `count` of them; what an earlier run made counts.

    Each chunk is committed by itself. Raises NotFound, InvalidInput.
    """
    template = await template_by_key(pool, template_key)
    name = check_text(name, ("name",), NAME_LENGTH_MAX)
    if not 1 <= count <= CODES_MAX:
        raise InvalidInput([Problem(("count",), f"must be from 1 to {CODES_MAX}")])
    await pool.execute(OPEN_BATCH, new_id(), template.id, name, now)
    while True:
        batch = await _add_chunk(pool, template.id, name, count, new_code)
        on_progress(batch.codes, count)
        if batch.codes >= count:
            return batch


async def codes_of(pool: Pool, batch_id: UUID) -> AsyncIterator[list[str]]:
    """All codes of a batch, some thousands at a time."""
    last = ""
    while codes := [row[0] for row in await pool.fetch(NEXT_CODES, batch_id, last, CODES_AT_ONCE)]:
        yield codes
        last = codes[-1]


async def add_generic_code(pool: Pool, template_id: UUID, typed: str, uses_max: int | None) -> GenericCode:
    """A code that many members claim a coupon with, each once. The same one again is the first.

    Raises NotFound, InvalidInput.
    """
    if template_id not in await templates_by_id(pool, [template_id]):
        raise NotFound("there is no such coupon template")
    code = normalize(typed)
    if not (GENERIC_LENGTH_MIN <= len(code) <= GENERIC_LENGTH_MAX and code.isascii() and code.isalnum()):
        length = f"{GENERIC_LENGTH_MIN} to {GENERIC_LENGTH_MAX}"
        raise InvalidInput([Problem(("code",), f"must have {length} letters and digits")])
    if uses_max is not None and not 1 <= uses_max <= USES_MAX:
        raise InvalidInput([Problem(("uses_max",), f"must be from 1 to {USES_MAX}")])
    await pool.execute(ADD_GENERIC, code, template_id, uses_max)
    there = await pool.fetchrow(GENERIC, code)
    if there is None or tuple(there)[:3] != (template_id, None, uses_max):
        raise InvalidInput([Problem(("code",), "the code is in use with another template or limit", "CODE_TAKEN")])
    return GenericCode(code, uses_max, there["used"])


async def generic_codes(pool: Pool, template_ids: Sequence[UUID]) -> list[list[GenericCode]]:
    """The generic codes of each of these templates, in their order: the first GENERIC_SHOWN_MAX."""
    found: dict[UUID, list[GenericCode]] = {template_id: [] for template_id in template_ids}
    for template_id, *code in await pool.fetch(GENERIC_OF, list(template_ids), GENERIC_SHOWN_MAX):
        found[template_id].append(GenericCode(*code))
    return [found[template_id] for template_id in template_ids]


async def _add_chunk(pool: Pool, template_id: UUID, name: str, count: int, new_code: Callable[[], str]) -> Batch:
    """One more chunk of codes, all new."""
    for _ in range(ATTEMPTS_MAX - 1):
        try:
            return await _copy_chunk(pool, template_id, name, count, new_code)
        except asyncpg.UniqueViolationError:
            continue
    return await _copy_chunk(pool, template_id, name, count, new_code)


async def _copy_chunk(pool: Pool, template_id: UUID, name: str, count: int, new_code: Callable[[], str]) -> Batch:
    async with pool.acquire() as connection, connection.transaction():
        batch_id = await connection.fetchval(LOCK_BATCH, template_id, name)
        known: int = await connection.fetchval(COUNT, template_id, batch_id)
        wanted = max(0, min(count - known, CODES_AT_ONCE))
        rows = [(new_code(), template_id, batch_id, 1) for _ in range(wanted)]
        await connection.copy_records_to_table("coupon_code", records=rows, columns=COLUMNS)
        return Batch(batch_id, known + wanted)
