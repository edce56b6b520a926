"""What the person at the terminal can mend: told in one sentence, without a traceback."""


class SetupError(Exception):
    """Something about the settings, the machine or the servers is in the way; the text says what and what to do."""
