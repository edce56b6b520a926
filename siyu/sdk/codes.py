"""Members' codes: a member's id in characters that a link, a mini program's scene and a human eye can bear."""

from uuid import UUID

# Crockford's base 32: without i, l, o and u, which look like other characters or spell words. A mini program's scene
# allows all of them, and 32 characters in all, so that six are left to say what the code is.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
CODE_LENGTH = 26
ID_BITS, DIGIT_BITS = 128, 5
# Read as what was meant, where somebody typed the code.
MISREAD = str.maketrans("ilo", "110")
VALUES = {character: value for value, character in enumerate(ALPHABET)}


def member_code(member_id: UUID) -> str:
    """The code by which others can name the member: 26 digits and lower-case letters, the same for ever.

    It is the id written in another way: nothing is stored for it, and it proves nothing about who sends it.

    >>> from uuid import UUID
    >>> member_code(UUID("018f0f2e-7c00-7000-8000-0000000000ff"))
    '01hw7jwz00e00800000000007z'
    """
    shifts = range((CODE_LENGTH - 1) * DIGIT_BITS, -1, -DIGIT_BITS)
    return "".join(ALPHABET[(member_id.int >> shift) & (len(ALPHABET) - 1)] for shift in shifts)


def member_of_code(code: object) -> UUID | None:
    """The id that a code is of, whoever that may be; None for what is no code.

    Capitals do as well, and so do I and L for 1 and O for 0.

    >>> member_of_code("01hw7jwz00e00800000000007z")
    UUID('018f0f2e-7c00-7000-8000-0000000000ff')
    """
    if not isinstance(code, str) or len(code) != CODE_LENGTH or not code.isascii():
        return None
    value = 0
    for character in code.lower().translate(MISREAD):
        digit = VALUES.get(character)
        if digit is None:
            return None
        value = (value << DIGIT_BITS) | digit
    return UUID(int=value) if value >> ID_BITS == 0 else None
