"""Twenty sales in which a server process, PostgreSQL and Valkey are killed at random moments."""

import pytest

from tests.api.killed_sale import run_killed_sale
from tests.api.killed_shop import killed_shop
from tests.seeds import seeded_random

# One shop lives through so many sales.
SHOPS, SALES = 4, 5


@pytest.mark.prove
@pytest.mark.parametrize("shop_number", range(SHOPS))
async def test_no_acknowledged_claim_is_lost_whatever_dies(
    shop_number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    first, _ = seeded_random()
    async with killed_shop() as shop:
        for seed in range(first, first + SALES):
            figures = await run_killed_sale(shop, seed)
            with capsys.disabled():
                print(f"\nshop {shop_number}, {figures}", end="", flush=True)
