"""docs/campaigns/reference.md, written from the docstrings and signatures of `siyu.sdk`.

`make docs` writes it. What is at which place of the page is in `tests/docs/reference_sections.py`.
"""

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

from pydantic import BaseModel

from tests.docs.pages import ROOT
from tests.docs.reference_sections import INTRODUCTION, SECTIONS, Section

PAGE = ROOT / "docs" / "campaigns" / "reference.md"
LINE_LENGTH_MAX = 100
# The keywords of JSON Schema that bound a value.
BOUNDS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern", "enum", "format")
DOCTEST = re.compile(r"^>>> (?:.+\n)+", re.MULTILINE)


def reference() -> str:
    """The page as Markdown."""
    return "\n".join([INTRODUCTION, *(line for section in SECTIONS for line in _section(section)), ""])


def _section(section: Section) -> Iterator[str]:
    yield f"\n## {section.title}\n\n{section.text}"
    if section.rows:
        yield "\n| Name | |\n|---|---|"
        yield from (f"| `{name}` | {text} |" for name, text in section.rows.items())
    for value in section.values:
        yield from _explained(value)


def _explained(value: Any) -> Iterator[str]:
    """A class or function: its heading, signature, docstring and, one below the other, its fields and methods."""
    yield f"\n### {value.__name__}\n"
    if inspect.isfunction(value):
        yield _code(_call(value.__name__, _function(value)))
    elif not issubclass(value, Enum | BaseModel) and (fields := _fields(value)):
        yield _code(_signature(value.__name__, fields))
    yield _prose(value)
    if inspect.isclass(value):
        yield from _members(value)


def _members(value: type) -> Iterator[str]:
    if issubclass(value, Enum):
        yield f"\nIts members are {', '.join(f'`{member.name}`' for member in value)}."
    elif issubclass(value, BaseModel) and value.model_fields:
        yield "\n| Field | JSON | Default | Bounds |\n|---|---|---|---|"
        schemas = value.model_json_schema()["properties"]
        for name, found in value.model_fields.items():
            default = "" if found.is_required() else f"`{found.get_default(call_default_factory=True)!r}`"
            yield f"| `{name}` | {_json_type(schemas[name])} | {default} | {_bounds(schemas[name])} |"
    for name, member in vars(value).items():
        if not name.startswith("_") and not issubclass(value, BaseModel | Enum):
            called = member.fget if isinstance(member, property) else member
            # The default of a field may be a function, too, but has no name.
            if inspect.isfunction(called) and called.__name__ == name:
                short = f"{value.__name__}.{name}"
                yield f"\n#### {short}\n"
                if called is member:
                    yield _code(_call(short, _function(called)))
                yield _prose(called)


def _bounds(schema: dict[str, Any]) -> str:
    """What bounds a field, at whatever depth of its schema, but not what another model says of its own fields."""
    found = {key: schema[key] for key in BOUNDS if key in schema}
    nested = [*([schema["items"]] if "items" in schema else ()), *schema.get("anyOf", ())]
    here = [f"{key} {json.dumps(value)}" for key, value in found.items()]
    inside = [words for inner in nested if (words := _bounds(inner))]
    return ", ".join(here) + "".join(f"{'; each: ' if here else ''}{words}" for words in inside)


def _json_type(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(map(_json_type, schema["anyOf"]))
    of = f" of {_json_type(schema['items'])}" if "items" in schema else ""
    return (schema.get("type") or f"`{schema['$ref'].rsplit('/', 1)[1]}`") + of


def _tree(value: Callable[..., Any]) -> Any:
    """The syntax tree of a class or function; the words of the source are the same in every Python."""
    return ast.parse(textwrap.dedent(inspect.getsource(value))).body[0]


def _function(value: Callable[..., Any]) -> ast.FunctionDef:
    found: ast.FunctionDef = _tree(value)
    return found


def _fields(value: type) -> list[tuple[str, str, str]]:
    """The name, type and default of what a class is made with, from its fields or its `__init__`."""
    fields = [
        (node.target.id, ast.unparse(node.annotation), _default(node.value))
        for node in _tree(value).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]
    if fields:
        by_keyword = any(each.kind is each.KEYWORD_ONLY for each in inspect.signature(value).parameters.values())
        return [*([("*", "", "")] if by_keyword else ()), *fields]
    if "__init__" not in vars(value):
        return []
    return _parameters(_function(vars(value)["__init__"]).args)


def _parameters(arguments: ast.arguments) -> list[tuple[str, str, str]]:
    positional = arguments.posonlyargs + arguments.args
    defaults = [*[None] * (len(positional) - len(arguments.defaults)), *arguments.defaults]
    pairs = [*zip(positional, defaults, strict=True), *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    found = [(arg.arg, ast.unparse(arg.annotation), _default(value)) for arg, value in pairs if arg.annotation]
    if arguments.kwonlyargs:
        found.insert(len(found) - len(arguments.kwonlyargs), ("*", "", ""))
    return found


def _default(value: ast.expr | None) -> str:
    text = ast.unparse(value) if value else ""
    made = re.search(r"default_factory=(\w+)", text)
    return {"dict": "{}", "frozenset": "frozenset()"}[made[1]] if made else text


def _signature(name: str, fields: list[tuple[str, str, str]]) -> str:
    words = [
        f"{field}{f': {type_}' if type_ else ''}{f' = {default}' if default else ''}"
        for field, type_, default in fields
    ]
    line = f"{name}({', '.join(words)})"
    return line if len(line) <= LINE_LENGTH_MAX else f"{name}(\n" + "".join(f"    {word},\n" for word in words) + ")"


def _call(name: str, function: ast.FunctionDef) -> str:
    fields = _parameters(function.args)
    for star, rest in (("*", function.args.vararg), ("**", function.args.kwarg)):
        if rest and rest.annotation:
            fields.append((f"{star}{rest.arg}", ast.unparse(rest.annotation), ""))
    answer = ast.unparse(function.returns) if function.returns else "None"
    return f"{_signature(name, fields)} -> {answer}"


def _code(text: str) -> str:
    return f"```python\n{text}\n```\n"


def _prose(value: object) -> str:
    """A docstring as Markdown; its examples become blocks that doctest can read."""
    text = (inspect.getdoc(value) or "") + "\n"
    return DOCTEST.sub(lambda found: f"```pycon\n{found[0]}```\n", text).rstrip("\n")


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
