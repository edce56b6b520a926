"""The two things that can be wrong with an import: the whole file, or one row."""


class CannotImport(Exception):
    """Nothing can be imported; the text says what is wrong and what to do about it."""


class BadRow(Exception):
    """One row cannot be imported: a stable code, and a sentence for the person who mends the row."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
