"""Leaderboards in plain Python: what the changes say, in whatever order they are listed."""

from collections.abc import Iterable
from uuid import UUID

from siyu.boards import BOARDS, BoardChange, BoardEntry, BoardKind, window_keys


def ranking(
    changes: Iterable[BoardChange], board: str, window_key: str, scope: UUID | None = None
) -> tuple[BoardEntry, ...]:
    """Every line of a window, of the whole shop or of a scope."""
    by_member: dict[UUID, list[BoardChange]] = {}
    for change in changes:
        counts = change.board == board and (scope is None or scope in change.scopes)
        if counts and window_key in window_keys(change.day):
            by_member.setdefault(change.member_id, []).append(change)
    lines = []
    for member_id, own in by_member.items():
        if BOARDS[board].kind is BoardKind.SUM:
            score, reached_at = sum(change.amount for change in own), max(change.at for change in own)
        else:
            score = max(change.amount for change in own)
            reached_at = min(change.at for change in own if change.amount == score)
        if score > 0:
            lines.append((score, reached_at, member_id))
    lines.sort(key=lambda line: (-line[0], line[1], -line[2].int))
    return tuple(
        BoardEntry(rank, member_id, score, reached_at) for rank, (score, reached_at, member_id) in enumerate(lines, 1)
    )
