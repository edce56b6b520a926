"""The audit suite of the npm package graphql-http, against a server of our own."""

import asyncio
import json
import shutil
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
    await run(*install)

    async with commands.serving() as server:
        audits = json.loads(await run(node, str(tmp_path / "audit.mjs"), f"{server.address}/graphql"))

    assert len(audits) == AUDITS
    assert {audit["id"] for audit in audits if audit["status"] != "ok"} == GET_AUDITS


async def run(*command: str) -> bytes:
    """What a command prints that must end well."""
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(TIMEOUT_S):
        told, _ = await process.communicate()
    assert process.returncode == 0
    return told
