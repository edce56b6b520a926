"""The audit suite of the npm package graphql-http, against a server of our own."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.api.processes import Commands

PACKAGES = ("graphql-http@1.23.1", "graphql@16.11.0")
TIMEOUT_S = 180
AUDITING = """
import { auditServer } from 'graphql-http';
const audits = await auditServer({ url: process.argv[2] });
console.log(JSON.stringify(audits.map(({ id, name, status }) => ({ id, name, status }))));
process.exit(0);
"""
# GET is not served; the suite asks for it three times, and only notes the answer.
GET_AUDITS = {"5A70", "D6D5", "6A70"}
AUDITS = 61


@pytest.mark.prove
async def test_every_audit_passes_but_those_of_get(commands: Commands, tmp_path: Path) -> None:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("needs npm and node")
    (tmp_path / "audit.mjs").write_text(AUDITING)
    install = [npm, "install", "--no-save", "--prefix", str(tmp_path), *PACKAGES]
    subprocess.run(install, check=True, capture_output=True, timeout=TIMEOUT_S)

    async with commands.serving() as server:
        command = [node, str(tmp_path / "audit.mjs"), f"{server.address}/graphql"]
        told = subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT_S)

    audits = json.loads(told.stdout)
    assert len(audits) == AUDITS
    assert {audit["id"] for audit in audits if audit["status"] != "ok"} == GET_AUDITS
