"""`new-campaign` writes campaign types that are accepted, whose tests pass, and that keep to the house's style."""

import importlib
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import cli
from api.commands import new_campaign
from api.errors import SetupError
from api.scaffold import check_key, write_distribution
from schema import buildable
from siyu.campaigns import build_registry
from tests.api.processes import ROOT

TIMEOUT_S = 120
LONGEST = "a_very_long_key_of_32_characters"


def run(*arguments: str) -> Result:
    """The command, as a person types it."""
    return CliRunner().invoke(cli, ["new-campaign", *arguments])


def tool(*arguments: str, cwd: Path) -> str:
    """Run a module of this environment; what it printed."""
    finished = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=cwd, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with what a checkout has for plugins."""
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "__init__.py").write_text((ROOT / "plugins" / "__init__.py").read_text(encoding="utf-8"))
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return tmp_path


def test_the_tests_of_a_folder_pass(checkout: Path) -> None:
    result = run("lucky_draw", "--into", str(checkout))

    assert result.exit_code == 0, result.output
    assert "python -m pytest tests/plugins/test_lucky_draw.py" in result.output
    # The checkout's plugins and this one's siyu.
    paths = ("-o", f"pythonpath=. {ROOT}", "-p", "no:cacheprovider")
    printed = tool("pytest", "-q", *paths, "tests/plugins/test_lucky_draw.py", cwd=checkout)
    assert re.search(r"\d+ passed", printed)
    assert "skipped" not in printed


@pytest.mark.parametrize("key", ["lucky_draw", "x", LONGEST])
def test_a_folder_is_in_the_style_of_the_house(checkout: Path, key: str) -> None:
    assert run(key, "--into", str(checkout)).exit_code == 0

    # So that ruff sorts its imports among ours.
    (checkout / "siyu").symlink_to(ROOT / "siyu")
    tool("ruff", "check", "--no-cache", "plugins", "tests", cwd=checkout)
    tool("ruff", "format", "--check", "--no-cache", "plugins", "tests", cwd=checkout)


@pytest.mark.parametrize("key", ["lucky_draw", "x", LONGEST])
def test_a_distribution_is_in_the_style_that_it_declares(tmp_path: Path, key: str) -> None:
    write_distribution(check_key(key, ()), tmp_path)
    [written] = tmp_path.iterdir()

    tool("ruff", "check", "--no-cache", ".", cwd=written)
    tool("ruff", "format", "--check", "--no-cache", ".", cwd=written)


def test_its_type_can_be_built_into_the_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_distribution(check_key("lucky_draw", ()), tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path / "siyu-lucky-draw" / "src"))

    registry = buildable(build_registry([("lucky_draw", lambda: importlib.import_module("siyu_lucky_draw"))]))

    assert (list(registry.types), registry.broken) == (["lucky_draw"], ())


def test_a_distribution_names_its_entry_point_and_siyu(tmp_path: Path) -> None:
    result = run("lucky_draw", "--package", "--into", str(tmp_path))

    project = (tmp_path / "siyu-lucky-draw" / "pyproject.toml").read_text(encoding="utf-8")
    assert result.exit_code == 0, result.output
    assert '[project.entry-points."siyu.campaigns"]\nlucky_draw = "siyu_lucky_draw"\n' in project
    assert f'dependencies = ["siyu>={version("siyu")}"]' in project
    assert not list((tmp_path / "siyu-lucky-draw").rglob("*.tmpl"))


def test_a_distribution_can_be_built(tmp_path: Path) -> None:
    write_distribution(check_key("lucky_draw", ()), tmp_path)

    tool("build", "--wheel", "--no-isolation", cwd=tmp_path / "siyu-lucky-draw")

    assert [path.name for path in (tmp_path / "siyu-lucky-draw" / "dist").iterdir()] == [
        "siyu_lucky_draw-0.1.0-py3-none-any.whl"
    ]


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("Lucky", "is no key"),
        ("lucky-draw", "is no key"),
        ("../lucky", "is no key"),
        ("_lucky", "is no key"),
        ("a" * 33, "is no key"),
        ("", "is no key"),
        ("class", "a word of Python"),
        ("check_in", "already"),
    ],
)
@pytest.mark.parametrize("package", [[], ["--package"]])
def test_a_key_that_cannot_be_is_refused(tmp_path: Path, key: str, why: str, package: list[str]) -> None:
    result = run(key, "--into", str(tmp_path), *package)

    assert isinstance(result.exception, SetupError)
    assert why in str(result.exception)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("existing", "package"),
    [("plugins/lucky_draw", []), ("tests/plugins/test_lucky_draw.py", []), ("siyu-lucky-draw", ["--package"])],
)
def test_nothing_is_written_over(tmp_path: Path, existing: str, package: list[str]) -> None:
    (tmp_path / existing).mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))

    result = run("lucky_draw", "--into", str(tmp_path), *package)

    assert isinstance(result.exception, SetupError)
    assert existing in str(result.exception)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "plugins").write_text("no folder")

    result = run("lucky_draw", "--into", str(tmp_path))

    assert isinstance(result.exception, SetupError)
    assert "cannot be written" in str(result.exception)


def test_by_default_it_is_written_into_this_checkout() -> None:
    assert new_campaign.ROOT == ROOT
