"""Live data: what has changed is announced by whoever made it true, and heard by every process that shows it."""

from siyu.live.announcing import Announcer, publish
from siyu.live.hub import Hub, Watcher
from siyu.live.kept import Kept
from siyu.live.live import Live
from siyu.live.pace import Pace
from siyu.live.topics import EVERYTHING, Topic, board_topic, stock_topic, team_topic, wallet_topic

__all__ = [
    "EVERYTHING",
    "Announcer",
    "Hub",
    "Kept",
    "Live",
    "Pace",
    "Topic",
    "Watcher",
    "board_topic",
    "publish",
    "stock_topic",
    "team_topic",
    "wallet_topic",
]
