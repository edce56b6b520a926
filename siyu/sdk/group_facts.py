"""The core facts about groups, and the shape of their data."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from siyu.sdk.audience import GROUP_LENGTH_MAX
from siyu.sdk.codes import member_of_code
from siyu.sdk.core_facts import GROUP_ANSWERED, GROUP_JOINED, GROUP_LEFT

SOURCE_LENGTH_MAX = 64
# A questionnaire's bounds, which its answers share.
QUESTIONS_MAX = 20
OPTIONS_MAX = 50
NAME_LENGTH_MAX = 32
TEXT_MAX = 500

GroupKey = Annotated[str, Field(min_length=1, max_length=GROUP_LENGTH_MAX)]
Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH_MAX)]
GroupRole = Literal["member", "koc", "owner", "bot"]
Chosen = Annotated[tuple[Name, ...], Field(max_length=OPTIONS_MAX)]


def _is_code(text: str) -> str:
    if member_of_code(text) is None:
        raise ValueError("must be a member's code, of 26 characters")
    return text


MemberCode = Annotated[str, AfterValidator(_is_code)]


class Answers(BaseModel):
    """What was answered of a version of a group's questionnaire, by question: options, and how long texts were."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    choices: Annotated[Mapping[Name, Chosen], Field(max_length=QUESTIONS_MAX)] = Field(default_factory=dict)
    texts: Annotated[Mapping[Name, Annotated[int, Field(ge=1, le=TEXT_MAX)]], Field(max_length=QUESTIONS_MAX)] = Field(
        default_factory=dict
    )


class GroupFact(BaseModel):
    """What every fact about a group tells: its key."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    group: GroupKey


class GroupJoined(GroupFact):
    """A member joined: as what, by whose code, from where, and what they answered on joining."""

    role: GroupRole | None = None
    inviter: MemberCode | None = None
    source: Annotated[str, Field(min_length=1, max_length=SOURCE_LENGTH_MAX)] | None = None
    answers: Answers | None = None


class GroupLeft(GroupFact):
    """A member left."""


class GroupAnswered(GroupFact):
    """A member who is in the group answered its questionnaire."""

    answers: Answers


# Those that services and operators report.
GROUP_FACTS: Mapping[str, type[GroupFact]] = {
    GROUP_JOINED: GroupJoined,
    GROUP_LEFT: GroupLeft,
    GROUP_ANSWERED: GroupAnswered,
}
