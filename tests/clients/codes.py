"""`python -m tests.clients.codes`: writes the TypeScript client's list of error codes anew from the server's."""

from schema import ErrorCode
from tests.clients.npm import CLIENT

CODES = CLIENT / "src" / "codes.ts"
HEAD = "/** Every code of the server's errors; written by `python -m tests.clients.codes`. */\n\n"
TAIL = "] as const;\n\nexport type ServerCode = (typeof SERVER_CODES)[number];\n"


def codes_module() -> str:
    """The module as it must be."""
    listed = "".join(f'  "{code.value}",\n' for code in ErrorCode)
    return f"{HEAD}export const SERVER_CODES = [\n{listed}{TAIL}"


if __name__ == "__main__":
    CODES.write_text(codes_module())
