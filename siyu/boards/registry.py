"""The leaderboards there are, and what a score on each of them means."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

# Redis keeps scores as doubles, which hold every integer up to here and not every one above.
MAX_SCORE = 2**53


class BoardKind(Enum):
    """How the contributions of one member become one score."""

    SUM = "sum"
    BEST = "best"


@dataclass(frozen=True, slots=True)
class Board:
    """A leaderboard: `key` names it in rows, in Redis and in GraphQL.

    With `has_scopes` there is one of each group beside that of the whole shop; only sums have them.
    """

    key: str
    kind: BoardKind
    has_scopes: bool = False


BOARDS: Mapping[str, Board] = MappingProxyType(
    {
        board.key: board
        for board in (
            Board("points", BoardKind.SUM),
            # In fen: what a member paid, less what was paid back.
            Board("spend", BoardKind.SUM, has_scopes=True),
            Board("streak", BoardKind.BEST),
            # How many somebody has invited: a running count that the inviting campaign scores.
            Board("invitees", BoardKind.BEST),
            # Messages that a member posted in groups.
            Board("talk", BoardKind.SUM, has_scopes=True),
        )
    }
)
SCOPED_BOARDS = tuple(board.key for board in BOARDS.values() if board.has_scopes)
