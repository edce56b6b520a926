"""What a campaign type declares: key, codes, texts, the config's form, the states of older versions."""

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any

from pydantic import BaseModel, ValidationError

from siyu.sdk.judging import type_problems
from siyu.sdk.testing.conformance.subject import Subject
from siyu.sdk.text import Text


def registrable(subject: Subject) -> Iterator[str]:
    """The server's registry would take it."""
    yield from type_problems(subject.kind)


def config_round_trips(subject: Subject) -> Iterator[str]:
    """Every config is the same after it was stored as JSON."""
    for config in subject.all_configs:
        yield from not_the_same_from_json(config)


def not_the_same_from_json(model: BaseModel) -> Iterator[str]:
    """A sentence if the model is another one when it comes back from its JSON."""
    text = model.model_dump_json()
    try:
        again = type(model).model_validate_json(text)
    except ValidationError as error:
        yield f"its own JSON is refused: {text}: {error.errors(include_url=False)[0]['msg']}"
        return
    if again != model:
        yield f"{model!r} comes back from JSON as {again!r}"


def config_form_renders(subject: Subject) -> Iterator[str]:
    """An operator's form can be drawn from the config: every field is named, nothing nests in itself."""
    if not subject.all_configs:
        yield "it has no default config, and no config was given to play with"
    try:
        schema = subject.kind.config.model_json_schema()
    except Exception as error:  # pydantic raises what the author's types raise
        yield f"there is no JSON Schema of the config: {error}"
        return
    yield from _cycles(schema, schema.get("$defs", {}), ())
    yield from _unnamed(subject.kind.config, ())


def _cycles(schema: Any, named: Mapping[str, Any], inside: tuple[str, ...]) -> Iterator[str]:
    if isinstance(schema, list):
        for item in schema:
            yield from _cycles(item, named, inside)
    elif isinstance(schema, Mapping):
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        if name in inside:
            yield f"{name} contains itself"
        elif name:
            yield from _cycles(named[name], named, (*inside, name))
        for key, item in schema.items():
            if key != "$defs":
                yield from _cycles(item, named, inside)


def _unnamed(model: type[BaseModel], inside: tuple[str, ...]) -> Iterator[str]:
    for name, info in model.model_fields.items():
        if not (info.title or info.description):
            yield f"the field {'.'.join((*inside, name))} has neither a title nor a description"
        nested = info.annotation
        if isinstance(nested, type) and issubclass(nested, BaseModel) and nested is not model:
            yield from _unnamed(nested, (*inside, name))


def says_it_in_both_languages(subject: Subject) -> Iterator[str]:
    """Titles, refusals, messages and reasons to refund or to review are Chinese in `zh` and English in `en`."""
    kind = subject.kind
    texts = {"the title": kind.title}
    texts |= {f"the refusal {code}": text for code, text in kind.refusals.items()}
    texts |= {f"the message {key}": text for key, text in kind.messages.items()}
    texts |= {f"the reason to refund {key}": text for key, text in kind.refunds.items()}
    texts |= {f"the reason to review {key}": text for key, text in kind.reviews.items()}
    texts |= {f"the title of the action {action.name}": action.title for action in kind.actions}
    for name, text in texts.items():
        yield from (f"{name}: {problem}" for problem in wrong_words(text))


def wrong_words(text: Text) -> Iterator[str]:
    """What is wrong with a text's languages."""
    if not _has_chinese(text.zh):
        yield f"zh is not Chinese: {text.zh!r}"
    if not text.en.strip() or _has_chinese(text.en):
        yield f"en is not English: {text.en!r}"


def _has_chinese(words: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in words)


def refusals_can_be_told(subject: Subject) -> Iterator[str]:
    """The `{names}` in a refusal's sentences are found in what is missing."""
    for code, missing in subject.seen.refusals:
        yield from _not_to_be_filled_in(code, subject.kind.refusals.get(code), "missing", missing)


def messages_can_be_told(subject: Subject) -> Iterator[str]:
    """The `{names}` in a message's sentences are found in its params."""
    for message, params in subject.seen.messages:
        yield from _not_to_be_filled_in(message, subject.kind.messages.get(message), "params", params)


def _not_to_be_filled_in(name: str, text: Text | None, source: str, values: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each language whose words ask for more than the values have."""
    for words in (text.zh, text.en) if text else ():
        try:
            unknown = {field for _, field, _, _ in Formatter().parse(words) if field is not None} - values.keys()
        except ValueError as error:
            yield f"{name}: {words!r} cannot be filled in: {error}"
            continue
        if unknown:
            yield f"{name}: {sorted(unknown)} of {words!r} is not in {source} {dict(values)}"


def old_states_upcast(subject: Subject) -> Iterator[str]:
    """A state of every older version becomes a valid one."""
    kind = subject.kind
    for version in range(1, kind.state_version):
        states = subject.old_states.get(version, ())
        if not states:
            yield f"old_states has no state of version {version} to try `upcast` with"
        for old in states:
            try:
                kind.state.model_validate(kind.upcast(version, dict(old)))
            except Exception as error:  # the author's code: whatever it raises is the problem
                yield f"the state {old} of version {version} cannot be read any more: {error}"
