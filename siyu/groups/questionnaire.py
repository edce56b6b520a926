"""What a group asks those who join: questions with options that stand for tags, and whether answers fit them."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from siyu.sdk.audience import Label
from siyu.sdk.group_facts import OPTIONS_MAX, QUESTIONS_MAX, Answers, Name

TITLE_LENGTH_MAX = 128
QUESTIONNAIRES_REMEMBERED = 256

Title = Annotated[str, Field(min_length=1, max_length=TITLE_LENGTH_MAX)]


class Option(BaseModel):
    """One of the answers to choose from, and the tag that whoever chooses it gets."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    key: Name
    title: Title
    tag: Label | None = None


class Question(BaseModel):
    """A question: one option, several, or a text of which only the length is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    key: Name
    kind: Literal["single", "multi", "text"]
    title: Title
    required: bool = False
    options: Annotated[tuple[Option, ...], Field(max_length=OPTIONS_MAX)] = ()

    @model_validator(mode="after")
    def has_what_it_needs(self) -> "Question":
        """Options to choose from, each once; none for a text."""
        if (self.kind == "text") == bool(self.options):
            raise ValueError("a choice needs options, and a text has none")
        if len({option.key for option in self.options}) < len(self.options):
            raise ValueError("two options have one key")
        return self


class Questionnaire(BaseModel):
    """The questions of a group, in their order; none, where nothing is asked any more."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    questions: Annotated[tuple[Question, ...], Field(max_length=QUESTIONS_MAX)] = ()

    @model_validator(mode="after")
    def asks_each_once(self) -> "Questionnaire":
        """Answers name questions by their keys."""
        if len({question.key for question in self.questions}) < len(self.questions):
            raise ValueError("two questions have one key")
        return self


QUESTIONS: TypeAdapter[tuple[Question, ...]] = TypeAdapter(tuple[Question, ...])


@lru_cache(QUESTIONNAIRES_REMEMBERED)
def parse_questions(stored: str) -> tuple[Question, ...]:
    """Questions as they were stored; they were checked then."""
    return QUESTIONS.validate_json(stored)


def to_json(questions: Sequence[Question]) -> str:
    """Questions as they are stored."""
    return QUESTIONS.dump_json(tuple(questions), exclude_defaults=True).decode()


def wrong_answer(questions: Sequence[Question], answers: Answers) -> str | None:
    """The key of a question that is not answered as it asks, or of one that is not there; None where all is well."""
    known = {question.key for question in questions}
    strange = next((key for key in (*answers.choices, *answers.texts) if key not in known), None)
    return strange or next((each.key for each in questions if not _fits(each, answers)), None)


def _fits(question: Question, answers: Answers) -> bool:
    chosen, length = answers.choices.get(question.key), answers.texts.get(question.key)
    if question.kind == "text":
        return chosen is None and (length is not None or not question.required)
    if length is not None:
        return False
    if not chosen:
        return not question.required
    is_once = len(set(chosen)) == len(chosen) and (question.kind == "multi" or len(chosen) == 1)
    return is_once and set(chosen) <= {option.key for option in question.options}


def tags_for(questions: Sequence[Question], choices: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The tags that the chosen options stand for, in the order of the questions."""
    for question in questions:
        chosen = choices.get(question.key, ())
        yield from (option.tag for option in question.options if option.tag is not None and option.key in chosen)
