"""The import of members, killed at random moments and run again, ends as one that nobody disturbed."""

import asyncio
import csv
import signal
from pathlib import Path
from random import Random

import pytest

from api.embedded import Servers
from siyu.db import Pool, open_database
from tests.api.processes import Commands
from tests.databases import Databases
from tests.seeds import seeded_random

# Some of the rows name somebody again, with other tags and attributes.
ROWS, MEMBERS = 60_000, 50_000
KILLS = 6
POLL_S = 0.02
ROWS_TIMEOUT_S = 120.0
# A kill falls anywhere into a batch, not only behind a commit that we just saw.
JITTER_S = 0.3
POOL_MAX = 2
# Without ids and times of writing, which no two imports share.
STATE = """
SELECT count(*), sum(hashtextextended(ROW(value, nickname, joined_at, tier, tags,
    ARRAY(SELECT tag || family FROM member_tag WHERE member_tag.member_id = member.id ORDER BY 1),
    ARRAY(SELECT key || type || had.value FROM member_attribute AS had WHERE had.member_id = member.id ORDER BY 1)
)::text, 0)) FROM member JOIN identity ON identity.member_id = member.id
"""
WHOLE = "SELECT (SELECT count(*) FROM member), (SELECT count(*) FROM member_feature), (SELECT count(*) FROM identity)"


def write(path: Path, random: Random) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["identity", "nickname", "joined_at", "tier", "tags", "attr:size", "attr:shoe"])
        for number in random.sample(range(MEMBERS), MEMBERS) + random.choices(range(MEMBERS), k=ROWS - MEMBERS):
            tags = ";".join(random.sample("abcdef", random.randrange(4)))
            cells = random.choice(["", "gold", "jade"]), tags, random.choice(["", "L", "M"]), random.choice(["", "39"])
            table.writerow([f"c-{number:07}", f"会员{number}", "2024-01-05", *cells])


async def killed_at(commands: Commands, pool: Pool, path: Path, members: int, jitter_s: float) -> None:
    """Start the import and kill it soon after it has brought so many members in."""
    async with commands.running("import", "members", path) as process:
        async with asyncio.timeout(ROWS_TIMEOUT_S):
            while await pool.fetchval("SELECT count(*) FROM member") < members:
                assert process.returncode is None, "the import has ended before its turn"
                await asyncio.sleep(POLL_S)
        await asyncio.sleep(jitter_s)
        process.send_signal(signal.SIGKILL)
        await process.communicate()


@pytest.mark.prove
async def test_kills_change_nothing(
    servers: Servers, databases: Databases, database_url: str, pool: Pool, tmp_path: Path
) -> None:
    seed, random = seeded_random()
    path = tmp_path / "members.csv"
    await asyncio.to_thread(write, path, random)
    commands = Commands(
        {"SIYU_DATABASE_URL": database_url, "SIYU_REDIS_URL": servers.redis_url, "SIYU_DATA": str(tmp_path / "killed")}
    )
    stretch = MEMBERS // (KILLS + 1)
    for kill in range(KILLS):
        members = kill * stretch + random.randrange(1, stretch)
        await killed_at(commands, pool, path, members, random.uniform(0, JITTER_S))
    finished = await commands.run("import", "members", path)

    async with databases.fresh() as calm_url, open_database(calm_url, POOL_MAX) as calm:
        undisturbed = Commands(
            {"SIYU_DATABASE_URL": calm_url, "SIYU_REDIS_URL": servers.redis_url, "SIYU_DATA": str(tmp_path / "calm")}
        )
        assert (await undisturbed.run("import", "members", path)).code == 0
        assert finished.code == 0, (seed, finished.err)
        assert tuple(await pool.fetchrow(WHOLE) or ()) == (MEMBERS, MEMBERS, MEMBERS), seed
        assert await pool.fetchrow(STATE) == await calm.fetchrow(STATE), seed
