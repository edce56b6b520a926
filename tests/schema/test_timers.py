"""Timers and emitted facts as a front end meets them: objects of the decision log, and nothing it may report itself."""

import pytest

from schema.ids import CAMPAIGN, MEMBER, encode_id
from tests.factories import add_campaign, add_members
from tests.schema.conftest import OPERATOR, SERVICE, Shop, as_member
from tests.schema.test_plugin_types import with_types
from tests.siyu.engine.relay import RELAY, WITNESS

EFFECTS = """
effects { kind ... on ScheduleEffect { key type at } ... on CancelEffect { key } ... on EmitEffect { type member } }
"""
PLAY = f"""
mutation ($wind: RelayWindInput!, $stop: RelayStopInput!, $throw: RelayThrowInput!) {{
  relayWind(input: $wind) {{ {EFFECTS} userErrors {{ code }} }}
  relayStop(input: $stop) {{ {EFFECTS} userErrors {{ code }} }}
  relayThrow(input: $throw) {{ {EFFECTS} userErrors {{ code }} decision {{ id }} }}
}}
"""
DECISION = f"query ($id: ID!) {{ node(id: $id) {{ ... on Decision {{ {EFFECTS} }} }} }}"
SUBMIT = "mutation ($input: FactSubmitInput!) { factSubmit(input: $input) { userErrors { field code message } } }"


@pytest.fixture
def relay_shop(shop: Shop) -> Shop:
    """A shop that runs relays."""
    return with_types(shop, RELAY, WITNESS)


async def test_the_log_tells_of_timers_and_emitted_facts(relay_shop: Shop) -> None:
    shop = relay_shop
    lin, mei = await add_members(shop.pool, 2)
    campaign = encode_id(CAMPAIGN, await add_campaign(shop.pool, "relay"))
    common = {"campaign": campaign, "idempotencyKey": "my-key-of-"}

    answer = await shop.data(
        as_member(lin),
        PLAY,
        wind=common | {"idempotencyKey": "wind-it-up", "seconds": 60.5},
        stop=common | {"idempotencyKey": "stop-it-now", "key": "gong"},
        throw=common | {"idempotencyKey": "throw-it-on", "hops": 0, "to": str(mei)},
    )
    await shop.engine.drain()
    told = await shop.data(OPERATOR, DECISION, id=answer["relayThrow"]["decision"]["id"])

    assert [payload["userErrors"] for payload in answer.values()] == [[], [], []]
    [scheduled] = answer["relayWind"]["effects"]
    assert (scheduled["kind"], scheduled["key"], scheduled["type"]) == ("schedule", "bell", "relay.ring")
    assert scheduled["at"] == "2026-11-21T04:01:00.500000Z"
    assert answer["relayStop"]["effects"] == [{"kind": "cancel", "key": "gong"}]
    # A member need not learn who another one is.
    assert answer["relayThrow"]["effects"] == [{"kind": "emit", "type": "relay.baton", "member": None}]
    assert told["node"]["effects"] == [{"kind": "emit", "type": "relay.baton", "member": encode_id(MEMBER, mei)}]


@pytest.mark.parametrize("fact_type", ["relay.ring", "relay.baton", "relay.wind"])
async def test_what_a_campaign_enters_itself_cannot_be_reported(relay_shop: Shop, fact_type: str) -> None:
    [member] = await add_members(relay_shop.pool, 1)
    report = {
        "type": fact_type,
        "member": encode_id(MEMBER, member),
        "occurredAt": "2026-11-21T10:00:00+08:00",
        "data": {"hops": 0},
        "idempotencyKey": "a-forged-fact",
    }

    for principal in (SERVICE, OPERATOR):
        [error] = (await relay_shop.data(principal, SUBMIT, input=report))["factSubmit"]["userErrors"]
        assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", "type"])
    assert await relay_shop.pool.fetchval("SELECT count(*) FROM fact") == 0
