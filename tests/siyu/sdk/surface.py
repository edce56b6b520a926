"""The SDK's surface: what campaigns are written with, and what of it is promised.

`make docs` adds to the promise what is new.
"""

import inspect
import json
import sys
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

import siyu.sdk
import siyu.sdk.testing

# One file a major version, which grows with what is added. By name: its parameters, each with whether it must be given.
PROMISED = Path(__file__).parent / f"surface_{siyu.sdk.SDK_VERSION.split('.')[0]}.json"
MODULES = (siyu.sdk, siyu.sdk.testing)
STARRED = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
Surface = Mapping[str, Mapping[str, bool]]


def surface() -> Surface:
    """All that campaigns can call or name: functions, classes with their methods, constants."""
    found: dict[str, dict[str, bool]] = {}
    for module in MODULES:
        for name in module.__all__:
            value = getattr(module, name)
            found[name] = parameters(value)
            if inspect.isclass(value):
                members = {part: member for part, member in vars(value).items() if part[0] != "_"}
                found |= {f"{name}.{part}": parameters(member) for part, member in members.items() if is_named(member)}
    return found


def is_named(member: object) -> bool:
    """Whether a class's own attribute is a method, a property or a member of an Enum; fields are parameters already."""
    has_name = inspect.isfunction(member) and member.__name__ != "<lambda>"
    return has_name or isinstance(member, property | Enum)


def parameters(value: object) -> dict[str, bool]:
    """The parameters by name, in their order, and which of them must be given; none of what is not called.

    Those that are given by keyword alone begin with a star: their order means nothing.
    """
    if not inspect.isfunction(value) and (not inspect.isclass(value) or issubclass(value, Enum | Exception)):
        return {}
    found = inspect.signature(value).parameters.values()
    by_keyword = inspect.Parameter.KEYWORD_ONLY
    return {
        f"{'*' if each.kind is by_keyword else ''}{each.name}": each.default is each.empty and each.kind not in STARRED
        for each in found
    }


def broken_promises(promised: Surface, now: Surface) -> list[str]:
    """What a campaign that was written before would miss."""
    gone = [name for name in promised if name not in now]
    for name in promised.keys() & now.keys():
        before, after = promised[name], now[name]
        gone += [f"{name}({parameter})" for parameter in before if parameter not in after]
        new = [parameter for parameter, must in after.items() if must and not before.get(parameter)]
        gone += [f"{name}({parameter}) must be given now" for parameter in new]
        placed, wanted = ([parameter for parameter in of if parameter[0] != "*"] for of in (after, before))
        if placed[: len(wanted)] != wanted and before.keys() <= after.keys():
            gone.append(f"{name}: another order")
    return sorted(gone)


def renew() -> None:
    """Promise what is new. Nothing is renewed while a promise is broken."""
    promised, now = json.loads(PROMISED.read_text(encoding="utf-8")), surface()
    if broken := broken_promises(promised, now):
        sys.exit(f"campaigns would miss: {'; '.join(broken)}")
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(now[name])}" for name in sorted(now))
    PROMISED.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    renew()
