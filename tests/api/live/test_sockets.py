"""Sockets: who is let in, for how long, and why they are closed."""

import asyncio
import json

import pytest

from api.live import CloseCode
from siyu.access import Caller, revoke
from tests.api.graphql import operator_token, token_of
from tests.api.live.clients import connected
from tests.api.live.conftest import Deployment
from tests.factories import add_members

WALLET = "subscription { walletChanged(unit: POINTS) { balance } }"


async def member_token(deployment: Deployment) -> str:
    """A new member's token, issued now by the clock."""
    [member] = await add_members(deployment.services.pool, 1)
    return token_of(deployment.tokens, member, deployment.clock())


async def test_sockets_subscriptions_and_news_are_counted(deployment: Deployment) -> None:
    counts = deployment.services.observer.counts.live
    sent = counts.sent
    async with connected(deployment.sockets()) as client:
        await client.sign_in(await member_token(deployment))
        client.subscribe(WALLET)
        await client.data()

        assert (counts.connections, counts.sent) == (1, sent + 1)
        assert +counts.subscriptions == {"walletChanged": 1}

    assert (counts.connections, +counts.subscriptions) == (0, {})


async def test_another_subprotocol_is_closed(deployment: Deployment) -> None:
    async with connected(deployment.sockets(), "graphql-ws") as client:
        accepted = await client.event()

        assert accepted["type"] == "websocket.accept"
        assert accepted["subprotocol"] is None
        assert (await client.closed())[0] == CloseCode.BAD_SUBPROTOCOL


async def test_who_says_nothing_is_sent_away(deployment: Deployment) -> None:
    async with connected(deployment.sockets(init_s=0.01)) as client:
        assert (await client.event())["subprotocol"] == "graphql-transport-ws"
        assert (await client.closed())[0] == CloseCode.INIT_TOO_LATE


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ('{"type": "subscribe", "id": "1", "payload": {"query": "{ viewer { __typename } }"}}', 4401),
        ('{"type": "connection_init"}', 4403),
        ('{"type": "connection_init", "payload": {"authorization": 5}}', 4403),
        ('{"type": "connection_init", "payload": {"authorization": "Bearer nobody"}}', 4403),
        ('{"type": "connection_init", "payload": []}', 4400),
        ('{"type": "connection_init", "type": "ping"}', 4400),
        ('{"type": "start"}', 4400),
        ("[]", 4400),
        ("{", 4400),
    ],
)
async def test_who_does_not_sign_in_is_closed(deployment: Deployment, first: str, code: int) -> None:
    async with connected(deployment.sockets()) as client:
        client.say_text(first)

        assert (await client.event())["type"] == "websocket.accept"
        assert (await client.closed())[0] == code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"type": "connection_init"}, CloseCode.TOO_MANY),
        ({"type": "subscribe", "payload": {"query": WALLET}}, CloseCode.BAD_MESSAGE),
        ({"type": "subscribe", "id": "1"}, CloseCode.BAD_MESSAGE),
        ({"type": "complete"}, CloseCode.BAD_MESSAGE),
        ({"type": "ping", "payload": {"authorization": "Bearer nobody"}}, CloseCode.NOT_ADMITTED),
    ],
)
async def test_a_message_that_breaks_the_protocol_closes(
    deployment: Deployment, message: dict[str, object], code: CloseCode
) -> None:
    async with connected(deployment.sockets()) as client:
        await client.sign_in(await member_token(deployment))
        client.say(**message)

        assert (await client.closed())[0] == code


async def test_bytes_and_an_id_twice_close(deployment: Deployment) -> None:
    token = await member_token(deployment)
    async with connected(deployment.sockets()) as client:
        await client.sign_in(token)
        client.say_bytes()
        assert (await client.closed())[0] == CloseCode.BAD_MESSAGE
    async with connected(deployment.sockets()) as client:
        await client.sign_in(token)
        client.subscribe(WALLET)
        client.subscribe(WALLET)
        assert await client.closed() == (CloseCode.SUBSCRIBED_TWICE, "Subscriber for 1 already exists")


async def test_a_page_of_another_origin_is_refused_and_a_mini_program_is_not(deployment: Deployment) -> None:
    async with connected(deployment.sockets(), origin="https://evil.example") as client:
        assert (await client.event())["status"] == 403
    for origin in ("https://shop.example", "https://servicewechat.com"):
        async with connected(deployment.sockets(), origin=origin) as client:
            assert (await client.event())["type"] == "websocket.accept"


async def test_pings_are_answered(deployment: Deployment) -> None:
    async with connected(deployment.sockets()) as client:
        await client.sign_in(await member_token(deployment))
        client.say(type="pong")
        client.say(type="ping")

        assert await client.hear() == {"type": "pong"}


async def test_an_expired_token_closes_unless_a_fresh_one_came(deployment: Deployment) -> None:
    [member] = await add_members(deployment.services.pool, 1)
    sockets = deployment.sockets(check_s=0.01)
    # No token is from the future.
    deployment.clock.move(-20 * 60)
    async with connected(sockets) as early, connected(sockets) as late:
        token = token_of(deployment.tokens, member, deployment.clock())
        await early.sign_in(token)
        await late.sign_in(token)
        deployment.clock.move(14 * 60)
        fresh = token_of(deployment.tokens, member, deployment.clock())
        late.say(type="ping", payload={"authorization": f"Bearer {fresh}"})
        assert await late.hear() == {"type": "pong"}
        deployment.clock.move(2 * 60)

        assert await early.closed() == (CloseCode.NOT_ADMITTED, "the token has expired")
        late.say(type="ping")
        assert await late.hear() == {"type": "pong"}


