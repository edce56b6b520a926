"""What a scanner at a counter reads: the code of a coupon, bare or as the text of its QR code, once or twice over."""

from urllib.parse import parse_qs, urlsplit

from siyu.codes import read_code

# What the QR code holds that siyu gives out.
QR_PREFIX = "siyu:coupon:"
# The parameter of a link that leads to a coupon, where a shop prints links.
LINK_PARAMETER = "coupon"
SCANNED_LENGTH_MAX = 1_000


def qr_text(code: str) -> str:
    """The text for a coupon's QR code."""
    return f"{QR_PREFIX}{code}"


def read_scanned(scanned: str) -> str | None:
    """The code that was typed or scanned, in the form that codes are kept in; None for what holds none.

    A scanner that reads twice without a break writes the same twice; that is one code.
    """
    text = scanned.strip()
    if len(text) > SCANNED_LENGTH_MAX:
        return None
    half = len(text) // 2
    twice = text[half:].strip() if text[:half].strip() == text[half:].strip() else None
    for once in (text, twice):
        code = read_code(_code_in(once)) if once else None
        if code is not None:
            return code
    return None


def _code_in(text: str) -> str:
    """The part of a scanned text that may be the code."""
    if text.lower().startswith(QR_PREFIX):
        return text[len(QR_PREFIX) :]
    if "://" in text:
        try:
            return parse_qs(urlsplit(text).query).get(LINK_PARAMETER, [""])[0]
        except ValueError:
            return ""
    return text
