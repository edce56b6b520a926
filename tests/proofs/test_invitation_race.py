"""Two processes bind members at the same moment, in rings and all to one: no ring comes of it, and one inviter each."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from random import Random
from uuid import UUID

import pytest

from siyu.db import Pool
from tests.api.processes import ROOT
from tests.factories import add_campaign
from tests.siyu.engine.inviting import add_joined, inviters

RINGS, RIVALS = 200, 200
ANSWER_TIMEOUT_S = 120
Binds = Sequence[tuple[UUID, UUID]]


async def started(url: str, campaign: UUID, binds: Binds) -> Process:
    """A process that waits for the sign."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.proofs.binding", url, cwd=ROOT, stdin=PIPE, stdout=PIPE
    )
    assert process.stdin is not None
    pairs = [[str(member), str(inviter)] for member, inviter in binds]
    process.stdin.write(json.dumps({"campaign": str(campaign), "binds": pairs}).encode() + b"\n")
    return process


async def answer(process: Process) -> str:
    """The next line it says."""
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), ANSWER_TIMEOUT_S)).decode().strip()


async def race(url: str, campaign: UUID, halves: Sequence[Binds]) -> Counter[str]:
    """How often which reason was given by both processes."""
    processes = [await started(url, campaign, binds) for binds in halves]
    try:
        assert [await answer(process) for process in processes] == ["ready", "ready"]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
        told: Counter[str] = Counter()
        for process in processes:
            told.update(json.loads(await answer(process)))
        return told
    finally:
        for process in processes:
            if process.returncode is None:
                process.stdin.close()  # type: ignore[union-attr]  # it was piped
                await asyncio.wait_for(process.wait(), ANSWER_TIMEOUT_S)


@pytest.mark.prove
@pytest.mark.parametrize("size", [2, 4, 7])
async def test_rings_end_as_chains(database_url: str, pool: Pool, size: int) -> None:
    rng = Random(size)  # noqa: S311 - to be the same again is its purpose
    campaign = await add_campaign(pool, "inviting")
    places: dict[UUID, tuple[int, int]] = {}
    binds: list[tuple[UUID, UUID]] = []
    for ring in range(RINGS):
        members = await add_joined(pool, *sorted(rng.randrange(3) for _ in range(size)))
        places |= {member: (ring, place) for place, member in enumerate(members)}
        rng.shuffle(members)
        binds += [(members[place], members[place - 1]) for place in range(size)]

    told = await race(database_url, campaign, [binds[::2], binds[1::2]])

    print(f"{RINGS} rings of {size}: {dict(told)}")
    kept = await inviters(pool)
    assert told == {"kept": len(kept), "later": len(binds) - len(kept)}
    # Whoever was invited came after their inviter: from none can a path lead back.
    assert all(places[inviter] < places[member] for member, inviter in kept.items())
    rings = Counter(ring for ring, _ in map(places.__getitem__, kept))
    assert rings.keys() == set(range(RINGS))
    assert max(rings.values()) < size


@pytest.mark.prove
async def test_of_many_inviters_one_is_kept(database_url: str, pool: Pool) -> None:
    campaign = await add_campaign(pool, "inviting")
    *olds, lin = await add_joined(pool, *range(RIVALS + 1))

    told = await race(database_url, campaign, [[(lin, old) for old in olds[half::2]] for half in (0, 1)])

    print(f"{RIVALS} inviters of one: {dict(told)}")
    assert told == {"kept": 1, "bound": RIVALS - 1}
    assert list(await inviters(pool)) == [lin]
    assert set(chain.from_iterable((await inviters(pool)).items())) <= {lin, *olds}
