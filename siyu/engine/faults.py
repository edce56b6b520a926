"""Campaigns that fail: counted in memory, told in the log, and given up once they have failed too often."""

import logging
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from uuid import UUID

from siyu.campaigns.live import LiveCampaign
from siyu.deadline import DEADLINE, Patience
from siyu.untold import Untold, kind_of

logger = logging.getLogger(__name__)

WINDOW = timedelta(seconds=300)
# This many failed decisions within the window, if they are this share of all, are too many.
FAILED_MAX = 20
FAILED_SHARE_MAX = 0.35
# A decision that does not come back holds up everybody: three are too many, whatever the share.
OVERRAN_MAX = 3
# So are decisions found computing for 5 ms or more by this many ticks (of at most ten a second) within the time.
SLOW_MAX = 20
SLOW_WINDOW = timedelta(seconds=10)
LOG_EVERY = timedelta(seconds=60)
# Each has failed within the window; of more, the one that has been watched longest is forgotten.
WATCHED_MAX = 1_000
ERROR_LENGTH_MAX = 200
TRACEBACK_FRAMES_MAX = 20
DETAILS_LENGTH_MAX = 8_000
OURS = str(Path(__file__).parents[1])


class CampaignFault(Enum):
    """What was wrong with a decision that failed: `missing.fault` of CAMPAIGN_FAILED."""

    RAISED = "raised"
    INVALID = "invalid"
    OVERRAN = "overran"
    SUSPENDED = "suspended"
    UNREADABLE = "unreadable"


@dataclass(slots=True)
class Watch:
    """What one campaign did since a moment."""

    campaign: LiveCampaign
    since: datetime
    decided: int = 0
    failed: int = 0
    overran: int = 0
    slow: int = 0
    slow_since: datetime | None = None
    last: str = ""
    logged_at: datetime | None = None


@dataclass(slots=True)
class Suspension:
    """A campaign that is not asked any more, and why; to be written. `last` is the failure that came last, if any."""

    campaign_id: UUID
    problem: str
    at: datetime
    last: str


@dataclass(slots=True)
class Faults:
    """The failing campaigns of one process. While none fails, `watched` and `suspended` are empty and cost nothing."""

    watched: dict[UUID, Watch] = field(default_factory=dict)
    suspended: dict[UUID, Suspension] = field(default_factory=dict)

    def note(
        self, campaign: LiveCampaign, fault: CampaignFault, error: BaseException, fact: UUID, at: datetime
    ) -> None:
        """A decision failed: tell it once a minute, and give the campaign up where it does not come back."""
        watch = self._watch(campaign, at)
        watch.failed += 1
        watch.last, details = _told(error)
        if watch.logged_at is None or not timedelta(0) <= at - watch.logged_at < LOG_EVERY:
            watch.logged_at = at
            key, kind = campaign.type.key, kind_of(error)
            logger.error("campaign type %s failed on fact %s: %s\n%s", key, fact, kind, Untold(details))
        if fault is CampaignFault.OVERRAN:
            watch.overran += 1
            if watch.overran >= OVERRAN_MAX:
                self._suspend(watch, f"{watch.overran} decisions did not come back", at)

    def note_slow(self, campaign: LiveCampaign, at: datetime) -> None:
        """A decision was found computing for longer than decisions should."""
        watch = self._watch(campaign, at)
        if watch.slow_since is None or not timedelta(0) <= at - watch.slow_since < SLOW_WINDOW:
            watch.slow_since, watch.slow = at, 0
        watch.slow += 1
        if watch.slow >= SLOW_MAX:
            self._suspend(watch, "its decisions take too long, 5 ms and more", at)

    def judge(self, decided: Iterable[LiveCampaign | None], at: datetime) -> None:
        """Count the decisions of a batch, failed ones included, and give up what failed too often."""
        for campaign in decided:
            watch = self.watched.get(campaign.id) if campaign is not None else None
            if watch is not None:
                watch.decided += 1
        for watch in list(self.watched.values()):
            if watch.failed >= FAILED_MAX and watch.failed >= FAILED_SHARE_MAX * watch.decided:
                self._suspend(watch, f"{watch.failed} of {max(watch.decided, watch.failed)} decisions failed", at)

    def problem_of(self, campaign_id: UUID) -> str | None:
        """What the campaign's latest failure was, in one line; None of one that has not failed here."""
        known = self.suspended.get(campaign_id) or self.watched.get(campaign_id)
        return (known.last or None) if known is not None else None

    def written(self, campaign_id: UUID) -> None:
        """The suspension is in the database, which tells every process: a campaign taken up again starts afresh."""
        self.suspended.pop(campaign_id, None)

    def _watch(self, campaign: LiveCampaign, at: datetime) -> Watch:
        watch = self.watched.get(campaign.id)
        if watch is None or not timedelta(0) <= at - watch.since < WINDOW:
            self.watched.pop(campaign.id, None)
            if len(self.watched) >= WATCHED_MAX:
                del self.watched[next(iter(self.watched))]
            watch = self.watched[campaign.id] = Watch(campaign, at)
        return watch

    def _suspend(self, watch: Watch, reason: str, at: datetime) -> None:
        campaign = watch.campaign
        self.watched.pop(campaign.id, None)
        if campaign.id in self.suspended:
            return
        seconds = max(1, round((at - watch.since).total_seconds()))
        cause = f": {watch.last}" if watch.last else ""
        problem = f"paused by siyu: {reason} within {seconds} s; {campaign.type.key} {campaign.type.version}{cause}"
        logger.error("campaign %s is paused by siyu: %s%s", campaign.id, reason, Untold(cause))
        self.suspended[campaign.id] = Suspension(campaign.id, problem, at, watch.last)


def _told(error: BaseException) -> tuple[str, str]:
    """The error in one line with its place in the plugin, and as a traceback. Its words are a plugin's code, too."""
    try:
        return DEADLINE.ask(Patience(), _in_words, error)
    except Exception:  # whatever it is, the type's name has to do
        return type(error).__name__, type(error).__name__


def _in_words(error: BaseException) -> tuple[str, str]:
    words = " ".join(str(error).split())[:ERROR_LENGTH_MAX]
    frames = traceback.extract_tb(error.__traceback__, limit=-TRACEBACK_FRAMES_MAX)
    theirs = [frame for frame in frames if not frame.filename.startswith(OURS)]
    place = f" at {Path(theirs[-1].filename).name}:{theirs[-1].lineno}" if theirs else ""
    details = "".join(traceback.format_exception(error, limit=-TRACEBACK_FRAMES_MAX))
    return f"{type(error).__name__}{': ' if words else ''}{words}{place}", details[-DETAILS_LENGTH_MAX:]
