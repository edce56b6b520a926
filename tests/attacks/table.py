"""The attacks that siyu has to withstand, and where each of them is tried.

Rows have the numbers of the security notes that they come from. What this server does not do (24, 26, 29) is held by a
test that fails when it begins to.
"""

from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = "tests/attacks"
DOCUMENTS = f"{HERE}/test_documents.py"
REQUESTS = f"{HERE}/test_requests.py"
RATES = "tests/api/test_rates.py"
PARTNERS, RECORDS, RIGHTS = f"{HERE}/test_partners.py", f"{HERE}/test_records.py", f"{HERE}/test_rights.py"

TABLE: dict[int, tuple[str, tuple[str, ...]]] = {
    1: ("deep nesting", (DOCUMENTS, "tests/api/guard/test_shape.py")),
    2: ("breadth and duplicated fields", (DOCUMENTS, "tests/api/guard/test_worst.py")),
    3: ("aliases, and codes guessed by them", (DOCUMENTS,)),
    4: ("arrays of operations", (REQUESTS,)),
    5: ("directives", (DOCUMENTS,)),
    6: ("fragments that fan out, spread themselves, are unused or twins", (DOCUMENTS, "tests/api/guard/test_shape.py")),
    7: ("huge bodies, many tokens, nested JSON, NaN, keys twice", (DOCUMENTS, REQUESTS, "tests/api/test_http.py")),
    8: ("dear documents that are small", (RATES, "tests/api/guard/test_costs.py")),
    9: ("slow statements, held locks", (f"{HERE}/test_deadlines.py",)),
    10: ("a statement for every object", ("tests/schema/test_members.py", "tests/schema/test_invitations.py")),
    11: ("introspection, suggestions, the explorer", (REQUESTS,)),
    12: ("circular introspection", (DOCUMENTS,)),
    13: ("operations by GET", (REQUESTS,)),
    14: ("forms of other pages", (REQUESTS, "tests/api/test_http.py")),
    15: ("foreign origins", (REQUESTS,)),
    16: ("WebSockets of other pages, that do not sign in, or too many", ("tests/api/live/test_sockets.py",)),
    17: ("subscriptions that leak, and slow readers", ("tests/api/live/test_feeds.py",)),
    18: ("errors that tell too much", (REQUESTS, "tests/api/test_http.py")),
    19: ("finding out who is there", (f"{HERE}/test_words.py",)),
    20: ("other people's objects", (RIGHTS, "tests/schema/test_members.py", "tests/schema/test_permissions.py")),
    21: ("fields of other roles", (RIGHTS, "tests/schema/test_permissions.py")),
    22: ("inputs with more fields than meant", (RIGHTS, "tests/schema/test_sdl.py")),
    23: ("words that are code elsewhere", (f"{HERE}/test_words.py",)),
    24: ("addresses that the server is made to call", (PARTNERS,)),
    25: ("reports that are forged, replayed, changed or too early", (PARTNERS,)),
    26: ("forged calls in our name", (PARTNERS,)),
    27: ("forged tokens", (RIGHTS, "tests/api/identity/test_tokens.py")),
    28: ("another's WeChat login", (PARTNERS,)),
    29: ("other brands' data", (RECORDS,)),
    30: ("hostile plugins", ("tests/api/test_hostile_plugins.py",)),
    31: ("no Redis, no limits", (RATES, f"{HERE}/test_deadlines.py")),
    32: ("personal data and secrets where they are kept", (RECORDS,)),
    33: ("a changed past", (RECORDS, "tests/siyu/ledger/test_verify.py")),
    34: ("rings of invitations", ("tests/plugins/test_referral_risk.py",)),
    35: ("the same request again", (PARTNERS, "tests/api/test_races.py")),
    36: ("dependencies without a hash", ("tests/attacks/test_table.py",)),
    37: ("kept private data", (REQUESTS,)),
    38: ("lines forged in the log", (f"{HERE}/test_words.py",)),
}
