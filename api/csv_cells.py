"""Cells of CSV files that spreadsheets take for text: what begins like a formula gets a quote before it."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: object) -> str:
    """The cell of a value; None is empty. Numbers stay what they are.

    >>> safe_cell("=1+1"), safe_cell(-5), safe_cell(None)
    ("'=1+1", '-5', '')
    """
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, int | float):
        return text
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text
