"""Buckets of points: never more than they hold, whoever counts, and still so when Redis is away."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import api.rates as rates_module
from api.identity import Tokens
from api.rates import ALONE_SHARE, CALLERS_MAX, HERE_SHARE, REDIS_REST_S, Budget, Rates, _Buckets
from api.services import Services
from siyu.cache import RedisClient, open_redis
from siyu.ids import new_id
from tests.api.applications import application
from tests.api.graphql import operator_token, token_of
from tests.api.own_valkey import OwnValkey, own_valkey

BUDGET = Budget(points=1_000, per_s=50)
# Of which nothing comes back while a test runs, however slow the machine is.
SLOW = Budget(points=1_000, per_s=0.01)
PATIENCE_S = 30.0
DOCUMENT = "{ campaigns(first: 100) { nodes { id } } }"
# What rounding may add.
NEARLY = 1e-6


class Seconds:
    """A clock that stands still until it is moved. Redis has its own."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no Redis that is away."""
    monkeypatch.setattr(rates_module, "REDIS_TIMEOUT_S", PATIENCE_S)


@pytest.fixture
def seconds() -> Seconds:
    """The process's clock."""
    return Seconds()


@pytest.fixture
async def valkey() -> AsyncIterator[OwnValkey]:
    """A Valkey that the test may kill."""
    async with own_valkey() as running:
        yield running


async def given_out(rates: Rates, caller: str, points: float, times: int, budget: Budget = BUDGET) -> float:
    """How many points so many requests get."""
    waits = [await rates.take(caller, budget, points) for _ in range(times)]
    return points * sum(wait == 0 for wait in waits)


async def test_a_caller_gets_what_the_bucket_holds_and_is_told_when_there_is_more(redis: RedisClient) -> None:
    rates = Rates(redis)

    assert 1_000 <= await given_out(rates, "a", 20, 100, SLOW) <= 1_000 * (1 + HERE_SHARE)
    wait_s = await rates.take("a", SLOW, 100)
    assert 0 < wait_s <= (100 + 1_000 * HERE_SHARE) / SLOW.per_s
    assert await rates.take("b", SLOW, 100) == 0


async def test_processes_share_a_bucket(redis: RedisClient) -> None:
    processes = [Rates(redis) for _ in range(4)]

    taken = await asyncio.gather(*(given_out(rates, "a", 10, 100, SLOW) for rates in processes))

    assert 1_000 <= sum(taken) <= 1_000 + len(processes) * 1_000 * HERE_SHARE


async def test_a_few_points_need_no_redis(valkey: OwnValkey, seconds: Seconds) -> None:
    async with open_redis(valkey.url) as client:
        rates = Rates(client, seconds)
        assert await given_out(rates, "a", 10, 10) == 100
        assert await client.dbsize() == 0
        assert await rates.take("a", BUDGET, 1) == 0
        assert await client.dbsize() == 1


async def test_without_redis_a_process_limits_by_itself(
    valkey: OwnValkey, seconds: Seconds, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_redis(valkey.url) as client:
        rates = Rates(client, seconds)
        await valkey.kill()
        here = 1_000 * HERE_SHARE

        assert await given_out(rates, "a", 10, 300) == 1_000 + here
        seconds.now += REDIS_REST_S / 2
        assert await rates.take("a", BUDGET, 50) > 0
        # In ten seconds both fill up: the small change, and the bucket at a quarter of the rate.
        seconds.now += 10
        refilled = (10 + REDIS_REST_S / 2) * 50 * ALONE_SHARE
        assert here + refilled - 20 <= await given_out(rates, "a", 10, 100) <= here + refilled
        assert "callers are limited by this process alone" in caplog.text

        await valkey.start()
        seconds.now += REDIS_REST_S
        assert await rates.take("a", BUDGET, 500) == 0
        assert await client.dbsize() == 1


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "99999999999999", "garbage", ""])
async def test_whatever_redis_holds_a_caller_is_locked_out_for_no_longer_than_an_empty_bucket(
    redis: RedisClient, value: str
) -> None:
    await redis.set("{siyu:rate:a}", value)

    assert await Rates(redis).take("a", BUDGET, 500) <= 20


async def test_another_kind_of_value_counts_as_redis_being_away(redis: RedisClient) -> None:
    await redis.rpush("{siyu:rate:a}", "x")

    assert await Rates(redis).take("a", BUDGET, 500) == 0


async def test_more_than_a_bucket_holds_is_never_there(redis: RedisClient) -> None:
    assert await Rates(redis).take("a", BUDGET, 1_001) > 0


