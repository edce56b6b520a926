"""Turns the bytes of a file into numbered lines of text, one at a time."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from api.imports.encoding import LINE_BYTES_MAX, Encoding

BYTE_ORDER_MARK = "\ufeff"


class Line(NamedTuple):
    """One line with its end; `problem` says why it cannot be part of a row, `end_byte` where in the file it ends."""

    number: int
    text: str
    end_byte: int
    problem: tuple[str, str] | None = None


def read_lines(file: BinaryIO, encoding: Encoding) -> Iterator[Line]:
    """The file's lines; of one that is too long only the beginning is kept, so memory stays bounded."""
    number = end_byte = 0
    while raw := file.readline(LINE_BYTES_MAX):
        number += 1
        end_byte += len(raw)
        problem = None
        if len(raw) == LINE_BYTES_MAX and not raw.endswith(b"\n"):
            problem = ("LINE_TOO_LONG", f"The line is longer than {LINE_BYTES_MAX} bytes.")
            end_byte += _skip_line(file)
        text, undecodable = _decode(raw, encoding)
        yield Line(number, text.removeprefix(BYTE_ORDER_MARK), end_byte, problem or undecodable)


def _skip_line(file: BinaryIO) -> int:
    """Read on to the end of the line; how many bytes that were."""
    skipped = 0
    while rest := file.readline(LINE_BYTES_MAX):
        skipped += len(rest)
        if rest.endswith(b"\n"):
            break
    return skipped


def _decode(raw: bytes, encoding: Encoding) -> tuple[str, tuple[str, str] | None]:
    try:
        return raw.decode(encoding), None
    except UnicodeDecodeError as error:
        reason = f"The line is not {encoding.upper()} text: byte {error.start + 1} of the line cannot be read."
        return raw.decode(encoding, "replace"), ("UNDECODABLE", reason)
