"""Sessions: a refresh token is good once, and who uses one twice ends them all, whoever comes first."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.access import Caller, Session, end_session, refresh_session, revoke, start_session
from siyu.access.callers import MEMBER_LIVES, STAFF_LIVES
from siyu.access.sessions import SESSIONS_MAX
from siyu.access.sweeping import KEPT, sweep
from siyu.db import Pool
from siyu.errors import NotFound, SessionEnded
from siyu.ids import new_id
from tests.factories import add_members
from tests.locks import holding
from tests.schema.conftest import NOON

LIN = Caller("operator", name="lin")
RACERS = 8
MINUTE = timedelta(minutes=1)
STORED = "SELECT (SELECT json_agg(t) FROM refresh_token AS t)::text || (SELECT json_agg(s) FROM session AS s)::text"


async def signed_in(pool: Pool) -> tuple[UUID, Session]:
    """A member with a session that began at noon."""
    [member] = await add_members(pool, 1)
    return member, await start_session(pool, Caller("member", member), NOON)


async def test_every_refresh_gives_another_token_of_the_same_session(pool: Pool) -> None:
    member, session = await signed_in(pool)
    tokens = {session.refresh_token}

    for minute in range(5):
        session = await refresh_session(pool, session.refresh_token, NOON + minute * MINUTE)
        assert session.caller == Caller("member", member)
        tokens.add(session.refresh_token)

    assert len(tokens) == 6
    stored = await pool.fetchval(STORED)
    assert not any(token in stored for token in tokens)


async def test_a_token_that_comes_again_ends_the_session_with_its_newest_token(pool: Pool) -> None:
    _, first = await signed_in(pool)
    second = await refresh_session(pool, first.refresh_token, NOON)

    for token in (first.refresh_token, second.refresh_token):
        with pytest.raises(SessionEnded):
            await refresh_session(pool, token, NOON + MINUTE)

    assert await pool.fetchval("SELECT ended_by FROM session") == "reuse"
    assert await pool.fetchval("SELECT bearer FROM revocation") == f"session/{first.id}"


async def test_of_those_who_use_a_token_at_once_one_is_answered_and_the_session_ends(pool: Pool) -> None:
    _, session = await signed_in(pool)

    async with holding(pool, "SELECT FROM session WHERE id = $1 FOR UPDATE", session.id, waiting=RACERS):
        racing = asyncio.gather(
            *(refresh_session(pool, session.refresh_token, NOON) for _ in range(RACERS)), return_exceptions=True
        )
    answers = await racing

    won = [answer for answer in answers if isinstance(answer, Session)]
    assert [type(answer) for answer in answers if not isinstance(answer, Session)] == [SessionEnded] * (RACERS - 1)
    with pytest.raises(SessionEnded):
        await refresh_session(pool, won[0].refresh_token, NOON)


async def test_who_signs_out_is_out_by_any_token_of_the_session(pool: Pool) -> None:
    _, first = await signed_in(pool)
    second = await refresh_session(pool, first.refresh_token, NOON)
    other = await start_session(pool, first.caller, NOON)

    await end_session(pool, first.refresh_token, NOON)
    await end_session(pool, first.refresh_token, NOON)
    await end_session(pool, "nobody's", NOON)

    with pytest.raises(SessionEnded):
        await refresh_session(pool, second.refresh_token, NOON)
    assert (await refresh_session(pool, other.refresh_token, NOON)).id == other.id
    assert await pool.fetchval("SELECT ended_by FROM session WHERE id = $1", first.id) == "caller"


@pytest.mark.parametrize("token", ["", "x", "ä" * 43, "x" * 10_000, "\0", "\ud800"], ids=range(6))
async def test_what_is_no_token_of_ours_opens_nothing(pool: Pool, token: str) -> None:
    with pytest.raises(SessionEnded):
        await refresh_session(pool, token, NOON)


@pytest.mark.parametrize(("caller", "lives"), [(None, MEMBER_LIVES), (LIN, STAFF_LIVES)], ids=["member", "operator"])
async def test_who_stays_away_or_has_been_there_for_too_long_signs_in_again(
    pool: Pool, caller: Caller | None, lives: tuple[timedelta, timedelta]
) -> None:
    [member] = await add_members(pool, 1)
    whose, (idle, whole) = caller or Caller("member", member), lives
    away, busy = await start_session(pool, whose, NOON), await start_session(pool, whose, NOON)

    with pytest.raises(SessionEnded):
        await refresh_session(pool, away.refresh_token, NOON + idle)
    now = NOON
    while now + idle / 2 < NOON + whole:
        now += idle / 2
        busy = await refresh_session(pool, busy.refresh_token, now)
        assert busy.refresh_until <= NOON + whole
    with pytest.raises(SessionEnded):
        await refresh_session(pool, busy.refresh_token, NOON + whole)


async def test_a_member_who_is_not_there_cannot_sign_in(pool: Pool) -> None:
    with pytest.raises(NotFound):
        await start_session(pool, Caller("member", new_id()), NOON)


async def test_a_caller_has_so_many_sessions_and_a_further_one_ends_the_oldest(pool: Pool) -> None:
    _, oldest = await signed_in(pool)
    strange = await start_session(pool, LIN, NOON)
    newer = [await start_session(pool, oldest.caller, NOON) for _ in range(SESSIONS_MAX)]

    with pytest.raises(SessionEnded):
        await refresh_session(pool, oldest.refresh_token, NOON)
    for session in (strange, *newer):
        await refresh_session(pool, session.refresh_token, NOON)


async def test_a_revocation_ends_the_sessions_of_one_caller_alone(pool: Pool) -> None:
    _, one = await signed_in(pool)
    _, other = await signed_in(pool)
    lin, clerk = [await start_session(pool, caller, NOON) for caller in (LIN, Caller("clerk", name="lin"))]

    await revoke(pool, one.caller, NOON)
    await revoke(pool, LIN, NOON)
    await revoke(pool, LIN, NOON - MINUTE)

    for session in (one, lin):
        with pytest.raises(SessionEnded):
            await refresh_session(pool, session.refresh_token, NOON)
    for session in (other, clerk):
        await refresh_session(pool, session.refresh_token, NOON)
    rows = await pool.fetch("SELECT bearer, issued_until FROM revocation")
    assert {tuple(row) for row in rows} == {(one.caller.bearer, NOON), ("operator/lin", NOON)}


async def test_what_is_over_is_swept_after_a_while_and_nothing_else(pool: Pool) -> None:
    _, over = await signed_in(pool)
    _, kept = await signed_in(pool)
    await end_session(pool, over.refresh_token, NOON)
    later = NOON + KEPT + MINUTE

    assert await sweep(pool, NOON)
    assert await pool.fetchval("SELECT count(*) FROM session") == 2
    assert await sweep(pool, later)

    assert [row[0] for row in await pool.fetch("SELECT id FROM session")] == [kept.id]
    assert await pool.fetchval("SELECT count(*) FROM revocation") == 0
    await refresh_session(pool, kept.refresh_token, later)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["refresh", "end"]), st.integers(0, 9)), max_size=12))
async def test_whatever_comes_in_whichever_order_a_token_is_good_as_the_plain_model_says(
    pool: Pool, steps: list[tuple[str, int]]
) -> None:
    """The model: a session is the list of its tokens, the last one good, until it has ended."""
    session = (await signed_in(pool))[1]
    tokens, ended = [session.refresh_token], False

    for step, place in steps:
        token = tokens[place % len(tokens)]
        if step == "end":
            await end_session(pool, token, NOON)
            ended = True
            continue
        if not ended and token == tokens[-1]:
            tokens.append((await refresh_session(pool, token, NOON)).refresh_token)
        else:
            with pytest.raises(SessionEnded):
                await refresh_session(pool, token, NOON)
            ended = True

    unused = await pool.fetchval(
        "SELECT count(*) FROM refresh_token WHERE session_id = $1 AND used_at IS NULL", session.id
    )
    assert unused == 1
    assert (await pool.fetchval("SELECT ended_at FROM session WHERE id = $1", session.id) is not None) == ended
