"""The client's guards, each with the test of its own that fails without it."""

from typing import NamedTuple


class ClientGuard(NamedTuple):
    """A text of a source file, what stands there without the guard, and the test that then fails."""

    file: str
    text: str
    instead: str
    test: str


GUARDS = (
    ClientGuard(
        "client.ts", "isQuery(document) ?", "true ?", "a mutation is not sent again after a network that is away"
    ),
    ClientGuard("retrying.ts", "retries === RETRIES_MAX", "retries === 9", "a query is given up after two retries"),
    ClientGuard(
        "retrying.ts", "if (waitMs > WAIT_MS_MAX) return answer;", "", "a wait that is too long is told instead"
    ),
    ClientGuard("retrying.ts", "    await shown();\n", "", "a retry waits until the app is shown"),
    ClientGuard(
        "lanes.ts", "waiting.length === REQUESTS_WAITING_MAX", "false", "a hundred wait, and one more is refused"
    ),
    ClientGuard("lanes.ts", "let free = REQUESTS_AT_ONCE_MAX", "let free = 99", "eight go at once"),
    ClientGuard(
        "answers.ts",
        'known ? (extensions.code as ServerCode) : "UNKNOWN"',
        "extensions.code as ServerCode",
        "a code of a later server is UNKNOWN",
    ),
    ClientGuard("session.ts", "underWay ??=", "underWay =", "an expired token is renewed once for all who need it"),
    ClientGuard("session.ts", "session.accessToken === stale", "true", "another page of the app may have been faster"),
    ClientGuard(
        "session.ts",
        "if (!answer.ok) return { ...answer, data: null };",
        "if (!answer.ok) answer.data = null;",
        "without an answer to the refresh, the session is kept",
    ),
    ClientGuard(
        "sending.ts", "if (isOther(signed))", "if (false)", "another member who signs in meanwhile gets none of it"
    ),
    ClientGuard("submitting.ts", "if (underWay.has(intent.key)) continue;", "", "what is under way is not told twice"),
    ClientGuard(
        "submitting.ts",
        "if (isFinal(answer)) kept.answered(intent);",
        "kept.answered(intent);",
        "what was given up is sent again when the app returns, and told",
    ),
    ClientGuard("submitting.ts", "!retryable && !STUCK.includes(code)", "!retryable", "a proxy's page is none"),
    ClientGuard("submitting.ts", "underWay.get(intent.key) ??", "", "two taps are one"),
    ClientGuard(
        "intents.ts",
        "Date.now() - each.at < INTENT_AGE_MS_MAX",
        "true",
        "what was asked for yesterday is not done today",
    ),
    ClientGuard(
        "intents.ts", "found || list.length === INTENTS_MAX", "found", "fifty are kept, and one more is refused"
    ),
    ClientGuard(
        "polling.ts", "    await client.shown();\n", "", "nothing is asked in the background, and at once after it"
    ),
    ClientGuard(
        "polling.ts",
        "Math.max(look(answer), POLL_MS_MIN)",
        "look(answer)",
        "nobody polls more often than twice a second, whatever the server says",
    ),
    ClientGuard("polling.ts", "backoffMs *= 2;", "", "failures are told, and make it rarer"),
    ClientGuard(
        "polling.ts", "if (revision !== seen)", "if (true)", "what changed is told, as often as the object says"
    ),
)
