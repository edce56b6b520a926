"""The page by strawberry as it comes, and with its caches of parsed and validated documents."""

from datetime import datetime

import strawberry
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from benchmarks.peers.page import Rows
from schema.ids import MEMBER, encode_id
from schema.scalars import SCALARS


@strawberry.type
class Member:
    """A member of the page; every field is an attribute."""

    id: strawberry.ID
    nickname: str | None
    avatar_url: str | None
    joined_at: datetime
    tier: str | None


@strawberry.type
class PageInfo:
    """What there is beside the page."""

    has_next_page: bool


@strawberry.type
class MemberConnection:
    """The page."""

    nodes: list[Member]
    page_info: PageInfo


def strawberry_app(rows: Rows, *, cached: bool) -> Starlette:
    """An application of strawberry's own view."""

    async def members(first: int) -> MemberConnection:
        found = await rows(first)
        nodes = [
            Member(
                id=encode_id(MEMBER, row["id"]),
                nickname=row["nickname"],
                avatar_url=row["avatar_url"],
                joined_at=row["joined_at"],
                tier=row["tier"],
            )
            for row in found[:first]
        ]
        return MemberConnection(nodes=nodes, page_info=PageInfo(has_next_page=len(found) > first))

    query = strawberry.type(type("Query", (), {"members": strawberry.field(resolver=members)}))
    extensions = [ParserCache, ValidationCache] if cached else []
    schema = strawberry.Schema(query, config=StrawberryConfig(scalar_map=SCALARS), extensions=extensions)
    return Starlette(routes=[Route("/graphql", GraphQL(schema))])
