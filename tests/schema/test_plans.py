"""Over the whole schema and a real shop, plans answer whoever asks, byte for byte, what graphql-core answers."""

import asyncio
import gc
from collections.abc import Awaitable, Iterator
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
from graphql import DocumentNode, ExecutionResult, GraphQLSchema, execute, parse, validate
from graphql.pyutils import is_awaitable

from api.executor import PlanCounts
from api.executor.documents import Plans
from schema import WRITTEN_ALIKE, Context, Principal, Role, written
from schema.ids import CAMPAIGN, MEMBER, encode_id
from tests.api.executor.documents import Documents, Literals
from tests.factories import add_campaign, add_members, paid, refunded, sign
from tests.schema.conftest import ANONYMOUS, NOON, OPERATOR, SERVICE, Shop, as_member

# graphql-core leaves behind what the siblings of an error would have waited for; it is collected while we look away.
pytestmark = [
    pytest.mark.usefixtures("collected"),
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <coroutine:pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def collected() -> Iterator[None]:
    """What was left behind is gone before the next test."""
    yield
    gc.collect()


ANALYST = Principal(Role.ANALYST, subject="wu")
# Whatever a mutation does leaves a fact, or a row of what the shop sets up.
WRITTEN = """
SELECT (SELECT count(*) FROM fact) + (SELECT count(*) FROM member) + (SELECT count(*) FROM campaign)
    + (SELECT count(*) FROM api_key) + (SELECT count(*) FROM tier_ladder)
"""
# The inputs of previews follow rules of their own, and a board that is read anew says so in these fields.
LEFT_OUT = frozenset({"campaignPreview", "revision", "asOf", "exact"})


async def busy_shop(shop: Shop) -> tuple[list[Any], Literals]:
    """Members, campaigns and what happened to them; who may ask, and what scalars may be."""
    lin, wang, chen = members = await add_members(shop.pool, 3)
    campaigns = [await add_campaign(shop.pool, key) for key in ("check_in", "purchase")]
    campaigns.append(await add_campaign(shop.pool, "not_installed"))
    for days in range(3):
        await shop.engine.submit(sign(campaigns[0], lin, NOON - timedelta(days=days)))
    facts = [await shop.engine.submit(paid(member, f"N{member}", 12_300, NOON)) for member in (lin, wang)]
    await shop.engine.submit(refunded(lin, f"N{lin}", 300, NOON))
    decisions = [outcome.decisions[0].id for outcome in facts]
    ids = [encode_id(MEMBER, lin), encode_id(CAMPAIGN, campaigns[0]), encode_id("Decision", decisions[0]), "no id"]
    texts = {
        "ID": ids,
        "member": ids[:1],
        "campaign": ids[1:2],
        "board": ["points", "streak", "nothing"],
        "String": ["x"],
        "after": [""],
        "before": [""],
    }
    bare = {"Int": ["1", "2", "20", "-1"], "first": ["1", "3", "101"], "last": ["2"], "Boolean": ["true"]}
    moments = {
        "DateTime": [f'"{NOON.isoformat()}"'],
        "Date": ['"2026-11-21"'],
        "JSON": ["{}"],
        "BigInt": ['"7"'],
        "PersonalText": ['"13800138000"'],
    }
    moments |= {"WalletUnit": ["POINTS", "GOLD"], "Float": ["1.5"]}
    literals = {name: [f'"{text}"' for text in some] for name, some in texts.items()} | bare | moments
    return [as_member(lin), as_member(chen), OPERATOR, SERVICE, ANONYMOUS, *map(as_member, members)], literals


class InTurn:
    """graphql-core, made to wait for each value before it asks for the next.

    Else it tells errors in the order in which they came, and of several at one place the first: chance. Like this it
    meets them in the order of the document, in a thread, while the loop gets the values.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema, self._loop = schema, asyncio.get_running_loop()

    async def answer(self, document: DocumentNode, variables: dict[str, Any], context: Context) -> ExecutionResult:
        """What it answers."""
        ask = partial(execute, context_value=context, variable_values=variables, middleware=[self])
        answer = await asyncio.to_thread(ask, self._schema, document)
        assert isinstance(answer, ExecutionResult)
        return answer

    def resolve(self, resolve: Any, source: Any, info: Any, **arguments: Any) -> Any:
        """As middleware of graphql-core: the field's value, never one to wait for."""
        found = resolve(source, info, **arguments)
        return asyncio.run_coroutine_threadsafe(_value(found), self._loop).result() if is_awaitable(found) else found


async def _value(awaitable: Awaitable[Any]) -> Any:
    return await awaitable


def told(result: ExecutionResult) -> bytes:
    """The answer as it goes out, with its errors."""
    return written({"data": result.data, "errors": [error.formatted for error in result.errors or ()]})


async def compare(shop: Shop, keyword: str, principals: list[Principal], literals: Literals, operations: int) -> int:
    """Ask both for as many operations; how many of them had errors."""
    schema, counts, errors = shop.schema._schema, PlanCounts(), 0
    plans, core = Plans(schema, counts, WRITTEN_ALIKE), InTurn(schema)
    for seed in range(operations):
        random = Random(seed)  # noqa: S311 - a test's
        text, variables = Documents(schema, literals, random, LEFT_OUT).operation(keyword)
        document, principal = parse(text), random.choice(principals)
        assert validate(schema, document) == [], text

        expected = await core.answer(document, variables, shop.context(principal))
        planned = await plans.run(text, document, None, variables, None, shop.context(principal))

        assert planned is not None, text
        assert told(planned) == told(expected), (text, principal)
        errors += bool(planned.errors)
    assert counts.planned == operations
    return errors


async def queries_are_answered_alike(shop: Shop, operations: int) -> None:
    principals, literals = await busy_shop(shop)
    errors = await compare(shop, "query", principals, literals, operations)
    assert operations / 10 < errors < operations


async def mutations_are_refused_alike(shop: Shop, operations: int) -> None:
    # Who may do nothing: what is done once cannot be done again for the comparison.
    _, literals = await busy_shop(shop)
    before = await shop.pool.fetchval(WRITTEN)
    errors = await compare(shop, "mutation", [ANONYMOUS, ANALYST], literals, operations)
    assert errors > operations / 2
    assert await shop.pool.fetchval(WRITTEN) == before


async def test_plans_answer_as_graphql_core_does(shop: Shop) -> None:
    await queries_are_answered_alike(shop, 100)


async def test_plans_refuse_as_graphql_core_does(shop: Shop) -> None:
    await mutations_are_refused_alike(shop, 30)


@pytest.mark.prove
async def test_plans_answer_much_as_graphql_core_does(shop: Shop) -> None:
    await queries_are_answered_alike(shop, 4_500)


@pytest.mark.prove
async def test_plans_refuse_much_as_graphql_core_does(shop: Shop) -> None:
    await mutations_are_refused_alike(shop, 500)
