"""Whether a campaign decides the same in other processes, where Python orders sets of texts in other ways."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Set
from contextlib import ExitStack
from dataclasses import fields, is_dataclass
from itertools import zip_longest
from os import pathsep
from types import ModuleType

from pydantic import BaseModel

from siyu.sdk.effects import Effect
from siyu.sdk.facts import Fact
from siyu.sdk.testing.asking import AnyView, ask
from siyu.sdk.testing.conformance.seen import Seen
from siyu.sdk.testing.conformance.subject import CannotCheck, Subject
from siyu.sdk.testing.scene import AnyCampaignType

HASH_SEEDS = (1, 2, 3)
TIMEOUT_S = 60
NOT_HERE = 3
RUN = "from siyu.sdk.testing.conformance.hash_seeds import main; main()"


def is_the_same_in_every_process(subject: Subject) -> Iterator[str]:
    """Three processes with different hash seeds decide the same about the same random facts."""
    address = _address_of(subject.kind)
    if address is None:
        raise CannotCheck("the campaign type is in no module that another process can import")
    order = json.dumps({
        "module": address[0],
        "name": address[1],
        "seed": subject.seed,
        "configs": [config.model_dump(mode="json") for config in subject.configs],
    })  # fmt: skip
    try:
        answers = _answers(order)
    except ChildProcessError as error:
        yield f"another process could not decide: {error}"
        return
    if not any(answers):
        raise CannotCheck("there are no random facts to decide about, and plays stay in this process")
    for lines in zip_longest(*answers, fillvalue="nothing"):
        if len(set(lines)) > 1:
            one, other = lines[0], next(line for line in lines if line != lines[0])
            yield f"two processes decided differently: {one} and {other}"
            return


def _answers(order: str) -> list[list[str]]:
    """The decisions of a process a hash seed, in text. Raises ChildProcessError with the last line of its error."""
    answers = []
    with ExitStack() as running:
        processes = [running.enter_context(_start(seed)) for seed in HASH_SEEDS]
        # Done first on leaving, whatever happened: nothing waits for a process that waits for us.
        for process in processes:
            running.callback(process.kill)
        for process in processes:
            out, error = process.communicate(order, timeout=TIMEOUT_S)
            if process.returncode == NOT_HERE:
                raise CannotCheck("the module of the campaign type cannot be imported by another process")
            if process.returncode:
                raise ChildProcessError(error.strip().rpartition("\n")[2])
            answers.append(out.splitlines())
    return answers


def _address_of(kind: AnyCampaignType) -> tuple[str, str] | None:
    """A module and the name in it under which another process finds the campaign type."""
    first = sys.modules.get(getattr(kind.decide, "__module__", ""))
    for module in (first, *list(sys.modules.values())):
        if isinstance(module, ModuleType) and getattr(module, "__spec__", None) and module.__name__ != "__main__":
            for name, value in list(vars(module).items()):
                if value is kind:
                    return module.__name__, name
    return None


def _start(hash_seed: int) -> "subprocess.Popen[str]":
    environment = {"PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": pathsep.join(sys.path), "PYTHONUTF8": "1"}
    return subprocess.Popen(  # noqa: S603 - our own interpreter and our own words
        [sys.executable, "-c", RUN],
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def main() -> None:
    """In such a process: print every decision of the random lives, one a line."""
    order = json.load(sys.stdin)
    try:
        module = importlib.import_module(order["module"])
    except ModuleNotFoundError:
        sys.exit(NOT_HERE)
    kind: AnyCampaignType = getattr(module, order["name"])
    configs = [kind.config.model_validate_json(json.dumps(config)) for config in order["configs"]]
    subject = Subject(kind, configs, seed=order["seed"])
    lines: list[str] = []

    def asking(kind: AnyCampaignType, fact: Fact, view: AnyView) -> tuple[Effect, ...]:
        effects = ask(kind, fact, view)
        lines.append(f"{fact.type}: {plain(effects)}")
        return effects

    subject.live(asking, Seen())
    sys.stdout.write("\n".join(lines))


def plain(value: object) -> str:
    """A text that is equal for equal values in every process."""
    if isinstance(value, BaseModel):
        return plain({name: getattr(value, name) for name in type(value).model_fields})
    if is_dataclass(value) and not isinstance(value, type):
        return f"{type(value).__name__}({plain([getattr(value, field.name) for field in fields(value)])})"
    if isinstance(value, Mapping):
        return f"{{{', '.join(sorted(f'{plain(key)}: {plain(item)}' for key, item in value.items()))}}}"
    if isinstance(value, Set):
        return f"{{{', '.join(sorted(map(plain, value)))}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(plain, value))}]"
    return repr(value)
