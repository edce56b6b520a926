"""A rotation of the keys of personal data, killed again and again, ends with every row on the present key."""

import asyncio
import json
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.embedded import Servers
from api.identity import open_personal_keys
from api.settings import Settings
from siyu.db import Pool
from siyu.members.joining import Joiner, ensure_members
from siyu.privacy import PersonalField, Purpose
from siyu.privacy.revealing import masked_of, own_values
from siyu.privacy.rotation import COLUMNS, rows_by_key
from tests.api.processes import Commands
from tests.seeds import seeded_random

MEMBERS, AT_ONCE, KILLS = 20_000, 1_000, 4
THEN = datetime(2026, 11, 1, tzinfo=UTC)
POLL_S, MOVED_TIMEOUT_S = 0.01, 120.0


@pytest.mark.prove
@pytest.mark.parametrize("kind", ["personal", "index"])
async def test_a_rotation_that_is_killed_goes_on(
    servers: Servers, database_url: str, pool: Pool, tmp_path: Path, kind: str
) -> None:
    urls = {"SIYU_DATABASE_URL": database_url, "SIYU_REDIS_URL": servers.redis_url}
    commands = Commands({**urls, "SIYU_DATA": str(tmp_path)})
    purpose = Purpose.CIPHER if kind == "personal" else Purpose.INDEX
    file, (_, random) = open_personal_keys(Settings(data=tmp_path, _env_file=None)), seeded_random()
    vault, [first] = file.vault(), file.ring().of(purpose)
    moved = f"SELECT count(*) FROM personal WHERE {COLUMNS[purpose]} <> $1"
    for start in range(0, MEMBERS, AT_ONCE):
        joiners = [Joiner("phone", f"138{place:08}", THEN) for place in range(start, start + AT_ONCE)]
        async with pool.acquire() as connection:
            members = await ensure_members(connection, joiners, vault)

    for kill in range(KILLS):
        target = kill * MEMBERS // (KILLS + 1) + random.randrange(1, MEMBERS // (KILLS + 1))
        async with commands.running("keys", "rotate", "--kind", kind) as process:
            async with asyncio.timeout(MOVED_TIMEOUT_S):
                while await pool.fetchval(moved, first.id) < target:
                    assert process.returncode is None, "the rotation has ended before its turn"
                    await asyncio.sleep(POLL_S)
            process.send_signal(signal.SIGKILL)
            await process.communicate()
        # Whatever it was killed at, everything opens and is found.
        async with pool.acquire() as connection:
            assert await ensure_members(connection, joiners, vault) == members
        assert len(await masked_of(pool, vault, list(members.values()))) == AT_ONCE
    ended = await commands.run("keys", "rotate", "--kind", kind, "--json")

    assert ended.code == 0, ended.err
    told = json.loads(ended.out)[purpose.value]
    # It brought to its end what was begun, with the one key that the first run had added.
    assert told["new"] is None
    assert len(file.ring(at_once=True).of(purpose)) == 2
    assert await rows_by_key(pool, purpose) == {told["present"]: MEMBERS}
    dropped = await commands.run("keys", "drop", "--kind", kind, "--json")
    assert json.loads(dropped.out)["needed"] in ({}, {first.id: 0})
    number = joiners[0].value
    assert await own_values(pool, vault, members["phone", number]) == {PersonalField.PHONE: f"+86{number}"}
    assert await pool.fetchval("SELECT count(*) FROM member") == MEMBERS
