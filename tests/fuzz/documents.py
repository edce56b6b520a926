"""Documents that hypothesis-graphql makes up from the SDL, a field of the root each, with values that go far.

Words in capitals such as MEMBER_ID stand for ids, as on the pages of docs/.
"""

from collections.abc import Mapping
from datetime import UTC
from functools import cache

import hypothesis_graphql
from graphql import NameNode, ObjectFieldNode, ValueNode, build_schema
from hypothesis import strategies as st
from hypothesis_graphql import Mode, nodes

from tests.docs.pages import ROOT

SCHEMA = build_schema((ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8"))
NAMED = (
    *("CHECK_IN_ID", "STREAKS_ID", "RUNS_ID", "RUN_REVIEW_ID", "DRAFT_ID", "FLASH_SALE_ID", "RESERVATION_ID"),
    *("GROUP_BUY_ID", "TEAM_ID", "REWARD_ID", "RESERVED_ID", "SHOWN_ID", "REFERRAL_ID", "CODE_ID", "REVIEW_ID"),
    *("COUPON_TEMPLATE_ID", "COUPON_DRAFT_ID", "COUPON_ID", "SHOWN_CODE_ID"),
)
MEMBERS = ("MEMBER_ID", "OTHER_MEMBER_ID")
WORDS = ("", "points", "shop", "check_in", "order.paid", "2026-11", "mug", "10001", "%", "'; --", "\u0000", "x" * 300)
NUMBERS = (0, 1, 5, 20, 100, 101, -1, 2**31 - 1, -(2**31))
BIG_NUMBERS = ("0", "1", "100", "-1", str(2**63 - 1), str(2**63), "1e3", "")
MOMENTS = ("2026-11-21T04:00:00Z", "2026-11-21T12:00:00+08:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00")
DAYS = ("2026-11-21", "0001-01-01", "9999-12-31", "2026-02-30")
# Every fact needs one, and few texts are one.
KEYS = st.text("abcdefghij", min_size=8, max_size=12)

MADE = {"Query": hypothesis_graphql.queries, "Mutation": hypothesis_graphql.mutations}


def texts() -> st.SearchStrategy[str]:
    """Words that mean something somewhere, keys, and anything."""
    return st.one_of(st.sampled_from((*WORDS, *NAMED)), KEYS, st.text(max_size=20))


def values() -> st.SearchStrategy[ValueNode]:
    """What a config, a fact's data or a setting may be."""
    leaves = st.one_of(
        st.integers(-(2**31), 2**31 - 1).map(nodes.Int), texts().map(nodes.String), st.booleans().map(nodes.Boolean)
    )
    names = st.sampled_from(("order", "amount_fen", "items", "streak_points", "note", "item", "quantity"))
    fields = st.dictionaries(names, st.one_of(leaves, st.lists(leaves, max_size=2).map(nodes.List)), max_size=3)
    objects: st.SearchStrategy[ValueNode] = fields.map(
        lambda found: nodes.Object(
            [ObjectFieldNode(name=NameNode(value=name), value=value) for name, value in found.items()]
        )
    )
    return objects


def moments() -> st.SearchStrategy[str]:
    """Moments that there are."""
    return st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.isoformat())


SCALARS: Mapping[str, st.SearchStrategy[ValueNode]] = {
    "ID": st.one_of(st.sampled_from((*MEMBERS, *NAMED)), st.sampled_from(MEMBERS), texts()).map(nodes.String),
    "String": texts().map(nodes.String),
    "Int": st.one_of(st.sampled_from(NUMBERS), st.integers(-(2**31), 2**31 - 1)).map(nodes.Int),
    "BigInt": st.one_of(st.sampled_from(BIG_NUMBERS), st.integers().map(str)).map(nodes.String),
    "DateTime": st.one_of(st.sampled_from(MOMENTS), moments()).map(nodes.String),
    "Date": st.one_of(st.sampled_from(DAYS), st.dates().map(str)).map(nodes.String),
    "WalletUnit": st.sampled_from(("POINTS", "GROWTH", "COMMISSION", "NONE")).map(nodes.Enum),
    "JSON": values(),
    "PersonalText": texts().map(nodes.String),
}


def roots() -> list[str]:
    """Every field of the root, such as `Query.viewer`."""
    found = [SCHEMA.query_type, SCHEMA.mutation_type]
    return [f"{type_.name}.{field}" for type_ in found if type_ is not None for field in type_.fields]


@cache
def documents(root: str) -> st.SearchStrategy[str]:
    """Documents that ask for this field; one of six breaks a rule of the schema, and may ask for any other."""
    type_name, _, field = root.partition(".")
    made = MADE[type_name]
    valid = made(SCHEMA, fields=[field], custom_scalars=SCALARS)
    if field == "sessionsRevoke":
        valid = valid.map(lambda text: text.replace('"MEMBER_ID"', '"OTHER_MEMBER_ID"'))  # the member goes on calling
    return st.integers(0, 5).flatmap(lambda drawn: broken_documents(type_name) if drawn == 0 else valid)


@cache
def broken_documents(type_name: str) -> st.SearchStrategy[str]:
    """Documents that break one rule of the schema."""
    return MADE[type_name](SCHEMA, custom_scalars=SCALARS, mode=Mode.NEGATIVE)
