"""The names of what can change before somebody's eyes, and how a list of them is sent."""

from collections.abc import Iterable
from uuid import UUID

import orjson

Topic = str

# One channel for all: a process hears everything by one subscription, and looks up what somebody watches here.
CHANNEL = "siyu:live"
# Nobody knows any more what has changed, so whatever is watched is looked at again.
EVERYTHING: Topic = "*"
# Of one message: some 20 kB.
TOPICS_MAX = 512


def board_topic(board: str) -> Topic:
    """All windows of a leaderboard: a change of today's is one of this week's, too."""
    return f"board:{board}"


def team_topic(subject_id: UUID) -> Topic:
    """A team, by the subject that it is in its campaign."""
    return f"team:{subject_id.hex}"


def stock_topic(campaign_id: UUID) -> Topic:
    """The stocks of a campaign."""
    return f"stock:{campaign_id.hex}"


def wallet_topic(member_id: UUID) -> Topic:
    """All wallets of a member."""
    return f"wallet:{member_id.hex}"


def written(topics: Iterable[Topic]) -> bytes:
    """The message of these topics."""
    return orjson.dumps(list(topics))


def read(message: bytes) -> list[Topic]:
    """The topics of a message; of one that is none of ours, everything."""
    try:
        found = orjson.loads(message)
    except orjson.JSONDecodeError:
        return [EVERYTHING]
    return found if isinstance(found, list) and all(isinstance(each, str) for each in found) else [EVERYTHING]
