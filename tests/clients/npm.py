"""The TypeScript client's own tools: where they are, why they are not, and how they are run."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

CLIENT = Path(__file__).parents[2] / "clients" / "typescript"
MANIFESTS = CLIENT / "test" / "gql"
RUN_TIMEOUT_S = 120.0
NODE = shutil.which("node")
TOOLS = CLIENT / "node_modules" / ".bin"

needs_node = pytest.mark.skipif(NODE is None, reason="Node is not installed")
needs_packages = pytest.mark.skipif(
    not TOOLS.is_dir(), reason="the client's npm packages are not installed (make client)"
)


async def run(*command: str | Path, folder: Path = CLIENT, **environment: str) -> tuple[int, str]:
    """A command in a folder, run to its end: its exit code and what it wrote."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        cwd=folder,
        env=os.environ | environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(RUN_TIMEOUT_S):
            out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode()


async def npm(script: str, *arguments: str) -> None:
    """A script of package.json, which must succeed."""
    code, out = await run("npm", "run", "--silent", script, "--", *arguments)
    assert code == 0, out
