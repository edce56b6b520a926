"""Whatever staff changes over HTTP is in the audit log before it is done; members and services are not in it."""

import asyncio
import json
import re
from typing import Any

import httpx
import pytest

from api.answering import Answering
from api.app import build_answering
from api.identity import Tokens
from api.requests import GraphQLRequest
from api.services import Services
from schema import Context, Principal, Role, auditing
from schema.ids import MEMBER, encode_id
from siyu.audit import verify_chain
from siyu.clock import utc_now
from siyu.ids import new_id
from tests.api.graphql import TOKEN_LIFE, ask, check_in, token_of
from tests.factories import add_campaign, add_members
from tests.schema.permission_asks import ASKS
from tests.schema.test_permission_matrix import filled

ENTRIES = """
SELECT i.role, i.name, i.field, i.arguments, i.objects, i.reason, i.request, o.outcome, o.codes
FROM audit_entry AS i LEFT JOIN audit_entry AS o ON o.intent = i.number
WHERE i.intent IS NULL AND i.number > $1 ORDER BY i.number
"""
FREEZE = """
mutation ($member: ID!, $reason: String!, $key: String!) {
  memberFreeze(input: { member: $member, reason: $reason, idempotencyKey: $key }) { member { id } }
}
"""
LOG = """
query ($filter: AuditFilter, $first: Int, $after: String) {
  auditLog(filter: $filter, first: $first, after: $after) {
    nodes { actor role session field arguments objects reason requestId outcome codes at endedAt }
    pageInfo { hasNextPage endCursor }
  }
}
"""


def token(tokens: Tokens, role: Role, name: str = "lin") -> str:
    return tokens.issue(Principal(role, subject=name), utc_now(), TOKEN_LIFE)


@pytest.fixture
async def since(services: Services) -> int:
    """The number of the last entry that was there before."""
    number: int = await services.pool.fetchval("SELECT number FROM audit_head")
    return number


async def entries(services: Services, since: int) -> list[Any]:
    return [tuple(row) for row in await services.pool.fetch(ENTRIES, since)]


async def test_what_an_operator_changes_is_kept_with_what_became_of_it(
    services: Services, http: httpx.AsyncClient, tokens: Tokens, since: int
) -> None:
    [member] = await add_members(services.pool, 1)
    shown, operator = encode_id(MEMBER, member), token(tokens, Role.OPERATOR)
    reason = "called from 138 0013 8000 and 138.0013.8001"
    for key in ("freeze-1", "freeze-2"):
        await ask(http, FREEZE, operator, member=shown, reason=reason, key=key)
    reply = await http.post(
        "/graphql",
        json={"query": FREEZE, "variables": {"member": shown, "reason": "x", "key": "freeze-3"}},
        headers={
            "Authorization": f"Bearer {token(tokens, Role.CLERK, 'mei')}",
            "X-Request-Id": "request-17-of-the-clerk-mei",
        },
    )
    first, second, third = await entries(services, since)

    given = {"input": {"idempotencyKey": "freeze-1", "member": shown, "reason": "called from • and •"}}
    assert first[:3] == ("operator", "lin", "memberFreeze")
    assert json.loads(first[3]) == given
    assert first[4:6] == ([f"Member:{member}"], "called from • and •")
    assert first[7:] == ("ok", [])
    # Nobody asked for userErrors: the log knows all the same.
    assert second[7:] == ("refused", ["WALLET_FROZEN"])
    assert reply.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert (third[1], third[6], *third[7:]) == ("mei", "request-17-of-the-clerk-mei", "failed", ["FORBIDDEN"])


async def test_no_mutation_of_staff_is_left_out(
    services: Services, http: httpx.AsyncClient, tokens: Tokens, since: int
) -> None:
    mutations = [row for row in ASKS if row.startswith("Mutation.")]
    words = {word for row in mutations for word in re.findall(r"\b[A-Z]+_ID\b", ASKS[row])}
    ids = {word: encode_id(word.removesuffix("_ID").title(), new_id()) for word in words}
    for row in mutations:
        document = filled(ASKS[row], ids)
        role = (Role.OPERATOR, Role.ADMIN, Role.CLERK, Role.ANALYST)[len(row) % 4]
        headers = {"Authorization": f"Bearer {token(tokens, role)}"}
        await http.post("/graphql", json={"query": document}, headers=headers)
    kept = await entries(services, since)

    assert [entry[2] for entry in kept] == [row.partition("#")[0].removeprefix("Mutation.") for row in mutations]
    assert {entry[7] for entry in kept} <= {"ok", "refused", "failed"}
    assert (await verify_chain(services.pool, None, lambda _done, _total: None)).is_sound


