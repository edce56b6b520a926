"""The page by ariadne, as its documentation shows it."""

from typing import Any

# It is installed for the benchmark alone, so the checks of types do not see it.
from ariadne import (  # type: ignore[import-not-found]
    ObjectType,
    QueryType,
    ScalarType,
    make_executable_schema,
)
from ariadne.asgi import GraphQL  # type: ignore[import-not-found]
from starlette.applications import Starlette
from starlette.routing import Route

from benchmarks.peers.page import SDL, Rows
from schema.ids import MEMBER, encode_id
from schema.scalars import serialize_datetime

# A record is no dict, so the fields are told where to look.
COLUMNS = {"nickname": "nickname", "avatarUrl": "avatar_url", "joinedAt": "joined_at", "tier": "tier"}


def ariadne_app(rows: Rows) -> Starlette:
    """An application of ariadne's own view."""

    async def members(_source: Any, _info: Any, first: int) -> dict[str, Any]:
        found = await rows(first)
        return {"nodes": found[:first], "pageInfo": {"hasNextPage": len(found) > first}}

    query, member, moment = QueryType(), ObjectType("Member"), ScalarType("DateTime")
    query.set_field("members", members)
    member.set_field("id", lambda row, _info: encode_id(MEMBER, row["id"]))
    for name, column in COLUMNS.items():
        member.set_field(name, lambda row, _info, column=column: row[column])
    moment.set_serializer(serialize_datetime)
    return Starlette(routes=[Route("/graphql", GraphQL(make_executable_schema(SDL, query, member, moment)))])
