"""Live data: the present state first, then what changes; computed once for all it is the same for."""

import asyncio
from uuid import UUID

import httpx
import pytest

from api.live import CloseCode, LiveSockets
from api.live.feeds import Feed
from api.live.traced import TracedPrincipal
from schema import Principal, Role
from schema.ids import CAMPAIGN, MEMBER, encode_id
from siyu.boards import rebuild
from siyu.engine import NewFact
from siyu.ids import new_id
from siyu.live import EVERYTHING, board_topic, publish, wallet_topic
from tests.api.graphql import ask, operator_token, token_of
from tests.api.live.clients import Client, connected
from tests.api.live.conftest import Deployment
from tests.factories import add_campaign, add_members, paid, sign

BOARD = """
subscription ($board: ID!) {
  leaderboardChanged(board: $board, window: ALL) { revision pollAfterMs entries(first: 1) { nodes { rank score } } }
}
"""
MY_PLACE = """
subscription ($board: ID!) { leaderboardChanged(board: $board, window: ALL) { revision entry { score } } }
"""
OWN_TIERS = """
subscription ($board: ID!) {
  leaderboardChanged(board: $board, window: ALL) { entries(first: 1) { nodes { score member { id joinedAt } } } }
}
"""
WALLET = "subscription { walletChanged(unit: POINTS) { revision balance } }"
TEAM = """
subscription ($campaign: ID!, $team: String!) {
  teamChanged(campaign: $campaign, team: $team) { revision state }
}
"""
ADJUST = """
mutation ($input: CampaignStockAdjustInput!) { campaignStockAdjust(input: $input) { userErrors { code } } }
"""
TOLD_TIMEOUT_S, TOLD_POLL_S = 60.0, 0.005
STOCK = """
subscription ($sale: ID!) { saleStockChanged(campaign: $sale) { revision items { subject left } } }
"""


async def signed_in(deployment: Deployment, client: Client) -> UUID:
    """A new member at a socket."""
    [member] = await add_members(deployment.services.pool, 1)
    await client.sign_in(token_of(deployment.tokens, member, deployment.clock()))
    return member


async def act(deployment: Deployment, member: UUID, campaign: UUID, kind: str, **data: object) -> UUID:
    """An action of a member: the fact's id."""
    fact = NewFact(kind, member, deployment.clock(), data, new_id().hex, campaign, stamped=True)
    return (await deployment.services.engine.submit(fact)).fact_id


def feeds_of(sockets: LiveSockets) -> list[Feed]:
    """The feeds that are shared."""
    return list(sockets.feeds._shared.values())


async def until_all_is_told(sockets: LiveSockets) -> None:
    """Until every feed that was woken has been run."""
    async with asyncio.timeout(TOLD_TIMEOUT_S):
        while sockets.feeds._changed or sockets.feeds._running:
            await asyncio.sleep(TOLD_POLL_S)


async def test_a_wallet_is_told_at_first_and_when_it_changes(deployment: Deployment) -> None:
    campaign = await add_campaign(deployment.services.pool, "check_in")
    async with connected(deployment.sockets(pause_s=0)) as client:
        member = await signed_in(deployment, client)
        client.subscribe(WALLET)
        first = (await client.data())["walletChanged"]
        await deployment.services.engine.submit(sign(campaign, member, deployment.clock()))
        then = (await client.data())["walletChanged"]

        assert first["balance"] == "0"
        assert int(then["balance"]) > 0
        assert then["revision"] != first["revision"]


async def test_a_team_is_told_to_whoever_has_its_key(deployment: Deployment) -> None:
    pool = deployment.services.pool
    campaign, members = await add_campaign(pool, "group_buy", {"items": [{"key": "mug"}]}), await add_members(pool, 2)
    mug = {"item": "mug", "quantity": 1}
    team = (await act(deployment, members[0], campaign, "group_buy.open", **mug)).hex
    async with connected(deployment.sockets(pause_s=0)) as client:
        await signed_in(deployment, client)
        client.subscribe(TEAM, campaign=encode_id(CAMPAIGN, campaign), team=team)
        then = first = (await client.data())["teamChanged"]
        await act(deployment, members[1], campaign, "group_buy.join", **mug, team=team)
        # That the team was opened may be told only now.
        while then["revision"] == first["revision"]:
            then = (await client.data())["teamChanged"]
        client.subscribe(TEAM, "2", campaign=encode_id(CAMPAIGN, campaign), team="nobody")
        assert await client.data("2") == {"teamChanged": None}

    assert first["state"] != then["state"]


