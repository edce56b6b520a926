"""The lock of whoever writes board scores or their copy: one process at a time, any number may try."""

from siyu.db import Connection

# ASCII "siyu", then a number.
BOARDS_LOCK = 0x73697975_00000001


async def try_lock(connection: Connection) -> bool:
    """Become the one writer until the transaction ends; False if another process is."""
    locked: bool = await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", BOARDS_LOCK)
    return locked


async def wait_for_lock(connection: Connection) -> None:
    """Become the one writer until the transaction ends, after whoever is now."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", BOARDS_LOCK)
