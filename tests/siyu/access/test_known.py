"""What a process knows of revocations and API keys: all of it within seconds, at a bounded cost, without Redis."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from siyu.access import Caller, KnownCredentials, Scope, create_api_key, end_session, revoke, revoke_api_key
from siyu.access.api_keys import LIVE_KEYS_MAX, api_keys
from siyu.access.known import LOOK_AGAIN_S, PAUSE_S, READ_ALL_S, STALE_S
from siyu.access.revocations import note_revoked
from siyu.access.sessions import start_session
from siyu.access.sweeping import sweep
from siyu.db import Pool, open_database
from siyu.errors import InvalidInput, NotFound
from tests.factories import add_members
from tests.schema.conftest import NOON

LIN = Caller("operator", name="lin")
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


class Seconds:
    """A clock that tests turn on."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def seconds() -> Seconds:
    """The clock of the process."""
    return Seconds()


@pytest.fixture
async def known(pool: Pool, seconds: Seconds) -> AsyncIterator[KnownCredentials]:
    """What a process knows, who was just started."""
    credentials = KnownCredentials(pool, lambda: NOON, seconds)
    yield credentials
    await credentials.close()


async def seen(known: KnownCredentials, caller: Caller, issued_at: datetime) -> bool:
    """Whether a token of that moment is refused, to a request that comes now."""
    await known.be_fresh()
    return known.is_revoked([caller.bearer], issued_at)


async def test_a_revocation_is_known_to_the_first_request_and_within_seconds_to_others(
    pool: Pool, known: KnownCredentials, seconds: Seconds
) -> None:
    assert not await seen(known, LIN, NOON)
    await revoke(pool, LIN, NOON)

    seconds.now_s += STALE_S + 0.1
    assert await seen(known, LIN, NOON)
    assert not await seen(known, LIN, NOON + SECOND)
    assert await seen(KnownCredentials(pool, lambda: NOON), LIN, NOON)


async def test_nobody_waits_while_what_is_known_is_a_few_seconds_old(
    pool: Pool, known: KnownCredentials, seconds: Seconds
) -> None:
    await known.be_fresh()
    await revoke(pool, LIN, NOON)

    assert not await seen(known, LIN, NOON)
    seconds.now_s += LOOK_AGAIN_S + 0.1
    assert not await seen(known, LIN, NOON)
    async with asyncio.timeout(60):
        while not known.is_revoked([LIN.bearer], NOON):
            await asyncio.sleep(0.01)


async def test_what_is_revoked_again_is_refused_up_to_the_later_moment_and_what_has_expired_is_forgotten(
    pool: Pool, known: KnownCredentials, seconds: Seconds
) -> None:
    await revoke(pool, LIN, NOON)
    assert await seen(known, LIN, NOON)
    await revoke(pool, LIN, NOON + SECOND)

    seconds.now_s += STALE_S + 0.1
    assert await seen(known, LIN, NOON + SECOND)
    await sweep(pool, NOON + 31 * DAY)
    seconds.now_s += READ_ALL_S + 0.1
    assert not await seen(known, LIN, NOON)


async def test_a_revocation_that_is_committed_late_is_found(
    pool: Pool, known: KnownCredentials, seconds: Seconds
) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await note_revoked(connection, LIN.bearer, NOON, DAY)
        assert not await seen(known, LIN, NOON)
        seconds.now_s += STALE_S + 0.1
        assert not await seen(known, LIN, NOON)

    seconds.now_s += STALE_S + 0.1
    assert await seen(known, LIN, NOON)


async def test_a_session_that_ended_is_refused(pool: Pool, known: KnownCredentials) -> None:
    [member] = await add_members(pool, 1)
    session = await start_session(pool, Caller("member", member), NOON)
    await end_session(pool, session.refresh_token, NOON)
    await known.be_fresh()

    assert known.is_revoked([f"session/{session.id}"], NOON)
    assert not known.is_revoked([f"member/{member}"], NOON)


async def test_without_the_database_nobody_is_let_in_by_what_is_older(database_url: str, seconds: Seconds) -> None:
    async with open_database(database_url, 4) as pool:
        known = KnownCredentials(pool, lambda: NOON, seconds)
        await known.be_fresh()
    seconds.now_s += STALE_S
    await known.be_fresh()
    seconds.now_s += 0.1

    answers = await asyncio.gather(*(known.be_fresh() for _ in range(20)), return_exceptions=True)

    assert len({type(answer) for answer in answers}) == 1
    assert isinstance(answers[0], Exception)
    await known.close()


