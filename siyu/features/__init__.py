"""What rules ask about members: a row of each, kept current by the worker from what the engine commits."""

from siyu.features.keeping import keep_everything, keep_features, run_features
from siyu.features.talk_days import CountedTalk, DayKind, Members, Said, talk_in
from siyu.features.touched import FEATURES_TOPIC, leave_touched, notes_of_talk, notes_of_touched

__all__ = [
    "FEATURES_TOPIC",
    "CountedTalk",
    "DayKind",
    "Members",
    "Said",
    "keep_everything",
    "keep_features",
    "leave_touched",
    "notes_of_talk",
    "notes_of_touched",
    "run_features",
    "talk_in",
]