async def test_members_and_services_and_reads_cost_nothing(
    services: Services, http: httpx.AsyncClient, tokens: Tokens, since: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("fields_to_audit", "keep_intents", "keep_outcomes", "noting_user_errors"):
        monkeypatch.setattr(auditing, name, lambda *_: pytest.fail("the audit log has nothing to do here"))
    campaign, [member] = await add_campaign(services.pool, "check_in"), await add_members(services.pool, 1)

    await check_in(http, campaign, "of-today", token_of(tokens, member))
    update = f'mutation {{ memberUpdate(input: {{member: "{encode_id(MEMBER, member)}"}}) {{ member {{ id }} }} }}'
    await ask(http, update, token(tokens, Role.SERVICE))
    await ask(http, "{ members { nodes { id } } }", token(tokens, Role.ADMIN))
    assert await entries(services, since) == []


async def test_what_cannot_be_kept_is_not_done(services: Services, http: httpx.AsyncClient, tokens: Tokens) -> None:
    [member] = await add_members(services.pool, 1)
    variables = {"member": encode_id(MEMBER, member), "reason": "x", "key": "freeze-unkept"}
    headers = {"Authorization": f"Bearer {token(tokens, Role.OPERATOR)}"}
    await services.pool.execute("ALTER TABLE audit_head RENAME TO lost")
    try:
        reply = await http.post("/graphql", json={"query": FREEZE, "variables": variables}, headers=headers)
    finally:
        await services.pool.execute("ALTER TABLE lost RENAME TO audit_head")

    assert [error["extensions"]["code"] for error in reply.json()["errors"]] == ["INTERNAL"]
    assert await services.pool.fetchval("SELECT count(*) FROM wallet_freeze WHERE member_id = $1", member) == 0


async def test_a_change_that_was_interrupted_is_told_as_unknown(
    services: Services,
    http: httpx.AsyncClient,
    tokens: Tokens,
    since: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As when the process dies: the intent is there, and nothing came after it."""
    document = 'mutation { apiKeyRevoke(input: {prefix: "interrupted"}) { userErrors { code } } }'
    answering = build_answering(services)
    began = asyncio.Event()

    async def endless(*_: object) -> dict[str, Any]:
        began.set()
        await asyncio.sleep(3_600)
        return {}

    monkeypatch.setattr(Answering, "_run", endless)
    context = Context(
        principal=Principal(Role.ADMIN, subject="boss"),
        request_id="r",
        language="en",
        now=utc_now(),
        engine=services.engine,
        pool=services.pool,
        leaderboards=services.leaderboards,
        zone=services.zone,
        issue_token=lambda *_: "",
        live=services.live,
        analytics=services.analytics,
        vault=services.vault,
    )
    asked = GraphQLRequest(query=document, variables={}, operation_name=None, document_hash=None)
    judged = await answering.judge(asked, context.principal, "")
    running = asyncio.create_task(answering.run(judged, asked, context))
    await began.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    monkeypatch.undo()

    [entry] = await entries(services, since)
    assert (entry[2], entry[7]) == ("apiKeyRevoke", None)
    shown = await ask(http, LOG, token(tokens, Role.ADMIN), filter={"outcome": "UNKNOWN"})
    assert [node["outcome"] for node in shown["auditLog"]["nodes"]] == ["UNKNOWN"]


async def test_several_fields_of_one_operation_are_told_apart(
    services: Services, http: httpx.AsyncClient, tokens: Tokens, since: int
) -> None:
    admin = token(tokens, Role.ADMIN)
    fields = 'apiKeyCreate(input: {{name: "{}", scopes: [FACTS]}}) {{ {} }}'
    told = "userErrors { code }"
    two = f"mutation {{ a: {fields.format('till', told)} b: {fields.format('', told)} }}"
    await ask(http, two, admin)
    silent = f"mutation {{ a: {fields.format('till', 'apiKey { name }')} b: {fields.format('', 'apiKey { name }')} }}"
    await ask(http, silent, admin)

    kept = [entry[7:] for entry in await entries(services, since)]
    # Where the answer does not tell which of two was refused, the log does not guess.
    assert kept == [("ok", []), ("refused", ["INVALID_INPUT"]), (None, None), (None, None)]


async def test_secrets_and_personal_data_are_not_kept(
    services: Services, http: httpx.AsyncClient, tokens: Tokens, since: int
) -> None:
    operator, canary, secret = token(tokens, Role.OPERATOR), "13912345678", "kept-by-nobody"
    for document in (
        f'mutation {{ sessionEnd(input: {{refreshToken: "{secret}"}}) {{ userErrors {{ code }} }} }}',
        f'mutation {{ redemptionUse(input: {{code: "{secret}", idempotencyKey: "12345678"}}) '
        "{ userErrors { code } } }",
        f'mutation {{ segmentCreate(input: {{name: "of +86 {canary}", rule: "true"}}) {{ userErrors {{ code }} }} }}',
        f'mutation {{ campaignCreate(input: {{type: "check_in", name: "x", config: {{phone: "{canary}x"}}}}) '
        "{ userErrors { code } } }",
    ):
        headers = {"Authorization": f"Bearer {operator}"}
        await http.post("/graphql", json={"query": document}, headers=headers)
    kept = await entries(services, since)

    assert len(kept) == 4
    assert canary not in str(kept)
    assert secret not in str(kept)


async def test_admins_look_for_entries(services: Services, http: httpx.AsyncClient, tokens: Tokens, since: int) -> None:
    [member] = await add_members(services.pool, 1)
    shown, before = encode_id(MEMBER, member), utc_now()
    for number, name in enumerate(("yan", "yan", "tao")):
        await ask(http, FREEZE, token(tokens, Role.OPERATOR, name), member=shown, reason="x", key=f"looked-{number}")
    admin = token(tokens, Role.ADMIN)

    async def found(first: int = 20, after: str | None = None, **wanted: object) -> list[str]:
        page = (await ask(http, LOG, admin, filter=wanted, first=first, after=after))["auditLog"]
        return [f"{node['actor']} {node['outcome']}" for node in page["nodes"]]

    assert await found(object=shown) == ["tao REFUSED", "yan REFUSED", "yan OK"]
    assert await found(actor="yan", outcome="OK") == ["yan OK"]
    assert await found(object=shown, field="memberUnfreeze") == []
    assert await found(**{"from": before.isoformat(), "field": "memberFreeze"}) == await found(object=shown)
    assert await found(object=shown, to=before.isoformat()) == []
    assert await found(object="nonsense") == []
    first = (await ask(http, LOG, admin, filter={"object": shown}, first=2))["auditLog"]["pageInfo"]
    assert first["hasNextPage"]
    assert await found(after=first["endCursor"], object=shown) == ["yan OK"]
