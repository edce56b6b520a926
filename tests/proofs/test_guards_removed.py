"""Every guard is held by a test: without it, tests fail that are named beside it, and with it they pass."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.docs.pages import ROOT
from tests.proofs.guard import Guard
from tests.proofs.guarded import GUARDS

# Of the tests of one guard, of which some wait for what no longer comes, and once of all.
RUN_TIMEOUT_S = 300
ALL_TIMEOUT_S = 900
# Below it pytest lists what failed.
SUMMARY = " short test summary info "
# The run starts servers of its own: in ours it would take away the template that other tests copy.
NOT_INHERITED = {"SIYU_DATABASE_URL", "SIYU_REDIS_URL"}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository's files, on which the named tests pass."""
    copy = tmp_path_factory.mktemp("tree")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy / name)
    tests = sorted({test for guard in GUARDS for test in guard.tests})
    code, _, out = run(copy, tests, ALL_TIMEOUT_S)
    assert (code, f"{len(tests)} passed" in out) == (0, True), out
    return copy


def run(tree: Path, tests: Iterable[str], timeout_s: int = RUN_TIMEOUT_S) -> tuple[int, list[str], str]:
    """Run these tests in the copy: pytest's exit code, the lines of what failed, and all that it wrote."""
    command = [sys.executable, "-m", "pytest", "-q", "-rfE", "-p", "no:cacheprovider", *tests]
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    finished = subprocess.run(
        command,
        cwd=tree,
        env=inherited | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    summary = finished.stdout.rpartition(SUMMARY)[2].splitlines()
    failed = [line for line in summary if line.startswith(("FAILED ", "ERROR "))]
    return finished.returncode, failed, finished.stdout + finished.stderr


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_the_guard_and_its_tests_are_where_the_table_says(guard: Guard) -> None:
    assert (ROOT / guard.file).read_text(encoding="utf-8").count(guard.text) == 1
    for test in guard.tests:
        file, name = test.split("::")
        assert f"def {name.split('[')[0]}(" in (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.prove
@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_without_the_guard_its_tests_fail(tree: Path, guard: Guard) -> None:
    file = tree / guard.file
    whole = file.read_text(encoding="utf-8")

    file.write_text(whole.replace(guard.text, guard.without), encoding="utf-8")
    try:
        code, failed, out = run(tree, guard.tests)
    finally:
        file.write_text(whole, encoding="utf-8")

    assert code == pytest.ExitCode.TESTS_FAILED, out
    assert [line.removeprefix("FAILED ").split(" - ")[0] for line in failed] == list(guard.tests), out