async def test_a_key_is_good_at_once_for_its_scopes_until_it_ends(
    pool: Pool, known: KnownCredentials, seconds: Seconds
) -> None:
    await known.be_fresh()
    made = await create_api_key(pool, "till", {Scope.FACTS, Scope.REFUNDS}, DAY, "lin", NOON)
    seconds.now_s += PAUSE_S

    found = await known.key(made.text, NOON)
    assert found is not None
    assert (found.name, found.scopes) == ("till", {Scope.FACTS, Scope.REFUNDS})
    assert await known.key(made.text, NOON + DAY) is None
    assert made.text.split("_", 2)[2] not in str(await pool.fetchval("SELECT json_agg(api_key)::text FROM api_key"))


async def test_a_key_that_was_revoked_is_no_good_within_seconds(
    pool: Pool, known: KnownCredentials, seconds: Seconds
) -> None:
    made = await create_api_key(pool, "till", {Scope.FACTS}, DAY, "lin", NOON)
    assert await known.key(made.text, NOON)

    revoked = await revoke_api_key(pool, made.key.prefix, NOON)
    assert (await revoke_api_key(pool, made.key.prefix, NOON + DAY)).revoked_at == revoked.revoked_at == NOON
    seconds.now_s += STALE_S + 0.1
    await known.be_fresh()

    assert await known.key(made.text, NOON) is None
    with pytest.raises(NotFound):
        await revoke_api_key(pool, "000000000000", NOON)


async def test_what_is_no_key_is_none(pool: Pool, known: KnownCredentials) -> None:
    made = await create_api_key(pool, "till", {Scope.FACTS}, DAY, "lin", NOON)
    start, prefix, secret = made.text.split("_", 2)

    wrong = ("siyu_", "siyu__", f"{start}_{prefix}_", f"{start}_{prefix}_{secret}x", f"{start}_{prefix}_{'é' * 43}")
    for text in (*wrong, f"{start}_{prefix[::-1]}x_{secret}", f"eyJ_{prefix}_{secret}", f"siyu_{prefix}\0_{secret}"):
        assert await known.key(text, NOON) is None, text


async def test_strangers_who_make_up_keys_cost_a_few_reads(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    known, begun = KnownCredentials(pool, lambda: NOON), []
    read = known._read

    async def counted() -> None:
        begun.append(1)
        await read()

    monkeypatch.setattr(known, "_read", counted)
    await asyncio.gather(*(known.key(f"siyu_{number}_x", NOON) for number in range(500)))
    await asyncio.gather(*(known.key(f"siyu_{number}_x", NOON) for number in range(500)))

    assert len(begun) <= 4


async def test_the_use_of_a_key_is_noted_once_a_minute(pool: Pool, seconds: Seconds) -> None:
    known = KnownCredentials(pool, lambda: NOON, seconds)
    made = await create_api_key(pool, "till", {Scope.FACTS}, DAY, "lin", NOON)
    for second in range(59):
        assert await known.key(made.text, NOON + second * SECOND)
    seconds.now_s += STALE_S + 0.1
    await known.be_fresh()
    [key] = await api_keys(pool)
    assert key.last_used_at == NOON

    assert await known.key(made.text, NOON + 59 * SECOND)
    assert await known.key(made.text, NOON + 61 * SECOND)
    await known.close()
    [key] = await api_keys(pool)
    assert key.last_used_at == NOON + 61 * SECOND


@pytest.mark.parametrize(
    ("name", "scopes", "days"), [("", {Scope.FACTS}, 1), ("till", set(), 1), ("till", {Scope.FACTS}, 367)]
)
async def test_a_key_has_a_name_scopes_and_an_end(pool: Pool, name: str, scopes: set[Scope], days: int) -> None:
    with pytest.raises(InvalidInput):
        await create_api_key(pool, name, scopes, days * DAY, "lin", NOON)


async def test_there_are_no_more_live_keys_than_a_process_should_hold(pool: Pool) -> None:
    await pool.execute(
        """
        INSERT INTO api_key (id, name, prefix, secret_hash, scopes, created_by, created_at, expires_at)
        SELECT gen_random_uuid(), 'x', n, sha256('x'), '{facts,not.known}', 'x', $1, $2
        FROM generate_series(1, $3) AS n
        """,
        NOON,
        NOON + DAY,
        LIVE_KEYS_MAX,
    )
    assert {key.scopes for key in await api_keys(pool)} == {frozenset({Scope.FACTS})}
    with pytest.raises(InvalidInput):
        await create_api_key(pool, "till", {Scope.FACTS}, DAY, "lin", NOON)
    await create_api_key(pool, "till", {Scope.FACTS}, DAY, "lin", NOON + DAY)