async def test_a_stock_is_told_when_it_is_claimed_and_when_it_is_adjusted(deployment: Deployment) -> None:
    services = deployment.services
    sale = await add_campaign(services.pool, "flash_sale", {"items": [{"key": "mug", "stock": 5}]})
    async with connected(deployment.sockets(pause_s=0)) as client:
        member = await signed_in(deployment, client)
        client.subscribe(STOCK, sale=encode_id(CAMPAIGN, sale))
        assert (await client.data())["saleStockChanged"]["items"] == [{"subject": "mug", "left": "5"}]
        await act(deployment, member, sale, "flash_sale.claim", item="mug", quantity=1)
        assert (await client.data())["saleStockChanged"]["items"] == [{"subject": "mug", "left": "4"}]


async def test_a_board_is_told_once_its_copy_has_changed_and_computed_once_for_all(deployment: Deployment) -> None:
    sockets = deployment.sockets(pause_s=0)
    async with connected(sockets) as one, connected(sockets) as other, connected(sockets) as third:
        buyer = await signed_in(deployment, one)
        await signed_in(deployment, other)
        await deployment.show_scores()
        one.subscribe(BOARD, board="spend")
        first = (await one.data())["leaderboardChanged"]
        other.subscribe(BOARD, board="spend")
        assert (await other.data())["leaderboardChanged"] == first
        [feed] = feeds_of(sockets)
        await deployment.services.engine.submit(paid(buyer, "S-1", 9_900, deployment.clock()))
        await deployment.show_scores()
        then = (await one.data())["leaderboardChanged"]
        while then["entries"]["nodes"] == []:
            then = (await one.data())["leaderboardChanged"]

        assert then["entries"]["nodes"] == [{"rank": 1, "score": "9900"}]
        assert len(feed.readers) == 2
        assert feeds_of(sockets) == [feed]
        # Who comes back is told the present state.
        await signed_in(deployment, third)
        third.subscribe(BOARD, board="spend")
        assert (await third.data())["leaderboardChanged"]["entries"] == then["entries"]
    assert feeds_of(sockets) == []
    assert deployment.services.live.hub.watched == 0


async def test_what_depends_on_who_asks_is_shared_by_nobody(deployment: Deployment) -> None:
    sockets = deployment.sockets(pause_s=0)
    async with connected(sockets) as one, connected(sockets) as other:
        member = await signed_in(deployment, one)
        await signed_in(deployment, other)
        await deployment.services.engine.submit(paid(member, "S-2", 100, deployment.clock()))
        await deployment.show_scores()
        one.subscribe(MY_PLACE, board="spend")
        other.subscribe(MY_PLACE, board="spend")

        assert (await one.data())["leaderboardChanged"]["entry"] == {"score": "100"}
        assert (await other.data())["leaderboardChanged"]["entry"] is None
    assert feeds_of(sockets) == []


async def test_an_answer_that_comes_to_depend_on_who_asks_is_told_to_nobody_else(deployment: Deployment) -> None:
    """An empty board is the same for all; a line of it shows the member alone when they joined."""
    sockets = deployment.sockets(pause_s=0)
    async with connected(sockets) as one, connected(sockets) as other:
        leader = await signed_in(deployment, one)
        await signed_in(deployment, other)
        for client in (one, other):
            client.subscribe(OWN_TIERS, board="invitees")
            assert (await client.data())["leaderboardChanged"]["entries"]["nodes"] == []
        [feed] = feeds_of(sockets)
        assert len(feed.readers) == 2
        await deployment.services.pool.execute(
            "INSERT INTO board_score (board, window_key, member_id, score, reached_at, version) "
            "VALUES ('invitees', 'all', $1, 1, now(), 1)",
            leader,
        )
        await rebuild(deployment.services.pool, deployment.services.redis, "invitees", "all")
        await publish(deployment.services.redis, [board_topic("invitees")])
        mine = await one.data()

        line = mine["leaderboardChanged"]["entries"]["nodes"][0]["member"]
        assert line["id"] == encode_id(MEMBER, leader)
        assert line["joinedAt"] is not None
        assert await other.codes() == ["FORBIDDEN"]
        assert feeds_of(sockets) == []


