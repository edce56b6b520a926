"""What a group asks those who join, and what they answered in all."""

from datetime import datetime
from enum import Enum

import strawberry

from schema.fields import field, field_for
from schema.permissions import ForStaff
from siyu.access import Scope
from siyu.groups.questionnaire import Option, Question
from siyu.groups.questionnaire_store import Answered, QuestionnaireRow


@strawberry.enum
class QuestionKind(Enum):
    """How a question is answered."""

    SINGLE = "single"
    MULTI = "multi"
    TEXT = strawberry.enum_value("text", description="Of a text only its length is kept.")


@strawberry.type(description="One of the answers to choose from.")
class QuestionOption:
    """An option as a GraphQL object."""

    option: strawberry.Private[Option]

    @strawberry.field
    def key(self) -> str:
        return self.option.key

    @strawberry.field
    def title(self) -> str:
        return self.option.title

    @field_for(ForStaff, "The tag that whoever chooses it gets.", Scope.MEMBERS_READ)
    def tag(self) -> str | None:
        return self.option.tag


@strawberry.type(name="GroupQuestion", description="A question that a group asks.")
class GroupQuestion:
    """A question as a GraphQL object."""

    question: strawberry.Private[Question]

    @strawberry.field
    def key(self) -> str:
        return self.question.key

    @strawberry.field
    def kind(self) -> QuestionKind:
        return QuestionKind(self.question.kind)

    @strawberry.field
    def title(self) -> str:
        return self.question.title

    @strawberry.field
    def required(self) -> bool:
        return self.question.required

    @strawberry.field
    def options(self) -> list[QuestionOption]:
        return [QuestionOption(option=option) for option in self.question.options]


@strawberry.type(description="The version of a group's questions that is asked now.")
class GroupQuestionnaire:
    """A questionnaire as a GraphQL object."""

    row: strawberry.Private[QuestionnaireRow]

    @field("Answers name it; each member answers a version once.")
    def version(self) -> int:
        return self.row.version

    @strawberry.field
    def questions(self) -> list[GroupQuestion]:
        return [GroupQuestion(question=question) for question in self.row.questions]

    @strawberry.field
    def created_at(self) -> datetime:
        return self.row.created_at


@strawberry.type(description="How often an option was chosen.")
class OptionCount:
    """A count of an option."""

    key: str
    title: str
    count: int


@strawberry.type(description="How a question was answered.")
class QuestionCount:
    """The counts of a question."""

    key: str
    title: str
    options: list[OptionCount]
    texts: int = strawberry.field(description="How many wrote a text.")


@strawberry.type(description="What was answered of the version that is asked now.")
class QuestionnaireResults:
    """The counts of a questionnaire."""

    version: int
    answered: int = strawberry.field(description="How many members have answered.")
    questions: list[QuestionCount]


def results_object(row: QuestionnaireRow, counted: Answered | None) -> QuestionnaireResults:
    """The counts, also of what nobody chose."""
    found = counted or Answered(0, {}, {})
    questions = [
        QuestionCount(
            key=question.key,
            title=question.title,
            options=[
                OptionCount(key=option.key, title=option.title, count=found.options.get((question.key, option.key), 0))
                for option in question.options
            ],
            texts=found.texts.get(question.key, 0),
        )
        for question in row.questions
    ]
    return QuestionnaireResults(version=row.version, answered=found.members, questions=questions)
