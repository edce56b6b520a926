"""Who is calling: access tokens, the keys that sign them, and API keys."""

from api.identity.authentication import Authenticator
from api.identity.key_file import KeyFile, open_key_file
from api.identity.tokens import InvalidToken, Tokens, load_tokens

__all__ = ["Authenticator", "InvalidToken", "KeyFile", "Tokens", "load_tokens", "open_key_file"]
