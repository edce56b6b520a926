"""Each guard of the client is held by a test of its own: without the guard it fails."""

import re
import shutil
from pathlib import Path

import pytest

from tests.clients.guarded import GUARDS, ClientGuard
from tests.clients.npm import CLIENT, NODE, TOOLS, needs_node, needs_packages, run

# The tests import the sources here, not what is published.
BUNDLE = ("--bundle", "--platform=node", "--format=esm", "--alias:@siyu/client=./src/index.ts", "--log-level=warning")
UNITS = ("requests", "session", "submitting", "polling")


def name_of(guard: ClientGuard) -> str:
    """The file and the test, which no two guards share."""
    return f"{guard.file}: {guard.test}"


@pytest.mark.parametrize("guard", GUARDS, ids=name_of)
def test_the_guard_is_where_the_table_says(guard: ClientGuard) -> None:
    assert (CLIENT / "src" / guard.file).read_text(encoding="utf-8").count(guard.text) == 1


@needs_node
@needs_packages
@pytest.mark.prove
@pytest.mark.parametrize("guard", GUARDS, ids=name_of)
async def test_without_the_guard_its_test_fails(guard: ClientGuard, tmp_path: Path) -> None:
    assert NODE is not None
    for folder in ("src", "test"):
        shutil.copytree(CLIENT / folder, tmp_path / folder)
    file = tmp_path / "src" / guard.file
    file.write_text(file.read_text(encoding="utf-8").replace(guard.text, guard.instead))
    entries = [tmp_path / "test" / f"{unit}.test.ts" for unit in UNITS]
    code, out = await run(TOOLS / "esbuild", *entries, *BUNDLE, "--outdir=build", folder=tmp_path)
    assert code == 0, out

    _, told = await run(NODE, "--test", f"--test-name-pattern=^{re.escape(guard.test)}$", "build/", folder=tmp_path)

    assert "# fail 1\n" in told, told
