"""What siyu ships for new groups of each positioning: rules, zones and questions to begin with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from siyu.groups.questionnaire import Option, Question
from siyu.groups.record import Positioning, Zone
from siyu.sdk import Text

INTERESTS = Question(
    key="interests",
    kind="multi",
    title="您对哪些品类感兴趣？ Which goods interest you?",
    options=(
        Option(key="food", title="食品 Food", tag="兴趣:食品"),
        Option(key="beauty", title="美妆 Beauty", tag="兴趣:美妆"),
        Option(key="home", title="家居 Home", tag="兴趣:家居"),
        Option(key="family", title="母婴 Family", tag="兴趣:母婴"),
    ),
)
BUDGET = Question(
    key="budget",
    kind="single",
    title="您每月大约在这里花多少？ How much do you spend here a month?",
    options=(
        Option(key="low", title="200 元以内 Less than ¥200", tag="预算:低"),
        Option(key="middle", title="200–500 元 ¥200–500", tag="预算:中"),
        Option(key="high", title="500 元以上 More than ¥500", tag="预算:高"),
    ),
)
COCREATION = Question(
    key="cocreation",
    kind="single",
    title="您愿意参加新品试用与共创吗？ Would you try new products and help to make them?",
    options=(
        Option(key="yes", title="愿意 Yes", tag="共创:愿意"),
        Option(key="no", title="暂不 Not now"),
    ),
)
WISH = Question(key="wish", kind="text", title="您最希望在群里看到什么？ What would you like to see here?")


@dataclass(frozen=True, slots=True)
class GroupPreset:
    """What a new group of a positioning may begin with."""

    rules: Text
    zones: Sequence[Zone]
    questions: Sequence[Question]


PRESETS: Mapping[Positioning, GroupPreset] = {
    Positioning.WELFARE: GroupPreset(
        Text(
            zh="一、每天 12:00 与 20:00 发放福利，请留意\n二、不发广告与无关链接\n三、拼团请用小程序，不在群内接龙刷屏",
            en="1. Offers come at 12:00 and 20:00 each day.\n2. No advertisements and no links to elsewhere.\n"
            "3. Group-buys are made in the mini program, not by lists in the chat.",
        ),
        (Zone.WELFARE, Zone.NEW_PRODUCTS),
        (INTERESTS, BUDGET),
    ),
    Positioning.INTEREST: GroupPreset(
        Text(
            zh="一、围绕主题交流，友善发言\n二、不发广告、不私加群友\n三、每周热聊榜前十名有积分奖励",
            en="1. Keep to the topic, and be kind.\n2. No advertisements, and add nobody without asking.\n"
            "3. The ten who talk most in a week get points.",
        ),
        (Zone.TOPICS, Zone.NEW_PRODUCTS),
        (INTERESTS, WISH),
    ),
    Positioning.HONOUR: GroupPreset(
        Text(
            zh="一、本群为会员专属，名额与等级相关\n二、新品内测内容请勿外传\n三、专属顾问 30 秒内回复",
            en="1. This group is for members of its tier.\n2. What is tried here before it is sold stays here.\n"
            "3. Your adviser answers within 30 seconds.",
        ),
        (Zone.NEW_PRODUCTS, Zone.TOPICS, Zone.WELFARE),
        (COCREATION, BUDGET),
    ),
}
