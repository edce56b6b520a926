"""The core facts about what members say and do in chats, and the shape of their data: never the content."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from siyu.sdk.core_facts import LINK_CLICKED, MESSAGE_LIKED, MESSAGE_POSTED, POLL_ANSWERED
from siyu.sdk.group_facts import GroupKey, MemberCode

# The characters of a message, or its seconds; WeChat's longest message has a few thousand.
LENGTH_MAX = 1_000_000
NAME_LENGTH_MAX = 64
URL_LENGTH_MAX = 512

Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH_MAX)]
Kind = Literal[
    "text",
    "image",
    "voice",
    "video",
    "file",
    "link",
    "card",
    "mini_program",
    "location",
    "sticker",
    "red_packet",
    "other",
]

# What archives of chats call what was said. Nothing of it is kept, so it is refused by name, wherever it is sent.
CONTENT = frozenset({"content", "text", "body", "message_text", "caption", "title", "transcript"})


class TalkFact(BaseModel):
    """What is told of a chat. What was said is refused: nothing that this shape does not name is ever stored."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_content(cls, data: Any) -> Any:  # Any: what a caller sent
        if isinstance(data, Mapping) and (found := sorted(CONTENT & set(map(str, data)))):
            raise ValueError(f"what was said is never kept: leave out {', '.join(found)}; tell its kind and length")
        return data


class MessagePosted(TalkFact):
    """The member posted a message in a group: of which kind, and how many characters or seconds it has."""

    group: GroupKey
    kind: Kind
    length: Annotated[int, Field(ge=0, le=LENGTH_MAX)]


class MessageLiked(TalkFact):
    """The member liked a message in a group; `message` is what the archive calls it, `author` whose it is, by code."""

    group: GroupKey
    message: Name | None = None
    author: MemberCode | None = None


class PollAnswered(TalkFact):
    """The member answered a poll in a group; `poll` is what the archive calls it. What they chose is not told."""

    group: GroupKey
    poll: Name | None = None


class LinkClicked(TalkFact):
    """The member followed a link: its address or the campaign that it leads to, in a group or elsewhere (`channel`)."""

    group: GroupKey | None = None
    url: Annotated[str, Field(min_length=1, max_length=URL_LENGTH_MAX, pattern="^https?://")] | None = None
    campaign: Name | None = None
    channel: Name | None = None

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if self.url is None and self.campaign is None:
            raise ValueError("give url, campaign or both: what the link leads to")
        return self


# Those that services and operators report.
TALK_FACTS: Mapping[str, type[TalkFact]] = {
    MESSAGE_POSTED: MessagePosted,
    MESSAGE_LIKED: MessageLiked,
    POLL_ANSWERED: PollAnswered,
    LINK_CLICKED: LinkClicked,
}
