"""A shop to send GraphQL to."""

import operator
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
import pytest
import redis.asyncio

from api.executor import PlanCounts, Plans
from api.guard import DocumentGuard
from schema import (
    ANONYMOUS,
    WRITTEN_ALIKE,
    Context,
    Principal,
    Role,
    SiyuSchema,
    answer_of,
    build_schema,
    execute,
    written,
)
from siyu.boards import Leaderboards
from siyu.campaigns import Registry
from siyu.db import Pool
from siyu.engine import Engine, running
from siyu.live import Live
from siyu.metrics import AnalyticsDoor
from siyu.privacy import Vault
from tests.factories import SHANGHAI, new_vault, shop_engine

ANALYTICS_TIMEOUT_S = 120.0
NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)  # noon in Shanghai
OPERATOR = Principal(Role.OPERATOR, subject="lin")
ADMIN = Principal(Role.ADMIN, subject="boss")
CLERK = Principal(Role.CLERK, subject="mei")
ANALYST = Principal(Role.ANALYST, subject="ana")
SERVICE = Principal(Role.SERVICE, subject="till")


def as_member(member_id: UUID) -> Principal:
    """A member's principal."""
    return Principal(Role.MEMBER, member_id=member_id)


@dataclass
class Shop:
    """Everything a request is run with; `now` and `analytics` are set by tests."""

    pool: Pool
    engine: Engine
    leaderboards: Leaderboards
    live: Live
    schema: SiyuSchema
    now: datetime = field(default=NOON)
    analytics: AnalyticsDoor | None = None
    vault: Vault = field(default_factory=new_vault)

    def context(self, principal: Principal, language: str = "en") -> Context:
        """The context of one request."""
        return Context(
            principal=principal,
            request_id="request-1",
            language=language,
            now=self.now,
            engine=self.engine,
            pool=self.pool,
            leaderboards=self.leaderboards,
            zone=SHANGHAI,
            issue_token=lambda whose, _now, _valid_for: f"{whose.role.value} {whose.member_id or whose.subject}",
            live=self.live,
            analytics=self.analytics or AnalyticsDoor(None, self.pool, SHANGHAI, ANALYTICS_TIMEOUT_S),
            vault=self.vault,
        )

    async def answer(
        self,
        principal: Principal,
        document: str,
        variables: Mapping[str, Any] | None = None,
        language: str = "en",
    ) -> dict[str, Any]:
        """The whole answer, by a plan where there is one, as the server gives it."""
        context, [guard, plans] = self.context(principal, language), runners_of(self.schema)
        tree = guard.look(document).document
        result = tree and await plans.run(document, tree, None, variables, None, context)
        if result is None:
            return await execute(self.schema, document, variables, None, context)
        answer: dict[str, Any] = orjson.loads(written(answer_of(result.data, result.errors, context)))
        return answer

    async def data(
        self, principal: Principal, document: str, language: str = "en", **variables: object
    ) -> dict[str, Any]:
        """The data of an answer that must have no errors."""
        answer = await self.answer(principal, document, variables, language)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def error_codes(self, principal: Principal, document: str, **variables: object) -> list[str]:
        """The codes of an answer's errors."""
        answer = await self.answer(principal, document, variables)
        return [error["extensions"]["code"] for error in answer.get("errors", ())]


@cache
def runners_of(schema: SiyuSchema) -> tuple[DocumentGuard, Plans]:
    """What looks at the documents of a schema, and runs them: once for each that `schema_of` has built."""
    return DocumentGuard(schema._schema), Plans(schema._schema, PlanCounts(), WRITTEN_ALIKE)


# By the types that they were built for, which have no hash.
_built: list[tuple[tuple[object, ...], SiyuSchema]] = []


def schema_of(registry: Registry) -> SiyuSchema:
    """The schema of these types. It takes longer to build than most tests take, so each is built once a process."""
    types = (*registry.types.values(), *registry.broken)
    for others, schema in _built:
        if len(types) == len(others) and all(map(operator.is_, types, others)):
            return schema
    _built.append((types, build_schema(registry)))
    return _built[-1][1]


@pytest.fixture
async def shop(pool: Pool, redis: redis.asyncio.Redis) -> AsyncIterator[Shop]:
    """A shop without members and campaigns, at noon; its engine's clock is that of the requests."""
    async with running(shop_engine(pool)) as engine:
        boards = Leaderboards(pool, redis, SHANGHAI, lambda: NOON)
        live = Live(redis)
        shop = Shop(pool, engine, boards, live, schema_of(engine.registry))
        engine.clock = lambda: shop.now
        yield shop
        await live.close()


__all__ = ["ADMIN", "ANONYMOUS", "CLERK", "NOON", "OPERATOR", "SERVICE", "Shop", "as_member", "schema_of"]
