"""Keeps a flood of one warning out of the log: so many a second, and how many were left out."""

import logging

# Of one kind (a logger's line) in one second.
WARNINGS_MAX = 20
# Kinds that are told apart; libraries may make up any number.
KINDS_MAX = 1_000

Kind = tuple[str, str]


class Repeats(logging.Filter):
    """Lets lines below warnings through, and of each kind of warning or error WARNINGS_MAX a second."""

    def __init__(self) -> None:
        super().__init__()
        self._second = 0
        self._seen: dict[Kind, int] = {}
        self._left_out: dict[Kind, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written; the first of a later second tells what was left out before it."""
        if record.levelno < logging.WARNING:
            return True
        kind = self._kind(record)
        if int(record.created) != self._second:
            self._second = int(record.created)
            self._seen.clear()
        self._seen[kind] = self._seen.get(kind, 0) + 1
        if self._seen[kind] > WARNINGS_MAX:
            self._left_out[kind] = self._left_out.get(kind, 0) + 1
            return False
        record.left_out = self._left_out.pop(kind, 0)
        return True

    def _kind(self, record: logging.LogRecord) -> Kind:
        kind = (record.name, record.msg if isinstance(record.msg, str) else type(record.msg).__name__)
        is_known = kind in self._seen or kind in self._left_out
        return kind if is_known or len(self._seen) + len(self._left_out) < KINDS_MAX else ("", "")
