"""Every metric of the handbooks, once."""

from collections.abc import Mapping

from siyu.metrics.catalogue_use import CONVERSION, OPERATION
from siyu.metrics.catalogue_value import SPREAD, TIERS, VALUE
from siyu.metrics.definition import Definition, Level
from siyu.sdk import Text

ALL = (*OPERATION, *CONVERSION, *VALUE, *SPREAD, *TIERS)
CATALOGUE: Mapping[str, Definition] = {each.key: each for each in ALL}
LEVEL_TITLES: Mapping[Level, Text] = {
    Level.OPERATION: Text(zh="运营", en="Operation"),
    Level.CONVERSION: Text(zh="转化", en="Conversion"),
    Level.VALUE: Text(zh="价值", en="Value"),
    Level.SPREAD: Text(zh="传播", en="Spread"),
    Level.TIERS: Text(zh="等级", en="Tiers"),
}
