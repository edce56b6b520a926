"""What commands print reaches whoever reads it, to the last character."""

import io
import sys
from typing import TextIO


def print_whole() -> None:
    """Have stdout and stderr go on with what a signal has cut off.

    With PYTHONUNBUFFERED, as containers have it, Python writes a text by one call of the system and loses what that
    did not take; while a pipe is full, a signal ends it, such as the one that looks after plugins. A buffer that is
    emptied at each line writes on.
    """
    sys.stdout, sys.stderr = _buffered(sys.stdout), _buffered(sys.stderr)


def _buffered(stream: TextIO) -> TextIO:
    if not isinstance(stream, io.TextIOWrapper) or not isinstance(stream.buffer, io.RawIOBase):
        return stream
    # The descriptor stays Python's own stream's to close.
    return open(stream.fileno(), "w", 1, encoding=stream.encoding, errors=stream.errors, closefd=False)
