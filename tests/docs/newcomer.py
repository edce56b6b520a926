"""Somebody who follows a page from top to bottom: writes its files, runs its commands, sends its documents."""

import asyncio
import json
import re
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from api.identity import Tokens
from schema.ids import MEMBER, decode_uuid
from tests.api.graphql import ask, operator_token, token_of
from tests.api.processes import Commands, Server
from tests.docs.pages import Block
from tests.environments import TIMEOUT_S, run_alone

# Stands for an id or a key that is another for everybody.
PLACEHOLDER = re.compile(r"\b[A-Z]+_(?:ID|KEY)\b")
TITLE = re.compile(r'title="(.+)"')
OPERATION = re.compile(r"(query|mutation) (\w+)")
BETWEEN_BLOCKS = "\n\n"
# What a campaign asks for is decided a moment later.
MOMENT_S, POLL_S = 120.0, 0.05
# Into a folder of its own, out of what is installed here.
PIP_OPTIONS = ("--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--target")


@dataclass
class Newcomer:
    """Where they are, what they have, and what they have been told.

    `python` runs pytest, in an environment of its own; what pip installs, the commands of `commands` find in `site`.
    `known` is what the page's words in capitals stand for; `answers` are those to the documents, by their names.
    """

    folder: Path
    commands: Commands
    tokens: Tokens
    python: Path
    site: Path
    known: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    _before: Path = Path()
    _printed: str = ""
    _written: set[Path] = field(default_factory=set)
    _server: Server | None = None
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def follow(self, blocks: Iterable[Block]) -> None:
        """Do what each block says. Raises AssertionError where something comes out otherwise than the page has it."""
        waiting = list(blocks)
        while waiting:
            block = waiting.pop(0)
            if block.language == "sh":
                for command in block.text.splitlines():
                    await self._run(command)
            elif block.language == "text":
                assert all(line in self._printed for line in block.text.splitlines()), self._printed
            elif block.language == "graphql":
                beside = list(takewhile(lambda block: block.words in {"variables", "answer"}, waiting))
                waiting = waiting[len(beside) :]
                await self._send(block, {each.words: each.text for each in beside})
            else:
                self._write(block)

    def _write(self, block: Block) -> None:
        """Begin a file, or go on with one that the page has begun."""
        title = TITLE.search(block.words)
        assert title, f"line {block.line}: a block that nothing can be done with"
        path = self.folder / title[1]
        begun = path.read_text(encoding="utf-8") + BETWEEN_BLOCKS if path in self._written else ""
        path.write_text(begun + block.text, encoding="utf-8")
        self._written.add(path)

    async def _run(self, command: str) -> None:
        match shlex.split(command):
            case [".", ".venv/bin/activate"] | ["python", "-m", "api", "token", *_]:
                pass  # This process is in the environment already, and signs its tokens itself.
            case ["cd", "-"]:
                self.folder, self._before = self._before, self.folder
            case ["cd", folder]:
                self.folder, self._before = (self.folder / folder).resolve(), self.folder
            case ["python", "-m", "pytest"]:
                options = ("-W", "error", "-q", "-p", "no:cacheprovider")
                self._heed(run_alone(self.python, "-B", "-m", "pytest", *options, cwd=self.folder))
            case ["python", "-m", "pip", *words]:
                self._heed(install(self.folder, self.site, *words))
            case ["python", "-m", "api", "serve"]:
                self._server = await self._running.enter_async_context(self._here().serving())
            case ["python", "-m", "api", *words]:
                finished = await self._here().run(*words)
                assert finished.code == 0, finished.err
                self._printed = finished.out
            case _:
                raise AssertionError(f"a command that nobody knows how to run: {command}")

    def _here(self) -> Commands:
        settings = {**self.commands.settings, "PYTHONPATH": str(self.site)}
        return replace(self.commands, settings=settings, folder=self.folder)

    def _heed(self, finished: "subprocess.CompletedProcess[str]") -> None:
        assert finished.returncode == 0, finished.stdout + finished.stderr
        self._printed = finished.stdout

    async def _send(self, block: Block, told: Mapping[str, str]) -> None:
        """Ask the server; a query is asked again for a moment, until its answer is the page's."""
        operation = OPERATION.search(block.text)
        assert operation, f"line {block.line}: a document without a name"
        variables = json.loads(self._filled_in(told.get("variables", "{}")))
        deadline_s = asyncio.get_running_loop().time() + MOMENT_S
        assert self._server is not None, "nothing serves yet"
        async with self._server.client(self._token(block)) as client:
            client.headers["Accept-Language"] = "en"
            while True:
                answer = {"data": await ask(client, block.text, **variables)}
                self._learn(json.loads(told.get("answer", "null")), answer)
                expected = json.loads(self._filled_in(told["answer"])) if "answer" in told else answer
                late = asyncio.get_running_loop().time() > deadline_s
                if answer == expected or operation[1] == "mutation" or late:
                    break
                await asyncio.sleep(POLL_S)
        assert answer == expected, f"line {block.line}: {answer}"
        self.answers[operation[2]] = answer["data"]

    def _token(self, block: Block) -> str:
        """The token of who sends a block: an operator, or the member whose id the page names."""
        who = dict(word.split("=") for word in block.words.split())
        if who["role"] == "operator":
            return operator_token(self.tokens)
        member = decode_uuid(MEMBER, self.known[who["member"]])
        assert member is not None
        return token_of(self.tokens, member)

    def _filled_in(self, text: str) -> str:
        return PLACEHOLDER.sub(lambda word: self.known.get(word[0], word[0]), text)

    def _learn(self, shown: object, told: object) -> None:
        """Take down what stands where the page has a word in capitals that is new."""
        if isinstance(shown, str) and isinstance(told, str) and PLACEHOLDER.fullmatch(shown):
            self.known.setdefault(shown, told)
        elif isinstance(shown, dict) and isinstance(told, dict):
            for name in shown.keys() & told.keys():
                self._learn(shown[name], told[name])
        elif isinstance(shown, list) and isinstance(told, list):
            for one, other in zip(shown, told, strict=False):
                self._learn(one, other)


def install(folder: Path, site: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run pip, without a network and into a folder of its own."""
    command = [sys.executable, "-m", "pip", *words, *PIP_OPTIONS, str(site)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)


@asynccontextmanager
async def newcomer(
    folder: Path, commands: Commands, tokens: Tokens, python: Path, site: Path
) -> AsyncIterator[Newcomer]:
    """Somebody in a folder; what they started ends with the block."""
    async with AsyncExitStack() as running:
        yield Newcomer(folder, commands, tokens, python, site, _running=running)
