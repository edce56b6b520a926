"""What a rule can ask about a member: each feature's name, type, meaning, and where the database has it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from siyu.sdk import Text

# How a statement names the tables of members and of their features.
MEMBER, FEATURE = "m", "f"


class ValueType(Enum):
    """The types of what rules compare; the value is their name for operators."""

    INT = "int"
    STRING = "string"
    BOOL = "bool"
    TIMESTAMP = "timestamp"
    STRINGS = "list<string>"


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that is known of a member.

    `column` is where, with the table's short name; a feature with `counts_days` is the calendar days of the shop's
    zone that have passed since the moment in that column. `nullable`: for some members it is not known.
    """

    name: str
    type: ValueType
    column: str
    title: Text
    nullable: bool = False
    counts_days: bool = False

    @property
    def table(self) -> str:
        """The short name of its table."""
        return self.column.partition(".")[0]


class FeatureSet:
    """Features by their names; their columns are what a row of a member consists of, in `columns`' order."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self.by_name: Mapping[str, Feature] = MappingProxyType({feature.name: feature for feature in features})
        self.columns: Sequence[str] = tuple(dict.fromkeys(feature.column for feature in features))
        self._places = {column: place for place, column in enumerate(self.columns)}

    def place_of(self, feature: Feature) -> int:
        """Where in a member's row the feature is."""
        return self._places[feature.column]

    def __contains__(self, feature: Feature) -> bool:
        return self.by_name.get(feature.name) is feature


def _windows(name: str, column: str, days: Sequence[int], zh: str, en: str) -> list[Feature]:
    """The same number for several windows; `{}` in name and column is the window, in days."""
    return [
        Feature(
            name.format(f"{window}d"),
            ValueType.INT,
            column.format(f"{window}d"),
            Text(
                zh=f"近 {window} 天（含今天）{zh}",
                en=f"{en} in the last {window} days of the shop, today included",
            ),
        )
        for window in days
    ]


def _since(name: str, column: str, zh: str, en: str, *, nullable: bool) -> list[Feature]:
    """A moment, and the days that have passed since: `{}` in the name is `at` or `days`."""
    days = Text(zh=f"距{zh}的天数（当天为 0）", en=f"calendar days of the shop since {en}; 0 on the day itself")
    return [
        Feature(
            name.format("at"), ValueType.TIMESTAMP, column, Text(zh=f"{zh}的时间", en=f"the time of {en}"), nullable
        ),
        Feature(name.format("days"), ValueType.INT, column, days, nullable, counts_days=True),
    ]


def _int(name: str, column: str, zh: str, en: str, *, nullable: bool = False) -> Feature:
    return Feature(name, ValueType.INT, column, Text(zh=zh, en=en), nullable)


def _string(name: str, column: str, zh: str, en: str) -> Feature:
    return Feature(name, ValueType.STRING, column, Text(zh=zh, en=en), nullable=True)


def _bool(name: str, column: str, zh: str, en: str) -> Feature:
    return Feature(name, ValueType.BOOL, column, Text(zh=zh, en=en))


def _strings(name: str, column: str, zh: str, en: str) -> Feature:
    return Feature(name, ValueType.STRINGS, column, Text(zh=zh, en=en))


# In calendar days of the shop, today included.
ORDER_WINDOWS = (7, 30, 90, 365)
INTERACTION_WINDOWS = (7, 30, 90)
INVITEE_WINDOWS = (30,)

# What comes of a member's own doings, so that stage and layer can be rules over it.
BASE_FEATURES = FeatureSet(
    [
        *_since("member.joined_{}", "f.joined_at", "加入", "joining", nullable=False),
        _string("member.tier", "m.tier", "等级", "the tier"),
        _strings("member.tags", "m.tags", "标签", "the tags"),
        _strings("member.groups", "m.groups", "所在社群", "the keys of the groups the member is in"),
        _strings("member.consents", "m.consents", "已同意的用途", "the purposes that the member agrees to"),
        _bool(
            "member.has_ordered",
            "f.has_ordered",
            "是否下过单（含已退款）",
            "whether an order was ever paid, refunded or not",
        ),
        _int("member.orders", "f.orders", "订单数（不含全额退款）", "paid orders, without those paid back whole"),
        *_windows("member.orders_{}", "f.orders_{}", ORDER_WINDOWS, "订单数", "such orders"),
        _int("member.spend_fen", "f.spend_fen", "累计消费（分，已减退款）", "spend in fen, without what was paid back"),
        *_windows("member.spend_{}_fen", "f.spend_{}_fen", ORDER_WINDOWS, "消费（分）", "such spend"),
        *_since("member.first_order_{}", "f.first_order_at", "首单", "the first such order", nullable=True),
        *_since("member.last_order_{}", "f.last_order_at", "最近一单", "the last such order", nullable=True),
        *_windows(
            "member.interactions_{}",
            "f.interactions_{}",
            INTERACTION_WINDOWS,
            "互动次数（在活动中的操作和商家系统上报的行为）",
            "what the member did in campaigns and what the shop's systems told of them besides orders,",
        ),
        *_since(
            "member.last_interaction_{}", "f.last_interaction_at", "最近互动", "the last interaction", nullable=True
        ),
        _bool("member.is_invited", "f.is_invited", "是否由他人邀请", "whether another member invited them"),
        _int("member.invitees", "f.invitees", "邀请人数", "how many members they invited"),
        *_windows("member.invitees_{}", "f.invitees_{}", INVITEE_WINDOWS, "邀请人数", "members they invited"),
    ]
)

# All that a rule can ask.
MEMBER_FEATURES = FeatureSet(
    [
        *BASE_FEATURES.by_name.values(),
        _string("member.stage", "f.stage", "生命周期阶段", "the stage of the life cycle, by the preset `lifecycle`"),
        _string("member.layer", "f.layer", "分层", "the layer, by the preset `layers`; unknown for those in none"),
        _int("member.rfm_recency", "f.rfm_recency", "RFM 最近购买 1–5", "RFM: how lately, 1 to 5", nullable=True),
        _int("member.rfm_frequency", "f.rfm_frequency", "RFM 购买频次 1–5", "RFM: how often, 1 to 5", nullable=True),
        _int("member.rfm_monetary", "f.rfm_monetary", "RFM 消费金额 1–5", "RFM: how much, 1 to 5", nullable=True),
        _string("member.channel", "m.channel", "来源渠道", "the key of the channel by which the member arrived"),
        _string("member.device", "m.device", "最近使用的终端", "the terminal the member was last seen on, such as ios"),
    ]
)