async def test_the_fresh_token_is_the_same_callers(deployment: Deployment) -> None:
    async with connected(deployment.sockets()) as client:
        await client.sign_in(await member_token(deployment))
        client.say(type="ping", payload={"authorization": f"Bearer {await member_token(deployment)}"})

        assert await client.closed() == (CloseCode.NOT_ADMITTED, "the token is somebody else's")


async def test_a_revoked_token_closes(deployment: Deployment) -> None:
    [member] = await add_members(deployment.services.pool, 1)
    async with connected(deployment.sockets(check_s=0.05)) as client:
        await client.sign_in(token_of(deployment.tokens, member, deployment.clock()))
        await revoke(deployment.services.pool, Caller("member", member, ""), deployment.clock())

        assert await client.closed() == (CloseCode.NOT_ADMITTED, "the token was revoked")


async def test_a_caller_has_so_many_connections(deployment: Deployment) -> None:
    token, sockets = await member_token(deployment), deployment.sockets(connections_of_one=1)
    async with connected(sockets) as first:
        await first.sign_in(token)
        async with connected(sockets) as second:
            second.say(type="connection_init", payload={"authorization": f"Bearer {token}"})
            assert (await second.event())["type"] == "websocket.accept"
            assert (await second.closed())[0] == CloseCode.TOO_MANY
        async with connected(sockets) as other:
            await other.sign_in(await member_token(deployment))
    async with connected(sockets) as again:
        await again.sign_in(token)


async def test_a_process_has_so_many_connections(deployment: Deployment) -> None:
    sockets = deployment.sockets(connections=1)
    async with connected(sockets) as first:
        await first.event()
        async with connected(sockets) as second:
            assert (await second.event())["status"] == 503


async def test_a_connection_has_so_many_subscriptions(deployment: Deployment) -> None:
    async with connected(deployment.sockets(subscriptions=1)) as client:
        await client.sign_in(await member_token(deployment))
        client.subscribe(WALLET, "a")
        assert await client.data("a") == {"walletChanged": {"balance": "0"}}
        client.subscribe(WALLET, "b")
        assert await client.codes("b") == ["DOCUMENT_REFUSED"]
        client.say(type="complete", id="a")
        client.subscribe(WALLET, "b")
        assert await client.data("b") == {"walletChanged": {"balance": "0"}}


async def test_whoever_wants_nothing_is_sent_away(deployment: Deployment) -> None:
    async with connected(deployment.sockets(check_s=0.01, idle_s=0.02)) as client:
        await client.sign_in(await member_token(deployment))

        assert (await client.closed())[0] == CloseCode.NOTHING_ASKED


async def test_who_asks_more_than_it_reads_is_sent_away(deployment: Deployment) -> None:
    async with connected(deployment.sockets(replies=3)) as client:
        await client.sign_in(await member_token(deployment))
        client.reads.clear()
        for _ in range(6):
            client.say(type="ping")
        await asyncio.sleep(0)
        client.reads.set()

        assert (await client.closed())[0] == CloseCode.TOO_MANY


async def test_messages_cost_points(deployment: Deployment) -> None:
    answering = deployment.answering
    settings = answering.settings.model_copy(update={"rate_points": 1_000, "rate_points_per_s": 0.01})
    object.__setattr__(answering, "settings", settings)
    try:
        async with connected(deployment.sockets(replies=5_000)) as client:
            await client.sign_in(await member_token(deployment))
            for _ in range(1_200):
                client.say(type="ping")

            assert (await client.closed())[0] == CloseCode.TOO_MANY
    finally:
        object.__setattr__(answering, "settings", deployment.services.settings)


async def test_permissions_are_those_of_the_fields(deployment: Deployment) -> None:
    async with connected(deployment.sockets()) as client:
        await client.sign_in(operator_token(deployment.tokens))
        client.subscribe(WALLET)

        assert await client.codes() == ["FORBIDDEN"]


def nested(levels: int) -> str:
    """A document that is deeper than it may be."""
    return f"subscription {{ walletChanged(unit: POINTS) {'{ a ' * levels}{'}' * levels} }}"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "subscription { nothing }"}, "INVALID_REQUEST"),
        ({"query": "subscription {"}, "INVALID_REQUEST"),
        ({"query": nested(13)}, "DOCUMENT_REFUSED"),
        ({"documentId": "sha256:00"}, "DOCUMENT_UNKNOWN"),
        ({"query": 5}, "INVALID_REQUEST"),
        ({"query": 'subscription { leaderboardChanged(board: "none", window: DAY) { exact } }'}, "INVALID_ARGUMENT"),
        ({"query": f"subscription {{ a: {WALLET[15:-2]} b: {WALLET[15:]}"}, "INVALID_REQUEST"),
    ],
    ids=lambda value: json.dumps(value)[:40],
)
async def test_documents_are_guarded_as_they_are_over_http(
    deployment: Deployment, payload: dict[str, object], code: str
) -> None:
    async with connected(deployment.sockets()) as client:
        await client.sign_in(await member_token(deployment))
        client.say(type="subscribe", id="1", payload=payload)

        assert set(await client.codes()) == {code}


async def test_a_query_is_none_of_a_socket(deployment: Deployment) -> None:
    async with connected(deployment.sockets()) as client:
        await client.sign_in(await member_token(deployment))
        client.subscribe("{ viewer { __typename } }")

        assert await client.codes() == ["INVALID_REQUEST"]
