"""The guards of live data."""

from tests.proofs.guard import Guard

SOCKETS, FEEDS = "tests/api/live/test_sockets.py", "tests/api/live/test_feeds.py"
KEPT, ANNOUNCING = "tests/siyu/live/test_kept.py", "tests/siyu/live/test_announcing.py"

LIVE_GUARDS = (
    Guard(
        "an answer that depends on who asks is told to nobody else",
        "api/live/feeds.py",
        "feed.is_personal |= traced.was_asked",
        "pass",
        (
            f"{FEEDS}::test_what_depends_on_who_asks_is_shared_by_nobody",
            f"{FEEDS}::test_an_answer_that_comes_to_depend_on_who_asks_is_told_to_nobody_else",
        ),
    ),
    Guard(
        "an answer that has come to depend on who asks",
        "api/live/feeds.py",
        "if feed.is_personal and not was_personal:",
        "if False:",
        (f"{FEEDS}::test_an_answer_that_comes_to_depend_on_who_asks_is_told_to_nobody_else",),
    ),
    Guard(
        "the subprotocol of sockets",
        "api/live/sockets.py",
        "if not speaks:",
        "if False:",
        (f"{SOCKETS}::test_another_subprotocol_is_closed",),
    ),
    Guard(
        "the origin of sockets",
        "api/live/sockets.py",
        'return urlsplit(origin).netloc == socket.headers.get("host")',
        "return True",
        (f"{SOCKETS}::test_a_page_of_another_origin_is_refused_and_a_mini_program_is_not",),
    ),
    Guard(
        "the connections of a process",
        "api/live/sockets.py",
        "elif self.counts.connections >= self.limits.connections:",
        "elif False:",
        (f"{SOCKETS}::test_a_process_has_so_many_connections",),
    ),
    Guard(
        "the connections of a caller",
        "api/live/sockets.py",
        "if self._of_callers[caller] >= self.limits.connections_of_one:",
        "if False:",
        (f"{SOCKETS}::test_a_caller_has_so_many_connections",),
    ),
    Guard(
        "the token of a socket is looked at again",
        "api/live/connection.py",
        "        await self._admitted(self._authorization)\n        if",
        "        if",
        (
            f"{SOCKETS}::test_an_expired_token_closes_unless_a_fresh_one_came",
            f"{SOCKETS}::test_a_revoked_token_closes",
        ),
    ),
    Guard(
        "the fresh token of a socket is the same caller's",
        "api/live/connection.py",
        "if _who(await self._admitted(authorization)) != _who(self._principal):",
        "if await self._admitted(authorization) is None:",
        (f"{SOCKETS}::test_the_fresh_token_is_the_same_callers",),
    ),
    Guard(
        "the subscriptions of a connection",
        "api/live/connection.py",
        "if len(self._subscriptions) >= self._limits.subscriptions:",
        "if False:",
        (f"{SOCKETS}::test_a_connection_has_so_many_subscriptions",),
    ),
    Guard(
        "the replies that wait for a reader",
        "api/live/connection.py",
        "if len(self._replies) > self._limits.replies:",
        "if False:",
        (f"{SOCKETS}::test_who_asks_more_than_it_reads_is_sent_away",),
    ),
    Guard(
        "queries come over HTTP, subscriptions over sockets",
        "api/answering.py",
        "if operation is not None and (operation.kind == SUBSCRIPTION) is not subscribes:",
        "if False:",
        (f"{FEEDS}::test_a_subscription_is_none_of_http", f"{SOCKETS}::test_a_query_is_none_of_a_socket"),
    ),
    Guard(
        "a slow reader is cut off",
        "api/live/draining.py",
        "self._cutting_off = self.loop.call_later(self.drain_s, self.transport.abort)",
        "pass",
        ("tests/api/live/test_draining.py::test_who_takes_nothing_is_cut_off",),
    ),
    Guard(
        "nothing is kept where changes are not heard",
        "siyu/live/kept.py",
        "if not self._hears():",
        "if False:",
        (f"{KEPT}::test_nothing_is_kept_for_long_nor_where_changes_are_not_heard",),
    ),
    Guard(
        "what Redis did not take is told later",
        "siyu/live/announcing.py",
        "                self._keep(waiting)\n",
        "",
        (f"{ANNOUNCING}::test_what_redis_did_not_take_is_told_later",),
    ),
)
