"""The demo shop CDNOW: real orders of 1997 and 1998, and the words that greet whoever started it."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from api.errors import SetupError
from api.identity import Tokens, load_tokens
from api.imports import ORDER_COLUMNS, OrdersImport, run_import
from api.progress import showing_progress
from api.services import Services
from schema import Principal, Role
from schema.ids import CAMPAIGN, encode_id
from siyu.campaigns.service import create, publish

ORDERS_FILE = Path(__file__).parent.parent / "examples" / "cdnow" / "orders.csv"
TOKEN_VALID_FOR = timedelta(days=7)
PURCHASE_NAME = "CDNOW 消费积分"
CHECK_IN_NAME = "CDNOW 每日签到"
# Orders of 1997 arrive today: any lateness is allowed.
CAMPAIGNS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    PURCHASE_NAME: ("purchase", {"lateness_days": None}),
    CHECK_IN_NAME: ("check_in", {}),
}

# Out of the orders: right after the import the worker is still folding the boards.
BEST_CUSTOMER = """
SELECT member_id FROM shop_order GROUP BY member_id ORDER BY sum(amount_fen - refunded_fen) DESC LIMIT 1
"""


async def fill_shop(services: Services, stop: asyncio.Event) -> None:
    """Make the campaigns and import the orders, or what an interrupted start left of them.

    Raises SetupError for a shop that holds other members than CDNOW's, since a demo does not mix with them, and in
    production.
    """
    if services.settings.environment == "production":
        raise SetupError("The demo prints tokens that are valid for days; set SIYU_ENVIRONMENT=development.")
    pool, now = services.pool, services.clock()
    present = {row["name"] for row in await pool.fetch("SELECT name FROM campaign")}
    if PURCHASE_NAME not in present and await pool.fetchval("SELECT EXISTS (SELECT FROM member)"):
        raise SetupError("This database holds a shop already: use `python -m api serve`, or --data with a new folder.")
    for name, (type_key, config) in CAMPAIGNS.items():
        if name not in present:
            draft = await create(pool, services.registry, type_key, {"name": name, "config": config}, now)
            await publish(pool, services.registry, draft.id, now)
    if await pool.fetchval("SELECT count(*) FROM shop_order") < _count_rows(ORDERS_FILE):
        with showing_progress("CDNOW") as report:
            job = partial(OrdersImport, services.engine, pool, services.zone, services.clock)
            await run_import(ORDERS_FILE, ORDER_COLUMNS, job, report, stop)


def _count_rows(path: Path) -> int:
    """The data rows of a file without quoted line breaks."""
    with path.open("rb") as file:
        return sum(1 for _ in file) - 1


async def describe_shop(services: Services, address: str) -> str:
    """Where the explorer is, a token for an operator and one for a member, and three documents to paste."""
    pool, tokens = services.pool, load_tokens(services.settings)
    member_id = await pool.fetchval(BEST_CUSTOMER)
    campaign_id = await pool.fetchval("SELECT id FROM campaign WHERE name = $1", CHECK_IN_NAME)
    operator = _token(services, tokens, Principal(Role.OPERATOR, subject="demo"))
    member = _token(services, tokens, Principal(Role.MEMBER, member_id=member_id))
    campaign, day = encode_id(CAMPAIGN, campaign_id), services.clock().astimezone(services.zone).date()
    return WELCOME.format(address=address, operator=operator, member=member, campaign=campaign, day=day)


def _token(services: Services, tokens: Tokens, principal: Principal) -> str:
    return tokens.issue(principal, services.clock(), TOKEN_VALID_FOR)


WELCOME = """
siyu is running. Open the explorer, put in a token, paste a document.
siyu 已启动。打开调试页，填入令牌，粘贴下面的任意一段即可运行。

  {address}/graphql

Operator's token, valid for 7 days (运营人员令牌，7 天内有效):
{operator}

Token of the member who spent most (消费最多的会员的令牌):
{member}

1. Who spent most, in fen; either token (消费榜，单位：分；任一令牌):

query TopSpenders {{
  leaderboard(board: "spend", window: ALL) {{
    asOf exact
    entries(first: 5) {{ nodes {{ rank score member {{ id }} }} }}
  }}
}}

2. Check in for today; the member's token. Run it twice: the same key gets the same answer.
   今日签到；会员令牌。再运行一次：相同的 key 得到相同的结果。

mutation CheckIn {{
  checkInSign(input: {{ campaign: "{campaign}", idempotencyKey: "check-in/{day}" }}) {{
    participation {{ progress {{ current target text }} }}
    effects {{ kind ... on GrantEffect {{ unit amount }} }}
    userErrors {{ code message }}
  }}
}}

3. My points, and how they came about; the member's token (我的积分及明细；会员令牌):

query MyPoints {{
  viewer {{ ... on MemberViewer {{ member {{
    wallet(unit: POINTS) {{
      balance
      entries(first: 3) {{ nodes {{ at amount balance reference campaign {{ name }} }} }}
    }}
  }} }} }}
}}

More documents (更多示例): docs/graphql.md
Ctrl-C stops the server and everything it started (按 Ctrl-C 停止全部进程).
"""