@pytest.mark.parametrize(
    ("asks", "was_asked"),
    [
        (lambda who: who.role, False),
        (lambda who: who.role.operates, False),
        (lambda who: who.scopes, False),
        (lambda who: who.member_id, True),
        (lambda who: who.may_see_all_of(new_id()), True),
        (lambda who: who.subject, True),
        (lambda who: who.session_id, True),
        (repr, True),
        (hash, True),
    ],
    ids=["role", "operates", "scopes", "member", "may see", "subject", "session", "repr", "hash"],
)
def test_a_principal_notes_that_it_was_asked_who_it_is(asks: object, was_asked: bool) -> None:
    principal = TracedPrincipal.of(Principal(Role.MEMBER, member_id=new_id()))

    asks(principal)  # type: ignore[operator]  # each is a function
    assert principal.was_asked is was_asked


async def test_a_slow_reader_reads_the_newest_and_holds_up_nobody(deployment: Deployment) -> None:
    campaign = await add_campaign(deployment.services.pool, "purchase", {"points_per_yuan": 1})
    sockets = deployment.sockets(pause_s=0)
    async with connected(sockets) as slow, connected(sockets) as quick:
        member = await signed_in(deployment, slow)
        await quick.sign_in(token_of(deployment.tokens, member, deployment.clock()))
        for client in (slow, quick):
            client.subscribe(WALLET)
            assert (await client.data())["walletChanged"]["balance"] == "0"
        slow.reads.clear()
        for number in range(1, 6):
            await deployment.services.engine.submit(paid(member, f"Q-{number}", 10_000, deployment.clock()))
            assert int((await quick.data())["walletChanged"]["balance"]) == 100 * number
        await until_all_is_told(sockets)
        slow.reads.set()
        heard = [int((await slow.data())["walletChanged"]["balance"])]
        while heard[-1] < 500:
            heard.append(int((await slow.data())["walletChanged"]["balance"]))

        # One was under way when it stopped reading; of the others it is sent the last.
        assert len(heard) <= 2
        assert slow.unread == 0
    assert campaign


async def test_what_changes_while_it_is_told_is_told_again_and_what_did_not_is_not(deployment: Deployment) -> None:
    async with connected(deployment.sockets(pause_s=0)) as client:
        member = await signed_in(deployment, client)
        client.subscribe(WALLET)
        await client.data()
        await publish(deployment.services.redis, [wallet_topic(member), EVERYTHING])
        await publish(deployment.services.redis, [wallet_topic(member)])
        client.say(type="ping")

        assert await client.hear() == {"type": "pong"}


async def test_where_changes_are_not_heard_clients_are_sent_away_to_poll(deployment: Deployment) -> None:
    hub = deployment.services.live.hub
    async with connected(deployment.sockets(check_s=0.01, away_s=0)) as client:
        await signed_in(deployment, client)
        client.subscribe(WALLET)
        await client.data()
        hub._connected.clear()
        try:
            assert await client.closed() == (CloseCode.TRY_LATER, "changes are not heard at present: poll")
            async with connected(deployment.sockets()) as other:
                await signed_in(deployment, other)
                other.subscribe(WALLET)
                message = await other.hear()
        finally:
            hub._connected.set()

    [error] = message["payload"]
    assert (error["extensions"]["code"], error["extensions"]["retryable"]) == ("UNAVAILABLE", True)


async def test_a_stock_that_an_operator_adjusts_is_told(deployment: Deployment, http: httpx.AsyncClient) -> None:
    """The mutation is the writer here; the engine has no part in it."""
    sale = await add_campaign(deployment.services.pool, "flash_sale", {"items": [{"key": "mug", "stock": 5}]})
    async with connected(deployment.sockets(pause_s=0)) as client:
        await signed_in(deployment, client)
        client.subscribe(STOCK, sale=encode_id(CAMPAIGN, sale))
        await client.data()
        added = {"campaign": encode_id(CAMPAIGN, sale), "counter": "stock", "subject": "mug", "difference": "2"}
        token = operator_token(deployment.tokens)
        payload = await ask(http, ADJUST, token, input={**added, "idempotencyKey": new_id().hex})

        assert payload["campaignStockAdjust"]["userErrors"] == []
        assert (await client.data())["saleStockChanged"]["items"] == [{"subject": "mug", "left": "7"}]


async def test_a_subscription_is_none_of_http(deployment: Deployment, http: httpx.AsyncClient) -> None:
    [member] = await add_members(deployment.services.pool, 1)
    headers = {"Authorization": f"Bearer {token_of(deployment.tokens, member)}"}

    answer = (await http.post("/graphql", json={"query": WALLET}, headers=headers)).json()

    assert "data" not in answer
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_REQUEST"
