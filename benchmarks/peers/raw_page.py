"""The page by starlette and orjson alone, the answer made by hand."""

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.peers.page import Rows
from schema.ids import MEMBER, encode_id


def raw_app(rows: Rows) -> Starlette:
    """An application without GraphQL."""

    async def post(request: Request) -> Response:
        first = orjson.loads(await request.body())["variables"]["first"]
        found = await rows(first)
        nodes = [
            {
                "id": encode_id(MEMBER, row["id"]),
                "nickname": row["nickname"],
                "avatarUrl": row["avatar_url"],
                "joinedAt": row["joined_at"],
                "tier": row["tier"],
            }
            for row in found[:first]
        ]
        page = {"nodes": nodes, "pageInfo": {"hasNextPage": len(found) > first}}
        return Response(
            orjson.dumps({"data": {"members": page}}, option=orjson.OPT_UTC_Z), media_type="application/json"
        )

    return Starlette(routes=[Route("/graphql", post, methods=["POST"])])
