"""A worker's loop: one step again and again, through outages, until it is told to stop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import asyncpg

POLL_S = 0.2
RETRY_MAX_S = 1.0

# What an outage of PostgreSQL looks like; anything else is a bug and ends the loop.
DATABASE_OUTAGES: tuple[type[Exception], ...] = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.InterfaceError,
    # What the driver makes of last words of a killed server that come between two commands of ours.
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)

logger = logging.getLogger(__name__)


async def repeat(
    name: str,
    step: Callable[[], Awaitable[bool]],
    outages: tuple[type[Exception], ...],
    stop: asyncio.Event,
    poll_s: float = POLL_S,
) -> None:
    """Run `step` until `stop` is set: at once again while it answers False, else after `poll_s` seconds."""
    retry_s = 0.0
    while not stop.is_set():
        try:
            is_done = await step()
        except outages as error:
            if not retry_s:
                logger.warning("%s wait: %s: %s", name, type(error).__name__, error)
            retry_s = min(retry_s * 2 or POLL_S, RETRY_MAX_S)
            await _pause(stop, retry_s)
            continue
        except Exception:
            logger.exception("%s stop for good, because of a defect of siyu", name)
            raise
        if retry_s:
            logger.info("%s move again", name)
        retry_s = 0.0
        if is_done:
            await _pause(stop, poll_s)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but not longer than until `stop` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
