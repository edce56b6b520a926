"""The one error of the embedded servers: a sentence for the person at the terminal."""

from api.errors import SetupError


class EmbeddedError(SetupError):
    """The embedded servers cannot run; the text says what, where and what to do about it."""
