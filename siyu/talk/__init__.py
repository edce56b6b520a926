"""What members say and do in chats, as far as it is told: who, when, where, of which kind and length."""

from siyu.sdk.talk_facts import TALK_FACTS, LinkClicked, MessageLiked, MessagePosted, PollAnswered, TalkFact
from siyu.talk.chats import Chats
from siyu.talk.store import load_chats, load_stays
from siyu.talk.visibility import may_see_boards

__all__ = [
    "TALK_FACTS",
    "Chats",
    "LinkClicked",
    "MessageLiked",
    "MessagePosted",
    "PollAnswered",
    "TalkFact",
    "load_chats",
    "load_stays",
    "may_see_boards",
]
