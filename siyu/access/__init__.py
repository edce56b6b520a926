"""Who may call: sessions that are kept by refresh tokens, what was revoked, and the API keys of services."""

from siyu.access.api_keys import ApiKey, NewApiKey, api_keys, create_api_key, revoke_api_key
from siyu.access.callers import Caller
from siyu.access.known import KnownCredentials, LiveKey
from siyu.access.revocations import TOKEN_LIFE_MAX, bearer_of_session, end_sessions_of, note_revoked, revoke
from siyu.access.scopes import Scope
from siyu.access.sessions import ACCESS_TOKEN_LIFE, Session, end_session, refresh_session, start_session
from siyu.access.sweeping import run_sweeper

__all__ = [
    "ACCESS_TOKEN_LIFE",
    "TOKEN_LIFE_MAX",
    "ApiKey",
    "Caller",
    "KnownCredentials",
    "LiveKey",
    "NewApiKey",
    "Scope",
    "Session",
    "api_keys",
    "bearer_of_session",
    "create_api_key",
    "end_session",
    "end_sessions_of",
    "note_revoked",
    "refresh_session",
    "revoke",
    "revoke_api_key",
    "run_sweeper",
    "start_session",
]
