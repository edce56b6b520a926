"""The trail of one request: who asked in which role for which operation, and how it was answered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import time_ns

from siyu.ids import new_id
from siyu.trail import Trail

# Long enough for an id of anybody's making, too long for a number that belongs to a person.
REQUEST_ID = re.compile(r"[0-9A-Za-z_-]{20,64}")


@dataclass(slots=True)
class RequestTrail(Trail):
    """A request to GraphQL. `operation` is a name of the server's own or of a trusted document; None: none was run.

    `document` is the hash of its text; `codes` are those of the errors in the answer, each once.
    """

    request_id: str = ""
    traceparent: str | None = None
    began_ns: int = field(default_factory=time_ns)
    role: str | None = None
    operation: str | None = None
    kind: str = ""
    document: str | None = None
    cost: int = 0
    codes: Sequence[str] = ()


def request_id_of(given: str | None) -> str:
    """The id that the caller or a proxy gave, if it is one; else a new one."""
    return given if given is not None and REQUEST_ID.fullmatch(given) else new_id().hex
