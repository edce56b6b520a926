"""Subscribed operations: each is run again when what it shows has changed, once for all readers it is the same for."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import orjson

from api.answering import Answer, Answering, Judged
from api.live.limits import LiveLimits
from api.live.traced import TracedPrincipal
from api.requests import GraphQLRequest
from schema import ApiError, Context, ErrorCode, Principal, written
from schema.context import Watch
from siyu.live import Hub, Topic

logger = logging.getLogger(__name__)

MakeContext = Callable[[Principal, str, Watch], Context]


class Asking(NamedTuple):
    """An operation that may run, and the language of its texts."""

    request: GraphQLRequest
    judged: Judged
    language: str

    def shared_by(self, principal: Principal) -> tuple[object, ...]:
        """What readers have in common whose answers are equal, unless the answer depends on who they are."""
        variables = orjson.dumps(self.request.variables, option=orjson.OPT_SORT_KEYS)
        operation = self.judged.text, self.request.operation_name, variables, self.language
        return (*operation, principal.role, principal.scopes)


@dataclass(eq=False, slots=True)
class Reader:
    """Who is told: `deliver` takes the newest answer as JSON, `end` why there will be none any more."""

    principal: Principal
    deliver: Callable[[str], None]
    end: Callable[[Sequence[object]], None]
    feed: "Feed | None" = None


@dataclass(eq=False, slots=True)
class Feed:
    """One operation with its readers. `is_personal`: its answer depends on who reads it, so that it has one reader."""

    asking: Asking
    readers: dict[Reader, None]
    is_personal: bool = False
    topics: set[Topic] = field(default_factory=set)
    latest: str | None = None
    failures: int = 0
    not_before_s: float = 0.0
    is_changed: bool = False
    is_waiting: bool = False
    is_running: bool = False
    wake: Callable[[], None] = field(init=False)


class Feeds:
    """The feeds of a process. A feed that changes faster than it is run is run once for all that has changed."""

    def __init__(self, answering: Answering, hub: Hub, context: MakeContext, limits: LiveLimits) -> None:
        self._answering, self._hub, self._context, self._limits = answering, hub, context, limits
        self._shared: dict[tuple[object, ...], Feed] = {}
        self._changed: deque[Feed] = deque()
        self._running: set[asyncio.Task[None]] = set()

    async def join(self, asking: Asking, reader: Reader) -> Sequence[object]:
        """Tell the reader the present state, and whatever comes; errors where there is no such state.

        Raises TimeoutError where the state cannot be read in time.
        """
        key = asking.shared_by(reader.principal)
        feed = self._shared.get(key)
        if feed is None:
            feed = self._open(asking, reader)
            try:
                answer = await self._answer(feed, reader)
            except BaseException:
                self.leave(reader)
                raise
            if answer.get("data") is None:
                self.leave(reader)
                errors: Sequence[object] = answer["errors"]
                return errors
            feed.latest = written(answer).decode()
            if not feed.is_personal:
                feed = self._share(key, feed, reader)
        feed.readers[reader] = None
        reader.feed = feed
        if feed.latest is not None:
            reader.deliver(feed.latest)
        return ()

    def leave(self, reader: Reader) -> None:
        """Tell the reader nothing more; a feed without readers is closed."""
        feed, reader.feed = reader.feed, None
        if feed is None:
            return
        feed.readers.pop(reader, None)
        if not feed.readers:
            self._hub.unwatch(feed.topics, feed.wake)
            key = feed.asking.shared_by(reader.principal)
            if self._shared.get(key) is feed:
                del self._shared[key]

    def _open(self, asking: Asking, reader: Reader) -> Feed:
        feed = reader.feed = Feed(asking, {reader: None})
        feed.wake = partial(self._wake, feed)
        return feed

    def _share(self, key: tuple[object, ...], feed: Feed, reader: Reader) -> Feed:
        """The feed of all who ask for the same: this one, unless another was there first."""
        first = self._shared.setdefault(key, feed)
        if first is not feed:
            self.leave(reader)
        return first

    def _watch(self, feed: Feed, topic: Topic) -> None:
        """Before it is read: what changes while it is read is read again."""
        if topic not in feed.topics and feed.readers:
            feed.topics.add(topic)
            self._hub.watch((topic,), feed.wake)

    def _wake(self, feed: Feed) -> None:
        feed.is_changed = True
        if feed.is_waiting or feed.is_running or not feed.readers:
            return
        feed.is_waiting = True
        loop = asyncio.get_running_loop()
        loop.call_at(max(feed.not_before_s, loop.time()), self._queue, feed)

    def _queue(self, feed: Feed) -> None:
        """Each in its turn, so that nobody's feeds hold up those of others."""
        self._changed.append(feed)
        if len(self._running) < self._limits.runs:
            task = asyncio.create_task(self._run_changed())
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _run_changed(self) -> None:
        while self._changed:
            feed = self._changed.popleft()
            feed.is_waiting, feed.is_changed, feed.is_running = False, False, True
            cost = feed.asking.judged.cost
            # An operation is given as many points a second as a caller gets back.
            pause_s = max(self._limits.pause_s, cost / self._answering.settings.rate_points_per_s)
            feed.not_before_s = asyncio.get_running_loop().time() + pause_s
            try:
                await self._run(feed)
            except Exception:  # a bug of ours: it must not take the feeds of others with it
                logger.exception("a subscription could not be answered")
                self._fail(feed, [ApiError(ErrorCode.INTERNAL, "internal error").formatted])
            feed.is_running = False
            if feed.is_changed:
                self._wake(feed)

    async def _run(self, feed: Feed) -> None:
        reader = next(iter(feed.readers), None)
        if reader is None:
            return
        was_personal, principal = feed.is_personal, reader.principal
        try:
            answer = await self._answer(feed, reader)
        except TimeoutError:
            timed_out = ApiError(ErrorCode.TIMED_OUT, "no answer in time", retry_after_ms=1_000)
            answer = {"errors": [timed_out.formatted]}
        if feed.is_personal and not was_personal:
            self._part(feed, principal)
        elif answer.get("data") is None:
            self._fail(feed, answer["errors"])
        else:
            feed.failures = 0
            self._tell(feed, written(answer).decode())

    async def _answer(self, feed: Feed, reader: Reader) -> Answer:
        """What the operation shows one of its readers now. Raises TimeoutError."""
        traced = TracedPrincipal.of(reader.principal)
        context = self._context(traced, feed.asking.language, partial(self._watch, feed))
        async with asyncio.timeout(self._answering.settings.request_timeout_s):
            answer = await self._answering.run(feed.asking.judged, feed.asking.request, context)
        feed.is_personal |= traced.was_asked
        return answer

    def _tell(self, feed: Feed, payload: str) -> None:
        if payload != feed.latest:
            feed.latest = payload
            for reader in feed.readers:
                reader.deliver(payload)

    def _fail(self, feed: Feed, errors: Sequence[Any]) -> None:
        """Try again where that may help; else tell the readers."""
        feed.failures += 1
        if feed.failures < self._limits.attempts and any(map(may_pass, errors)):
            feed.is_changed = True
            return
        for reader in list(feed.readers):
            self.leave(reader)
            reader.end(errors)

    def _part(self, feed: Feed, principal: Principal) -> None:
        """The answer has come to depend on who reads it: nobody is told it, and each reader has an own feed."""
        self._shared.pop(feed.asking.shared_by(principal), None)
        readers, feed.readers = list(feed.readers), {}
        self._hub.unwatch(feed.topics, feed.wake)
        for reader in readers:
            own = self._open(feed.asking, reader)
            own.is_personal, own.latest = True, feed.latest
            for topic in feed.topics:
                self._watch(own, topic)
            own.wake()


def may_pass(error: Mapping[str, Any]) -> bool:
    """Whether it may be another answer next time, such as while the database is away."""
    extensions = error["extensions"]
    return extensions["retryable"] is True or extensions["code"] == ErrorCode.INTERNAL.value
