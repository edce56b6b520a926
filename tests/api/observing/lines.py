"""What a process logs in production while something runs, as parsed lines."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from api.observing.logs import JsonLines


def is_of_the_tests(record: logging.LogRecord) -> bool:
    """Their client, and their event loop, which may begin while something is looked at."""
    return record.name == "httpx" or (record.name == "asyncio" and record.levelno == logging.DEBUG)


class Lines(io.StringIO):
    """The log so far."""

    def parsed(self, message: str = "") -> list[dict[str, Any]]:
        """Its lines, or those of this message."""
        lines = [json.loads(line) for line in self.getvalue().splitlines()]
        return [line for line in lines if not message or line["message"] == message]


@contextmanager
def production_log(level: int = logging.INFO) -> Iterator[Lines]:
    """Whatever is logged inside, at this level or above, by anybody but what the tests are run with."""
    lines, root = Lines(), logging.getLogger()
    handler, before = logging.StreamHandler(lines), root.level
    handler.setFormatter(JsonLines())
    handler.addFilter(lambda record: not is_of_the_tests(record))
    root.addHandler(handler)
    root.setLevel(level)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
