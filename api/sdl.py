"""GET /schema.graphql: the schema as text, sent only to those who do not have this one."""

from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

# Whoever has a copy asks each time whether it is still the one.
CACHING = "public, no-cache"


class SchemaText:
    """One schema's text and its entity tag."""

    def __init__(self, text: str) -> None:
        self._body = f"{text}\n".encode()
        # Weak, since a compressed answer has other bytes.
        self._tag = f'W/"{sha256(self._body).hexdigest()[:32]}"'

    async def get(self, request: Request) -> Response:
        """The text, or 304 where If-None-Match has its tag."""
        headers = {"ETag": self._tag, "Cache-Control": CACHING}
        if self._is_known(request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
        return Response(self._body, headers=headers, media_type="text/plain")

    def _is_known(self, tags: str) -> bool:
        bare = self._tag.removeprefix("W/")
        return any(each.strip().removeprefix("W/") in {bare, "*"} for each in tags.split(","))
