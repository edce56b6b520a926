"""Why a request is not answered: a status of HTTP and a code of the closed list."""

from schema import ErrorCode


class Refusal(Exception):
    """The request is not one we answer; `status` and `code` say why, `retry_after_ms` when it may be sent again."""

    def __init__(self, status: int, code: ErrorCode, message: str, *, retry_after_ms: int | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.retry_after_ms = status, code, retry_after_ms


class BadRequest(Refusal):
    """The client's own mistake: the same again is refused again."""
