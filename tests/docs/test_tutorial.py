"""The tutorial, followed from its first line to its last, ends with a campaign that is played, and with the example."""

from pathlib import Path

import pytest

from api.identity import Tokens
from tests.api.processes import Commands
from tests.docs.newcomer import newcomer
from tests.docs.pages import ROOT, TUTORIAL, blocks
from tests.environments import fresh_environment

EXAMPLE = ROOT / "examples" / "siyu-bargain"
# What runs in a checkout; a newcomer writes beside it.
CHECKOUT = ("api", "migrations", "plugins", "schema", "siyu")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with an empty folder around it."""
    folder = tmp_path / "siyu"
    folder.mkdir()
    for name in CHECKOUT:
        (folder / name).symlink_to(ROOT / name)
    return folder


def files_of(folder: Path) -> dict[str, str]:
    """The files of a distribution by their paths, but for what tools leave behind."""
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and not {"__pycache__", ".pytest_cache", ".ruff_cache"} & set(path.parts)
    }


async def test_a_newcomer_gets_from_nothing_to_a_campaign_that_is_played(
    commands: Commands, tokens: Tokens, checkout: Path, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    away = tmp_path_factory.mktemp("away")
    python = fresh_environment(away, wheel, "pytest")

    async with newcomer(checkout, commands, tokens, python, away / "site") as somebody:
        await somebody.follow(blocks(TUTORIAL))

    assert files_of(checkout.parent / "siyu-bargain") == files_of(EXAMPLE)
    [bargain] = [kind for kind in somebody.answers["Forms"]["campaignTypes"] if kind["key"] == "bargain"]
    assert (bargain["status"], bargain["actions"]) == ("ACTIVE", ["bargainStart", "bargainCut"])
    assert bargain["configSchema"]["properties"]["floor_fen"]["title"] == "Floor price (fen)"
