"""Messages are left in their order, by one statement, and with the transaction alone."""

from siyu import outbox
from siyu.db import Pool
from siyu.outbox import Note


async def test_notes_are_read_as_they_were_left_and_in_their_order(pool: Pool) -> None:
    payloads: list[object] = [[['é"\\', None], 1], {"day": {"kind": 2}}, [], "text", 7]
    notes = [Note(f"tried_{place % 2}", payload) for place, payload in enumerate(payloads)]

    async with pool.acquire() as connection, connection.transaction():
        await outbox.append_all(connection, notes)
        await outbox.append_all(connection, [])
        left = [await outbox.oldest(connection, f"tried_{topic}", 10) for topic in range(2)]

    assert [[message.payload for message in messages] for messages in left] == [payloads[::2], payloads[1::2]]


async def test_what_is_rolled_back_was_never_left(pool: Pool) -> None:
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await outbox.append_all(connection, [Note("tried", 1), Note("tried", 2)])
        await transaction.rollback()

        assert await outbox.oldest(connection, "tried", 10) == []
