"""One sale in which a server, PostgreSQL and Valkey are killed; `tests/proofs/test_sale_kills.py` has twenty."""

from tests.api.killed_sale import run_killed_sale
from tests.api.killed_shop import killed_shop
from tests.seeds import seeded_random


async def test_a_sale_survives_the_death_of_every_part() -> None:
    seed, _ = seeded_random()
    print(f"seed {seed}")
    async with killed_shop() as shop:
        print(await run_killed_sale(shop, seed))
