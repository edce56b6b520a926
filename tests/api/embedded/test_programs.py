"""The programs run for the account even when they were installed where it cannot look."""

import shutil
from pathlib import Path

import pytest

from api.embedded import folder as folders
from api.embedded import programs as module
from api.embedded.account import account_for
from api.embedded.programs import POSTGRES_LIBRARIES, POSTGRES_TREE, VALKEY_TREE, Programs, find_programs
from tests.api.embedded.conftest import AS_ROOT


@pytest.mark.skipif(not AS_ROOT, reason="an ordinary user runs the programs where they are")
def test_programs_in_a_closed_folder_are_copied_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed, installed = folder / "closed", find_programs(account_for(folder / "none")).root
    for tree in (POSTGRES_TREE, POSTGRES_LIBRARIES, VALKEY_TREE):
        shutil.copytree(installed / tree, closed / tree, symlinks=True)
    closed.chmod(0o700)
    monkeypatch.setattr(module, "_site_packages", lambda: closed)
    monkeypatch.setattr(folders, "SHARED_ROOT", folder / "shared")
    account = account_for(folder / "none")

    found, again = find_programs(account), find_programs(account)

    assert found == again != Programs(closed)
    for program in (found.initdb, found.postgres, found.valkey):
        assert account.run([program, "--version"]).returncode == 0
    assert len(list((folder / "shared" / "programs").iterdir())) == 1
