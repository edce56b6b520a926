"""Finds out how a file's text is encoded, by looking at all of it."""

from pathlib import Path
from typing import Literal

from api.imports.errors import CannotImport

Encoding = Literal["utf-8", "gb18030"]
READ_BYTES = 1 << 20
# A longer line is no row; it is looked at in pieces.
LINE_BYTES_MAX = 1 << 16
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def find_encoding(path: Path) -> Encoding:
    """UTF-8, or GB18030 as Excel writes it in China. Raises CannotImport for what is no such text at all.

    One damaged line does not decide: other bytes than UTF-8 rarely happen to be valid UTF-8, so each line votes.
    """
    with path.open("rb") as file:
        if file.read(2) in UTF_16_MARKS:
            raise CannotImport(f"{path} is UTF-16 text; save it as “CSV UTF-8” and import that.")
        file.seek(0)
        if not _has_other_than_ascii(path):
            return "utf-8"
        balance = 0
        while line := file.readline(LINE_BYTES_MAX):
            if not line.isascii():
                balance += 1 if _is_utf_8(line) else -1
    return "utf-8" if balance >= 0 else "gb18030"


def _has_other_than_ascii(path: Path) -> bool:
    with path.open("rb") as file:
        return any(not block.isascii() for block in iter(lambda: file.read(READ_BYTES), b""))


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
