"""The house rules that no linter knows."""

import ast
import importlib.metadata
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("api", "schema", "siyu", "plugins", "benchmarks")
NOT_PACKAGED = ("api", "schema", "plugins", "migrations", "tests", "benchmarks")
BANNED_NAMES = {"utils", "helpers", "common", "manager", "base"}
FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 40
EXAMPLES = sorted((ROOT / "examples").rglob("*.py"))
SOURCES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))] + EXAMPLES
# What an example may import besides the SDK and its own package: all that is there where it is installed or tested.
FOR_EXAMPLES = sys.stdlib_module_names | {"pluggy", "pydantic", "pytest"}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_has_one_job_and_says_which(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(text))

    assert path.stem not in BANNED_NAMES
    assert len(text.splitlines()) <= FILE_LINES_MAX
    assert docstring
    assert docstring.split("\n")[0].endswith(".")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_are_short_enough_to_see_whole(path: Path) -> None:
    for function in functions(path):
        assert (function.end_lineno or 0) - function.lineno < FUNCTION_LINES_MAX, function.name


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, by its full name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_example_knows_siyu_by_its_sdk_alone(path: Path) -> None:
    distribution = ROOT / Path(*path.relative_to(ROOT).parts[:2])
    own = {package.name for package in (distribution / "src").iterdir()}

    for module in imports(path):
        allowed = module.partition(".")[0] in FOR_EXAMPLES | own
        assert allowed or module == "siyu.sdk" or module.startswith("siyu.sdk."), module


def test_no_installed_distribution_shadows_a_room() -> None:
    taken = importlib.metadata.packages_distributions()

    assert not {room: taken[room] for room in NOT_PACKAGED if room in taken}


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if "os.environ" in (text := path.read_text(encoding="utf-8")) or "os.getenv" in text
    }

    # The embedded servers and npm are started with the environment that we have.
    assert readers <= {"api/embedded/daemon.py", "api/embedded/programs.py", "api/explorer/fetch.py"}


def test_no_scan_makes_an_array_of_its_parameter_for_each_row() -> None:
    """A cast from text is no constant: `siyu.db.array_of` says how such a parameter is written as a condition."""
    made_anew = re.compile(r"ANY ?\(\$\d+::text::")

    assert not [path for path in SOURCES if made_anew.search(path.read_text(encoding="utf-8"))]
