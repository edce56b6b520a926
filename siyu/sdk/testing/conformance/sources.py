"""Whether the source of a campaign reaches for a clock, a generator or the machine."""

import ast
import inspect
import sys
from collections.abc import Iterator
from types import ModuleType

from siyu.sdk.testing.conformance.subject import CannotCheck, Subject

MODULES_MAX = 64
IMPURE_MODULES = frozenset(
    {
        "asyncio",
        "http",
        "httpx",
        "multiprocessing",
        "os",
        "pathlib",
        "requests",
        "secrets",
        "shutil",
        "socket",
        "sqlite3",
        "ssl",
        "subprocess",
        "tempfile",
        "threading",
        "time",
        "urllib",
    }
)
IMPURE_CALLS = frozenset({"now", "utcnow", "today", "uuid1", "uuid4", "urandom", "getrandbits"})
IMPURE_NAMES = frozenset({"open", "input", "uuid1", "uuid4"})


def reaches_for_nothing(subject: Subject) -> Iterator[str]:
    """No module of the campaign imports or calls what a pure function has no use for."""
    pure = [subject.kind.decide, *(field.read for field in subject.kind.fields)]
    named = {name: sys.modules.get(name) for name in (getattr(function, "__module__", "") for function in pure)}
    trees = {name: tree for first in named.values() if first is not None for name, tree in _sources(first)}
    if not trees:
        raise CannotCheck("the source of the campaign is not at hand")
    for name, tree in trees.items():
        for node in ast.walk(tree):
            for what in _impurities(node):
                yield f"{name}:{getattr(node, 'lineno', 0)}: {what}"


def _sources(first: ModuleType) -> Iterator[tuple[str, ast.Module]]:
    """The module and those of its own package that it imports, parsed."""
    waiting, known = [first], {first.__name__}
    while waiting and len(known) <= MODULES_MAX:
        module = waiting.pop()
        try:
            tree = ast.parse(inspect.getsource(module))
        except (OSError, TypeError):
            continue
        yield module.__name__, tree
        for name in _imported(tree, module):
            found = sys.modules.get(name)
            if found is not None and name not in known and _is_of_the_same(name, first.__name__):
                known.add(name)
                waiting.append(found)


def _is_of_the_same(name: str, first: str) -> bool:
    top = first.partition(".")[0]
    return (name == top or name.startswith(f"{top}.")) and name != "siyu.sdk" and not name.startswith("siyu.sdk.")


def _imported(tree: ast.Module, module: ModuleType) -> Iterator[str]:
    package = (module.__package__ or "").split(".")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            yield origin
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def _impurities(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (f"imports {alias.name}" for alias in node.names if _top(alias.name) in IMPURE_MODULES)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        if _top(node.module) in IMPURE_MODULES:
            yield f"imports {node.module}"
        if node.module == "random":
            yield from (f"imports random.{alias.name}" for alias in node.names if alias.name != "Random")
    elif isinstance(node, ast.Call):
        yield from _impure_call(node)


def _impure_call(call: ast.Call) -> Iterator[str]:
    function = call.func
    if isinstance(function, ast.Name):
        if function.id in IMPURE_NAMES or (function.id == "Random" and not call.args):
            yield f"calls {function.id}()"
    elif isinstance(function, ast.Attribute):
        of_random = isinstance(function.value, ast.Name) and function.value.id == "random"
        unseeded = of_random and (function.attr != "Random" or not call.args)
        if unseeded or function.attr in IMPURE_CALLS:
            yield f"calls {ast.unparse(function)}()"


def _top(name: str) -> str:
    return name.partition(".")[0]
