"""Every link to a file leads to one."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import BLOCK, PAGES, ROOT, name_of

LINK = re.compile(r"\]\((?!https?:)([^)#]+)[^)]*\)")
DOCUMENT = re.compile(r"docs/[\w/.-]*\w")
ROOMS = ("api", "schema", "siyu", "plugins", "migrations")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_files(page: Path) -> None:
    targets = LINK.findall(BLOCK.sub("", page.read_text(encoding="utf-8")))

    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = LINK.findall((folder / "README.md").read_text(encoding="utf-8"))

    assert sorted(listed) == sorted(path.name for path in folder.glob("0*.md"))


def test_the_documents_that_the_code_names_exist() -> None:
    sources = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    named = {name for path in sources for name in DOCUMENT.findall(path.read_text(encoding="utf-8"))}

    # A decision may be named by its number alone.
    assert [name for name in sorted(named) if not list(ROOT.glob(f"{name}*"))] == []
    assert named
