"""What is wrong with a config beyond what its fields say."""

from collections.abc import Iterator

from plugins.group_buy.config import GroupBuyConfig, Item, is_falling, is_rising
from siyu.sdk import ConfigProblem, Text


def validate(config: GroupBuyConfig) -> Iterator[ConfigProblem]:
    """Steps that lead upwards, a price for each, and room for the leader, whoever it is."""
    if not is_rising(config.sizes):
        yield ConfigProblem(("sizes",), Text(zh="人数须逐级递增", en="each size must be more than the one before"))
    if len({item.key for item in config.items}) < len(config.items):
        yield ConfigProblem(("items",), Text(zh="两个商品的键相同", en="two items have one key"))
    if config.newcomer_seats >= config.sizes[-1]:
        text = Text(zh="须给团长留一个不限新老的名额", en="must leave a seat for a leader who has ordered before")
        yield ConfigProblem(("newcomer_seats",), text)
    for number, item in enumerate(config.items):
        yield from problems_of(item, str(number), len(config.sizes))
    if any(config.leader.off_fen >= item.prices_fen[-1] for item in config.items):
        text = Text(zh="须低于每个商品的最低价", en="must be less than the lowest price of every item")
        yield ConfigProblem(("leader", "off_fen"), text)


def problems_of(item: Item, place: str, steps: int) -> Iterator[ConfigProblem]:
    """Prices of an item, one for each step and none that rises."""
    path = ("items", place, "prices_fen")
    if len(item.prices_fen) != steps:
        text = Text(zh=f"共有 {steps} 级人数，须有 {steps} 个价格", en=f"needs {steps} prices, one for each team size")
        yield ConfigProblem(path, text)
    if not is_falling(item.prices_fen):
        yield ConfigProblem(path, Text(zh="人数越多价格不得越高", en="a larger team must not pay more"))
