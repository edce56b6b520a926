"""Secrets that callers keep: random enough that a plain hash of them can be stored."""

from hashlib import sha256
from secrets import token_urlsafe

# 256 bits: nobody guesses one, so neither salt nor a slow hash is needed.
SECRET_BYTES = 32
# Far above any secret of ours; longer ones are not even hashed.
SECRET_LENGTH_MAX = 128


def new_secret() -> str:
    """A new secret of 43 letters, digits, - and _."""
    return token_urlsafe(SECRET_BYTES)


def hash_of(secret: str) -> bytes | None:
    """The 32 bytes that are stored of a secret; None for what is none of ours."""
    if not secret.isascii() or not 1 <= len(secret) <= SECRET_LENGTH_MAX:
        return None
    return sha256(secret.encode()).digest()
