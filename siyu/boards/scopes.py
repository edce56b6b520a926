"""Where a score counts: in the whole shop, or also in a scope of it, such as a group; and what a ranking is called."""

from uuid import UUID

# The scope of the whole shop, as rows have it: part of a key, where nothing may be NULL.
WHOLE_SHOP = UUID(int=0)


def ranking_name(board: str, scope: UUID | None) -> str:
    """What Redis, messages and topics call the rankings of a board in a scope.

    >>> ranking_name("talk", None), ranking_name("talk", UUID(int=10))
    ('talk', 'talk:0000000000000000000000000000000a')
    """
    return board if scope is None or scope == WHOLE_SHOP else f"{board}:{scope.hex}"


def place_of(name: str) -> tuple[str, UUID]:
    """The inverse of `ranking_name`, with the scope as rows have it."""
    board, _, scope = name.partition(":")
    return board, UUID(hex=scope) if scope else WHOLE_SHOP
