"""Fetching GraphiQL with an npm that works, one that fails, and none."""

import json
from pathlib import Path

import pytest

from api.explorer import GRAPHIQL_PAGE
from api.explorer.fetch import SOURCE, fetch_graphiql

WORKING = 'test "$1" = ci || { mkdir assets && echo built > assets/graphiql.html && echo {} > assets/graphiql.js; }'
BROKEN = 'echo "npm warn old" >&2; echo "npm error code ENOTFOUND" >&2; exit 1'


def put_npm(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """Put an npm of our own on the path; return the file to which it writes each of its calls."""
    folder.mkdir(exist_ok=True)
    npm, calls = folder / "npm", folder / "calls.txt"
    npm.write_text(f'#!/bin/sh\necho "$*" >> "{calls}"\n{script}\n')
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return calls


def test_without_npm_the_small_page_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    line = fetch_graphiql(tmp_path / "assets")

    assert line == "npm is not installed: the explorer will show siyu's own small page."
    assert not (tmp_path / "assets").exists()


def test_without_a_network_the_line_names_the_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_npm(tmp_path / "bin", monkeypatch, BROKEN)

    line = fetch_graphiql(tmp_path / "assets")

    assert "npm error code ENOTFOUND" in line
    assert "small page" in line
    assert not (tmp_path / "assets").exists()


def test_what_npm_built_is_published_and_not_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = put_npm(tmp_path / "bin", monkeypatch, WORKING)
    assets = tmp_path / "assets"

    lines = [fetch_graphiql(assets), fetch_graphiql(assets)]

    assert lines == ["GraphiQL is fetched: the explorer will show it.", "GraphiQL is up to date."]
    assert (assets / GRAPHIQL_PAGE).read_text() == "built\n"
    assert (assets / "graphiql.js").is_file()
    assert calls.read_text().splitlines() == ["ci", "run build"]


def test_a_failed_renewal_keeps_the_graphiql_of_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assets = tmp_path / "assets"
    put_npm(tmp_path / "bin", monkeypatch, WORKING)
    fetch_graphiql(assets)
    (assets / "built-from.txt").write_text("older sources")
    put_npm(tmp_path / "bin", monkeypatch, BROKEN)

    line = fetch_graphiql(assets)

    assert "keeps the GraphiQL fetched before" in line
    assert (assets / GRAPHIQL_PAGE).is_file()


def test_the_lock_file_holds_hashes_and_no_addresses() -> None:
    packages = json.loads((SOURCE / "package-lock.json").read_text())["packages"]
    packages.pop("")  # the project itself

    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert not [name for name, package in packages.items() if "resolved" in package]
