"""Leaderboards: scores are kept in SQL, copied to Redis by the projector, and read from whichever can answer."""

from siyu.boards.changes import SCORES_TOPIC, BoardChange, leave_changes, notes_of_changes
from siyu.boards.entries import HEAD, Around, BoardEntry, Stretch, Top
from siyu.boards.folding import SET_ASIDE_TOPIC, FoldReport, fold, fold_everything
from siyu.boards.projection import ProjectionReport, project
from siyu.boards.projector import run_projector
from siyu.boards.queries import FIRST_MAX, RADIUS_MAX, BoardPage, Leaderboards
from siyu.boards.rebuild import Progress, RebuildInterrupted, mend, rebuild, rebuild_all
from siyu.boards.registry import BOARDS, MAX_SCORE, SCOPED_BOARDS, Board, BoardKind
from siyu.boards.scopes import WHOLE_SHOP, ranking_name
from siyu.boards.scores import OUTBOX_TOPIC, write_changes
from siyu.boards.windows import BoardWindow, window_key, window_keys

__all__ = [
    "BOARDS",
    "FIRST_MAX",
    "HEAD",
    "MAX_SCORE",
    "OUTBOX_TOPIC",
    "RADIUS_MAX",
    "SCOPED_BOARDS",
    "SCORES_TOPIC",
    "SET_ASIDE_TOPIC",
    "WHOLE_SHOP",
    "Around",
    "Board",
    "BoardChange",
    "BoardEntry",
    "BoardKind",
    "BoardPage",
    "BoardWindow",
    "FoldReport",
    "Leaderboards",
    "Progress",
    "ProjectionReport",
    "RebuildInterrupted",
    "Stretch",
    "Top",
    "fold",
    "fold_everything",
    "leave_changes",
    "mend",
    "notes_of_changes",
    "project",
    "ranking_name",
    "rebuild",
    "rebuild_all",
    "run_projector",
    "window_key",
    "window_keys",
    "write_changes",
]
