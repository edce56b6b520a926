"""Random rules over every construct that there is, and random members with much that is not known of them."""

from datetime import UTC, datetime, timedelta
from random import Random

from siyu.rules import MEMBER_FEATURES, Feature, FeatureSet, RuleClock, ValueType

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)
# What rules name and members have: the empty, the quoted, what looks like the clock, and what begins like another.
TEXTS = (
    "",
    "gold",
    "gol",
    "g",
    "vip",
    "NOW",
    "now",
    "new mum",
    "o'clock",
    'say "hi"',
    "back\\slash",
    "%_",
    "会员",
    "😀",
)
NUMBERS = (-(2**63), -1, 0, 1, 2, 3, 7, 30, 90, 500, 50_000, 2**31, 2**63 - 1)
AGES = (-40_000, -1, 0, 1, 2, 3, 6, 7, 30, 180, 36_499, 36_500, 10**12)
HOURS = (0, 1, 23, 24, 25, 48, 168, 720, 4_320)
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
UNKNOWN_SHARE = 0.25
DEPTH_MAX = 3


def quoted(text: str, random: Random) -> str:
    """A literal of the text, in one of its spellings."""
    mark = random.choice("\"'")
    escaped = text.replace("\\", "\\\\").replace(mark, "\\" + mark)
    return f"{mark}{escaped}{mark}"


class RuleMaker:
    """Writes random rules over a set of features, all of which are sound."""

    def __init__(self, random: Random, features: FeatureSet = MEMBER_FEATURES) -> None:
        self._random = random
        self._by_type = {
            type_: [feature for feature in features.by_name.values() if feature.type is type_] for type_ in ValueType
        }

    def rule(self, depth: int = DEPTH_MAX) -> str:
        """A rule."""
        random = self._random
        joined = random.random()
        if depth == 0 or joined < 0.25:
            return self._leaf()
        if joined < 0.4:
            return f"!({self.rule(depth - 1)})"
        sign = random.choice((" && ", " || ", "&&\n", "  ||  "))
        parts = [self.rule(depth - 1) for _ in range(random.randint(2, 3))]
        return sign.join(f"({part})" if "&&" in part or "||" in part else part for part in parts)

    def _leaf(self) -> str:
        leaves = (
            self._number,
            self._number,
            self._equal_text,
            self._text_among,
            self._number_among,
            self._listed,
            self._size,
            self._moment,
            self._moment,
            self._prefix,
            self._truth,
            self._known,
        )
        return self._random.choice(leaves)()

    def _pick(self, type_: ValueType) -> Feature:
        return self._random.choice(self._by_type[type_])

    def _integer(self, feature: Feature | None) -> str:
        known = AGES if feature is not None and feature.counts_days else NUMBERS
        number = self._random.choice(known)
        return hex(number) if number >= 0 and self._random.random() < 0.1 else str(number)

    def _number(self) -> str:
        feature, sign = self._pick(ValueType.INT), self._random.choice(COMPARISONS)
        other = self._pick(ValueType.INT).name if self._random.random() < 0.2 else self._integer(feature)
        sides = [feature.name, other]
        self._random.shuffle(sides)
        return f"{sides[0]} {sign} {sides[1]}"

    def _equal_text(self) -> str:
        feature, sign = self._pick(ValueType.STRING), self._random.choice(("==", "!="))
        other = self._pick(ValueType.STRING).name if self._random.random() < 0.3 else self._text()
        sides = [feature.name, other]
        self._random.shuffle(sides)
        return f"{sides[0]} {sign} {sides[1]}"

    def _text(self) -> str:
        return quoted(self._random.choice(TEXTS), self._random)

    def _text_among(self) -> str:
        wanted = ", ".join(self._text() for _ in range(self._random.randint(1, 4)))
        return f"{self._pick(ValueType.STRING).name} in [{wanted}]"

    def _number_among(self) -> str:
        feature = self._pick(ValueType.INT)
        wanted = ", ".join(self._integer(feature) for _ in range(self._random.randint(1, 4)))
        return f"{feature.name} in [{wanted}]"

    def _listed(self) -> str:
        sought = self._pick(ValueType.STRING).name if self._random.random() < 0.4 else self._text()
        return f"{sought} in {self._pick(ValueType.STRINGS).name}"

    def _size(self) -> str:
        size = f"size({self._pick(ValueType.STRINGS).name})"
        if self._random.random() < 0.3:
            return f"{size} in [{self._random.randint(0, 2)}, 3]"
        return f"{size} {self._random.choice(COMPARISONS)} {self._random.randint(-1, 3)}"

    def _moment(self) -> str:
        random = self._random
        others = (
            "now",
            f'now - duration("{random.choice(HOURS)}h{random.choice(("", "30m", "59m59s"))}")',
            f'now - duration("{random.choice(HOURS)}m")',
            f'timestamp("{(NOON - timedelta(hours=random.choice(HOURS))).isoformat()}")',
            self._pick(ValueType.TIMESTAMP).name,
        )
        sides = [self._pick(ValueType.TIMESTAMP).name, random.choice(others)]
        random.shuffle(sides)
        return f"{sides[0]} {random.choice(COMPARISONS)} {sides[1]}"

    def _prefix(self) -> str:
        return f"{self._pick(ValueType.STRING).name}.startsWith({self._text()})"

    def _truth(self) -> str:
        feature, random = self._pick(ValueType.BOOL).name, self._random
        other = random.choice(("true", "false", self._pick(ValueType.BOOL).name))
        return random.choice(
            (feature, f"!{feature}", f"{feature} == {other}", f"{other} != {feature}", "true", "false")
        )

    def _known(self) -> str:
        type_ = self._random.choice([type_ for type_ in ValueType if self._by_type[type_]])
        return f"is_set({self._pick(type_).name})"


def random_value(type_: ValueType, random: Random) -> object:
    """What a member's column of this type has."""
    match type_:
        case ValueType.INT:
            return random.choice(NUMBERS)
        case ValueType.STRING:
            return random.choice(TEXTS)
        case ValueType.BOOL:
            return random.random() < 0.5
        case ValueType.TIMESTAMP:
            # Some on the hour, so that what a rule names is met to the microsecond.
            fraction = random.choice((0, 0, 1, 999_999))
            return NOON - timedelta(hours=random.choice((*HOURS, random.randint(-48, 9_000))), microseconds=fraction)
        case ValueType.STRINGS:
            return random.sample(TEXTS, random.randint(0, 3))


def random_rows(count: int, random: Random, features: FeatureSet = MEMBER_FEATURES) -> list[tuple[object, ...]]:
    """Members' rows, in the order of the set's columns; each column is unknown in a good share of them."""
    types = {feature.column: feature.type for feature in features.by_name.values() if not feature.counts_days}
    return [
        tuple(
            None if random.random() < UNKNOWN_SHARE else random_value(types[column], random)
            for column in features.columns
        )
        for _ in range(count)
    ]


def known_values(
    row: tuple[object, ...], clock: RuleClock, features: FeatureSet = MEMBER_FEATURES
) -> dict[str, object]:
    """What is known of a member, by the features' names: what CEL is given."""
    known: dict[str, object] = {}
    for feature in features.by_name.values():
        value = row[features.place_of(feature)]
        if value is not None:
            known[feature.name] = clock.days_since(value) if feature.counts_days else value  # type: ignore[arg-type]  # a moment
    return known
