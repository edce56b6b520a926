"""The times that the pool writes and reads by its own codec are those of PostgreSQL, to the microsecond."""

from datetime import UTC, datetime, timedelta, timezone

import asyncpg
import pytest

from siyu.db import Pool, array_of, array_of_moments
from siyu.db import moment as moment_of
from siyu.ids import new_id

MOMENTS = (
    datetime(1, 1, 2, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2000, 1, 1, tzinfo=UTC),
    datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=8))),
    datetime(2028, 2, 29, 12, 30, 15, 1, tzinfo=timezone(-timedelta(hours=9, minutes=30))),
    # Beyond what a float of microseconds tells apart.
    datetime(2999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(9999, 12, 31, tzinfo=UTC),
)


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
async def test_a_time_is_written_and_read_to_the_microsecond(pool: Pool, moment: datetime) -> None:
    text = moment.isoformat()

    read, is_equal = await pool.fetchrow(
        "SELECT $1::timestamptz, $1::timestamptz = $2::text::timestamptz", moment, text
    )  # type: ignore[misc]  # one row

    assert (read, read.tzinfo, is_equal) == (moment, UTC, True)


async def test_times_in_arrays_and_copies_too(pool: Pool) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("CREATE TEMPORARY TABLE moments (at timestamptz) ON COMMIT DROP")
        await connection.copy_records_to_table("moments", records=[(moment,) for moment in MOMENTS])

        copied = [row[0] for row in await connection.fetch("SELECT at FROM moments")]
        listed = await connection.fetchval("SELECT $1::timestamptz[]", MOMENTS)

    assert copied == listed == list(MOMENTS)


async def test_times_as_one_text_are_the_times_to_the_microsecond(pool: Pool) -> None:
    select = f"SELECT {moment_of('micros')} FROM unnest($1::text::bigint[]) WITH ORDINALITY AS told (micros, place)"

    rows = await pool.fetch(f"{select} ORDER BY place", array_of_moments(MOMENTS))

    assert [row[0] for row in rows] == list(MOMENTS)


async def test_a_time_without_zone_is_refused(pool: Pool) -> None:
    with pytest.raises(asyncpg.DataError):
        await pool.fetchval("SELECT $1::timestamptz", datetime(2026, 1, 1))  # noqa: DTZ001 - on purpose


@pytest.mark.parametrize("count", [0, 1, 300])
async def test_arrays_as_texts_are_the_arrays(pool: Pool, count: int) -> None:
    ids, numbers = [new_id() for _ in range(count)], [(-7) ** (place % 20) for place in range(count)]

    read = await pool.fetchrow(
        "SELECT $1::text::uuid[], $2::text::bigint[]", array_of([i.hex for i in ids]), array_of(map(str, numbers))
    )

    assert tuple(read) == (ids, numbers)  # type: ignore[arg-type]  # one row
