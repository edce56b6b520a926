"""Who is calling: access tokens, the keys that sign them, API keys; and the keys of personal data."""

from api.identity.authentication import Authenticator
from api.identity.key_file import KeyFile, open_key_file
from api.identity.personal_key_file import PersonalKeyFile, open_personal_keys
from api.identity.tokens import InvalidToken, Tokens, load_tokens

__all__ = [
    "Authenticator",
    "InvalidToken",
    "KeyFile",
    "PersonalKeyFile",
    "Tokens",
    "load_tokens",
    "open_key_file",
    "open_personal_keys",
]
