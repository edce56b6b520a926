"""How large a document may be, and the refusal of one that is larger."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """The most that a document may have; numbers are those of the document with its fragments spread.

    `characters` and `tokens` (comments are tokens) are of its text, `fragments` and `operations` its definitions,
    `width` the selections in one pair of braces, `selections`, `aliases` and `directives` are of all operations
    together. `depth` counts fields inside fields; introspection, which needs more, has an own. `nesting` counts pairs
    of braces, with or without a field. `root_fields` are those of one operation under different names, `moves` its
    fields that move points, stock or money. `repeats` is how often one path of the answer may be selected, which
    bounds what validation has to compare. `cost` is of one request, in points (`api/guard/costs.py`).
    """

    characters: int = 32_768
    tokens: int = 2_000
    operations: int = 5
    fragments: int = 50
    width: int = 100
    selections: int = 500
    depth: int = 12
    introspection_depth: int = 20
    nesting: int = 100
    aliases: int = 30
    directives: int = 20
    root_fields: int = 10
    moves: int = 1
    repeats: int = 25
    cost: int = 1_000


LIMITS = DocumentLimits()


class Refused(Exception):
    """The document goes beyond a limit: `limit` names it. Nothing of the document was validated or run."""

    def __init__(self, limit: str, message: str) -> None:
        super().__init__(message)
        self.limit = limit


def over(limit: str, most: int) -> Refused:
    """The refusal of a document that has more of something than it may."""
    return Refused(limit, f"the document is refused: its {limit.replace('_', ' ')} may be at most {most}")
