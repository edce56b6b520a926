"""The guards of sessions, tokens, keys and permissions."""

from tests.proofs.guard import Guard

SESSIONS, KNOWN = "tests/siyu/access/test_sessions.py", "tests/siyu/access/test_known.py"
KEYS, OVER_HTTP = "tests/api/identity/test_keys.py", "tests/api/identity/test_sessions.py"
MATRIX = "tests/schema/test_permission_matrix.py::test_the_matrix_holds"
ALL_AT_ONCE = "tests/schema/test_permissions.py::test_who_is_let_see_all_objects_at_once_is_let_see_each"

IDENTITY_GUARDS = (
    Guard(
        "a refresh token that comes again ends the session",
        "siyu/access/sessions.py",
        'await _end(connection, session_id, "reuse", now)',
        "pass",
        (f"{SESSIONS}::test_a_token_that_comes_again_ends_the_session_with_its_newest_token",),
    ),
    Guard(
        "one after the other refreshes a session",
        "siyu/access/sessions.py",
        "(SELECT session_id FROM refresh_token WHERE hash = $1) FOR UPDATE",
        "(SELECT session_id FROM refresh_token WHERE hash = $1)",
        (f"{SESSIONS}::test_of_those_who_use_a_token_at_once_one_is_answered_and_the_session_ends",),
    ),
    Guard(
        "the end of a refresh token",
        "siyu/access/sessions.py",
        'min(session["expires_at"], token["expires_at"]) <= now',
        'session["expires_at"] <= now',
        (f"{SESSIONS}::test_who_stays_away_or_has_been_there_for_too_long_signs_in_again[member]",),
    ),
    Guard(
        "the end of a session",
        "siyu/access/sessions.py",
        "until = min(now + caller.lives[0], expires_at)",
        "until = now + caller.lives[0]",
        (f"{SESSIONS}::test_who_stays_away_or_has_been_there_for_too_long_signs_in_again[operator]",),
    ),
    Guard(
        "nobody is let in by what is old",
        "siyu/access/known.py",
        "if age_s > STALE_S:",
        "if age_s == float('inf'):",
        (f"{KNOWN}::test_without_the_database_nobody_is_let_in_by_what_is_older",),
    ),
    Guard(
        "a revocation that is committed late",
        "siyu/access/known.py",
        "self._newest - LATE_COMMIT",
        "self._newest",
        (f"{KNOWN}::test_a_revocation_that_is_committed_late_is_found",),
    ),
    Guard(
        "a key's secret",
        "siyu/access/known.py",
        "not hmac.compare_digest(known.secret_hash, given)",
        "False",
        (f"{KNOWN}::test_what_is_no_key_is_none",),
    ),
    Guard(
        "a key's end",
        "siyu/access/known.py",
        "if now >= known.expires_at:",
        "if False:",
        (f"{KNOWN}::test_a_key_is_good_at_once_for_its_scopes_until_it_ends",),
    ),
    Guard(
        "a dropped key's tokens are forgotten",
        "api/identity/tokens.py",
        "self._remembered.clear()",
        "pass",
        (f"{KEYS}::test_a_stolen_key_is_dropped_with_all_it_signed_and_remembered_tokens_too",),
    ),
    Guard(
        "the longest life of a token",
        "api/identity/tokens.py",
        "if verified.expires_at - verified.issued_at > self.life_max + timedelta(seconds=1):",
        "if False:",
        ("tests/api/identity/test_tokens.py::test_in_production_no_token_is_valid_for_more_than_a_quarter_of_an_hour",),
    ),
    Guard(
        "a revoked token opens nothing",
        "api/identity/authentication.py",
        "if self.known.is_revoked(_bearers(verified.principal), verified.issued_at):",
        "if False:",
        (f"{OVER_HTTP}::test_who_signs_out_is_out", f"{OVER_HTTP}::test_revocations_hold_without_redis"),
    ),
    Guard(
        "free documents are for keys of their scope",
        "api/answering.py",
        "return Scope.FREE_DOCUMENTS in principal.scopes",
        "return True",
        ("tests/api/test_trusted.py::test_a_key_that_was_granted_it_sends_any_document[without]",),
    ),
    Guard(
        "scopes",
        "schema/permissions.py",
        "if self.scope is not None and not info.context.principal.has(self.scope):",
        "if False:",
        (MATRIX,),
    ),
    Guard(
        "what is the member's own", "schema/permissions.py", "require_all_of(info, source.row.id)", "pass", (MATRIX,)
    ),
    Guard(
        "who may see all of some members is not let see all of each at once",
        "schema/permissions.py",
        "return info.context.principal.may_see_all_of_anybody",
        "return True",
        (ALL_AT_ONCE,),
    ),
    Guard(
        "a key without the scope is not let see all at once",
        "schema/permissions.py",
        "is_among(principal.role, self.roles) and (self.scope is None or principal.has(self.scope))",
        "is_among(principal.role, self.roles)",
        (ALL_AT_ONCE,),
    ),
    Guard(
        "a permission is asked of each object unless all may be seen",
        "api/executor/permissions.py",
        "if self._answers and all(answer(info) for answer in self._answers):",
        "if True:",
        ("tests/schema/test_permissions.py::test_members_see_of_each_other_what_a_board_shows",),
    ),
)