async def test_keys_do_not_outlive_their_use(redis: RedisClient) -> None:
    await Rates(redis).take("a", BUDGET, 500)

    assert 0 < await redis.pttl("{siyu:rate:a}") <= 10_001


@given(
    st.lists(st.tuples(st.floats(0, 30), st.floats(0.1, 1_000)), max_size=60),
    st.floats(1, 500),
)
async def test_alone_nobody_gets_more_than_the_bucket_and_what_came_back(
    requests: list[tuple[float, float]], per_s: float
) -> None:
    seconds, budget = Seconds(), Budget(1_000, per_s)
    async with open_redis("redis://127.0.0.1:1") as nowhere:
        rates = Rates(nowhere, seconds)
        rates._rests_until_s = float("inf")
        began_s, taken = seconds.now, 0.0
        for pause_s, points in requests:
            seconds.now += pause_s
            taken += points if await rates.take("a", budget, points) == 0 else 0
            passed_s = seconds.now - began_s
            most = 1_000 * (1 + HERE_SHARE) + passed_s * per_s * (1 + ALONE_SHARE)
            assert taken <= most + NEARLY * (1 + passed_s * per_s)


def test_buckets_in_memory_are_bounded_and_the_oldest_goes_first() -> None:
    buckets = _Buckets()
    for number in range(CALLERS_MAX + 1):
        buckets.put(str(number), 10.0, 0.0)

    assert (buckets.spent_s("0", 0.0), buckets.spent_s("1", 0.0)) == (0.0, 10.0)


async def test_a_request_beyond_the_points_has_429_and_says_when(services: Services, tokens: Tokens) -> None:
    headers = {"Authorization": f"Bearer {token_of(tokens, new_id())}"}
    async with application(services, rate_points=1_000) as client:
        replies = [await client.post("/graphql", json={"query": DOCUMENT}, headers=headers) for _ in range(14)]
        staff = {"Authorization": f"Bearer {operator_token(tokens)}"}
        other = await client.post("/graphql", json={"query": DOCUMENT}, headers=staff)

    costs = [reply.json()["extensions"]["cost"] for reply in replies if reply.status_code == 200]
    assert costs == [{"requested": 103, "limit": 1_000}] * len(costs)
    assert 8 <= len(costs) <= 10
    assert other.status_code == 200
    refused = replies[-1]
    [error] = refused.json()["errors"]
    assert (refused.status_code, error["extensions"]["code"]) == (429, "RATE_LIMITED")
    assert error["extensions"]["retryable"] is True
    assert 0 < error["extensions"]["retryAfterMs"] <= 20_000
    assert refused.headers["retry-after"] == str(-(-error["extensions"]["retryAfterMs"] // 1_000))


async def test_new_documents_cost_a_stranger_too(services: Services) -> None:
    await services.redis.flushall()
    async with application(services, rate_points=1_000, rate_points_per_s=0.01) as client:
        statuses = [
            (await client.post("/graphql", json={"query": f"{{ a{number} }}"})).status_code for number in range(240)
        ]

    answered = statuses.count(200)
    assert 200 <= answered <= 220
    assert statuses == [200] * answered + [429] * (240 - answered)


async def test_a_long_document_costs_more_to_look_at_than_a_short_one(services: Services) -> None:
    long = f"{{ a(b: {'[]' * 900}) }}"
    await services.redis.flushall()
    async with application(services, rate_points=1_000, rate_points_per_s=0.01) as client:
        statuses = [
            (await client.post("/graphql", json={"query": f"{long} # {number}"})).status_code for number in range(60)
        ]

    assert 40 <= statuses.count(200) <= 55


@pytest.mark.parametrize("size", [100, None])
async def test_a_page_costs_its_rows(http: httpx.AsyncClient, tokens: Tokens, size: int | None) -> None:
    headers = {"Authorization": f"Bearer {operator_token(tokens)}"}
    document = "query ($size: Int) { campaigns(first: $size) { nodes { id type { key } } } }"
    reply = await http.post("/graphql", json={"query": document, "variables": {"size": size}}, headers=headers)

    assert reply.json()["extensions"]["cost"]["requested"] == 3 + 2 * (size or 20)


async def test_too_dear_a_document_is_refused_though_it_is_small(http: httpx.AsyncClient) -> None:
    document = "{ campaigns(first: 100) { nodes { revisions(first: 100) { nodes { id: revision } } } } }"
    reply = await http.post("/graphql", json={"query": document})

    [error] = reply.json()["errors"]
    assert (error["extensions"]["code"], error["extensions"]["limit"]) == ("DOCUMENT_REFUSED", "cost")
