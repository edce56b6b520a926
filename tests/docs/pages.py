"""The documents of this repository, and the blocks of code in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
# Read from top to bottom by a newcomer of its own test.
TUTORIAL = ROOT / "docs" / "campaigns" / "tutorial.md"
PAGES = (
    *READMES,
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "examples").rglob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "clients" / "typescript" / "README.md",
)
BLOCK = re.compile(r"^```(?P<language>\w+) ?(?P<rest>.*)\n(?P<text>(?:.*\n)*?)```$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the words after it (`role=member`, `variables`), its text and its line."""

    language: str
    words: str
    text: str
    line: int


def name_of(page: Path) -> str:
    """A page's path in the repository."""
    return str(page.relative_to(ROOT))


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(found["language"], found["rest"], found["text"], text.count("\n", 0, found.start()) + 1)
        for found in BLOCK.finditer(text)
    ]


def commands(page: Path) -> Iterator[str]:
    """The commands of a page: lines of its shell blocks, and `make …` and `python -m …` in its sentences."""
    for block in blocks(page):
        if block.language == "sh":
            yield from block.text.replace("\\\n", " ").splitlines()
    prose = BLOCK.sub("", page.read_text(encoding="utf-8"))
    yield from re.findall(r"`((?:make|(?:\.venv/bin/)?python -m) [^`]+)`", prose)
