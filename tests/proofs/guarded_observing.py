"""The guards of the log, the metrics and the health of a process."""

from tests.proofs.guard import ENGINE, Guard

LOGS, CANARY = "tests/api/observing/test_logs.py", "tests/api/observing/test_canary.py"
METRICS, HEALTH = "tests/api/observing/test_metrics.py", "tests/api/observing/test_health.py"
SLOW, REQUESTS = "tests/api/observing/test_slow.py", "tests/api/observing/test_requests.py"
STORMS = "tests/api/observing/test_slow_storms.py"

OBSERVING_GUARDS = (
    Guard(
        "words of errors stay out of the log",
        "api/observing/logs.py",
        "isinstance(part, PLAIN_ERRORS) else kind_of(part)",
        "True else kind_of(part)",
        (f"{LOGS}::test_what_postgresql_says_of_values_stays_out",),
    ),
    Guard(
        "a plugin's words stay out of the log",
        "api/observing/logs.py",
        'return "" if isinstance(part, Untold) else part',
        "return part",
        (f"{CANARY}::test_nor_is_it_where_a_campaign_fails",),
    ),
    Guard(
        "aliases stay out of the log",
        "schema/execution.py",
        'logger.error("request %s failed at %s", request_id, field_of(error), exc_info=known)',
        'logger.error("request %s failed at members %s", request_id, error.path, exc_info=known)',
        (f"{CANARY}::test_nor_is_it_where_something_fails[field]",),
    ),
    Guard(
        "an error that nobody waited for",
        "api/observing/logs.py",
        '"%s", context["message"], exc_info',
        '"%s", context, exc_info',
        (f"{LOGS}::test_an_error_that_nobody_waited_for_is_told_without_its_words",),
    ),
    Guard(
        "the length of a line",
        "api/observing/logs.py",
        "len(value) > FIELD_CHARS_MAX",
        "len(value) > 10**9",
        (f"{LOGS}::test_a_long_text_is_cut",),
    ),
    Guard(
        "a flood of one warning",
        "api/observing/repeats.py",
        "if self._seen[kind] > WARNINGS_MAX:",
        "if self._seen[kind] > 10**9:",
        (f"{LOGS}::test_a_flood_of_one_warning_is_cut_and_counted",),
    ),
    Guard(
        "kinds of warnings that are made up",
        "api/observing/repeats.py",
        "len(self._seen) + len(self._left_out) < KINDS_MAX",
        "True",
        (f"{LOGS}::test_made_up_kinds_take_no_more_room",),
    ),
    Guard(
        "the shape of a request's id",
        "api/observing/requests.py",
        "given is not None and REQUEST_ID.fullmatch(given)",
        "given",
        (f"{REQUESTS}::test_another_text_is_no_id[13800138000]",),
    ),
    Guard(
        "no label is a stranger's word",
        "api/answering.py",
        "operation.name or operation.root if text in self._trusted_texts else operation.root",
        "operation.name or operation.root",
        (f"{METRICS}::test_a_trusted_operation_has_its_name_and_a_strangers_the_schemas",),
    ),
    Guard(
        "how many operations are told apart",
        "api/observing/counts.py",
        "operation if len(self.operations) < OPERATIONS_MAX else OTHER",
        "operation",
        (f"{METRICS}::test_so_many_operations_have_a_name",),
    ),
    Guard(
        "the calls that a trail keeps",
        "siyu/trail.py",
        "if len(trail.calls) < CALLS_MAX:",
        "if trail:",
        (f"{SLOW}::test_a_trail_keeps_so_many_calls_and_counts_all",),
    ),
    Guard(
        "the plans that are kept",
        "api/observing/slow.py",
        "if len(self._plans) > PLANS_MAX:",
        "if len(self._plans) > 10**9:",
        (f"{SLOW}::test_so_many_plans_are_kept",),
    ),
    Guard(
        "one plan is asked for at a time",
        "api/observing/slow.py",
        " or self._asking is not None:",
        ":",
        (f"{SLOW}::test_a_plan_is_asked_for_once_and_by_nobody_meanwhile",),
    ),
    Guard(
        "the lines about slow operations",
        "api/observing/slow.py",
        "self._lines >= LINES_MAX or",
        "False or",
        (f"{STORMS}::test_so_many_lines_a_second_are_written_and_the_next_one_counts_the_others",),
    ),
    Guard(
        "a batch is in the surroundings of no caller",
        f"{ENGINE}/batcher.py",
        "with following(trail):",
        "with following(Trail()):",
        (
            "tests/siyu/engine/test_batcher.py::test_a_batch_is_of_no_caller_and_every_caller_who_is_followed_is_shown_it",
        ),
    ),
    Guard(
        "a process that stops is not ready",
        "api/observing/health.py",
        "if self._stopping.is_set():",
        "if False:",
        (f"{HEALTH}::test_a_process_that_stops_is_not_ready",),
    ),
    Guard(
        "a database that lacks a migration",
        "api/observing/health.py",
        "if name not in applied]",
        "if not applied]",
        (f"{HEALTH}::test_with_a_migration_missing_it_is_not_ready",),
    ),
    Guard(
        "one look a second",
        "api/observing/health.py",
        "self._seconds() - self._found.at_s >= FOUND_FOR_S",
        "self._found",
        (f"{HEALTH}::test_whoever_asks_often_asks_the_servers_once_a_second",),
    ),
)
