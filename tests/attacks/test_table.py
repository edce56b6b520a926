"""Every row of the attack table names tests that are there; what is locked is locked by hashes (row 36)."""

import re

import pytest

from tests.attacks.table import ROOT, TABLE

PINNED = re.compile(r"^[\w.\[\]-]+==\S+", re.MULTILINE)


@pytest.mark.parametrize("number", TABLE)
def test_a_row_of_the_attack_table_is_tried(number: int) -> None:
    _, files = TABLE[number]

    for name in files:
        assert re.search(r"^(?:async )?def test_", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE), name


@pytest.mark.parametrize("name", ["dev.txt", "server.txt"])
def test_every_dependency_is_locked_by_hashes(name: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / "requirements" / name).read_text(encoding="utf-8"))
    pinned = [entry for entry in entries if PINNED.match(entry)]

    assert len(pinned) > 10
    assert [entry for entry in pinned if "--hash=sha256:" not in entry] == []
