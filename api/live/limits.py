"""The limits of live data, and the codes that sockets are closed with."""

from dataclasses import dataclass
from enum import IntEnum


class CloseCode(IntEnum):
    """Why the server closes a socket; docs/live.md says of each what a client does then."""

    NOTHING_ASKED = 1000
    TRY_LATER = 1013
    BAD_MESSAGE = 4400
    NOT_SIGNED_IN = 4401
    NOT_ADMITTED = 4403
    BAD_SUBPROTOCOL = 4406
    INIT_TOO_LATE = 4408
    SUBSCRIBED_TWICE = 4409
    TOO_MANY = 4429


class Closed(Exception):
    """The socket is to be closed, with a code and a reason."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


@dataclass(frozen=True, slots=True)
class LiveLimits:
    """`connections` are of a process, `connections_of_one` those of one caller to it.

    `subscriptions` and `replies` (what waits to be sent beside news) are of a connection. `message_bytes` is the
    largest message taken. `init_s` is how long a connection may take to sign in, `check_s` how often its token is
    looked at again, `idle_s` how long it may be without a subscription. `ping_s` is how often it is asked whether it
    is there, and how long it may take to say so. `drain_s` is how long a reader may take nothing. `away_s` is how long
    changes may not be heard before clients are sent away to poll. Of a process `runs` answers are computed at once,
    and each is at most every `pause_s`; `attempts` is how often one that fails is tried again.
    """

    connections: int = 10_000
    connections_of_one: int = 5
    subscriptions: int = 10
    replies: int = 64
    message_bytes: int = 131_072
    init_s: float = 5.0
    check_s: float = 5.0
    idle_s: float = 60.0
    ping_s: float = 20.0
    drain_s: float = 10.0
    away_s: float = 5.0
    runs: int = 4
    pause_s: float = 0.25
    attempts: int = 5


LIVE_LIMITS = LiveLimits()
