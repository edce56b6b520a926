"""A rule as a PostgreSQL condition with parameters; no text of the rule ever becomes text of a statement."""

from collections.abc import Sequence

from siyu.rules.clock import RuleClock
from siyu.rules.features import Feature, ValueType
from siyu.rules.tree import (
    Aged,
    Ago,
    AllOf,
    Among,
    AnyOf,
    Compare,
    Condition,
    Contains,
    Holds,
    IsSet,
    Literal,
    Not,
    Operand,
    Prefix,
    Read,
    Size,
    Truth,
)

# Every placeholder has its type: the server would infer `integer` from a column and refuse what is greater.
POSTGRES_TYPES = {
    ValueType.INT: "bigint",
    ValueType.STRING: "text",
    ValueType.BOOL: "boolean",
    ValueType.TIMESTAMP: "timestamptz",
}
COMPARE = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


class SqlWriter:
    """Writes conditions of one statement, asked at one moment; their values go to the end of `parameters`."""

    def __init__(self, clock: RuleClock, parameters: Sequence[object] = ()) -> None:
        self._clock = clock
        self._days: tuple[str, str] | None = None
        self.parameters = list(parameters)

    def condition(self, condition: Condition) -> str:
        """The condition, in brackets."""
        match condition:
            case AllOf() | AnyOf() | Not() | Truth():
                return self._joined(condition)
            case Compare():
                left, right = self._operand(condition.left), self._operand(condition.right)
                return f"({left} {COMPARE[condition.operator]} {right})"
            case Aged():
                return self._aged(condition)
            case Among():
                # A list of literals is never empty, so that a plain ANY is unknown where the operand is.
                values = self.bind(list(condition.values), f"{POSTGRES_TYPES[condition.type]}[]")
                return f"({self._operand(condition.operand)} = ANY({values}))"
            case _:
                return self._about_a_column(condition)

    def _joined(self, condition: AllOf | AnyOf | Not | Truth) -> str:
        match condition:
            case AllOf():
                return f"({' AND '.join(map(self.condition, condition.parts))})"
            case AnyOf():
                return f"({' OR '.join(map(self.condition, condition.parts))})"
            case Not():
                return f"(NOT {self.condition(condition.condition)})"
            case Truth(value=value):
                return "true" if value else "false"

    def _about_a_column(self, condition: Holds | IsSet | Contains | Prefix) -> str:
        column = condition.feature.column
        match condition:
            case Holds():
                return column
            case IsSet():
                return f"({column} IS NOT NULL)"
            case Prefix(prefix=prefix):
                return f"starts_with({column}, {self.bind(prefix, 'text')})"
            case Contains(text=Literal(value=text)):
                # `= ANY(column)` would not use the index of the column's items.
                return f"({column} @> ARRAY[{self.bind(text, 'text')}])"
            case Contains(text=text):
                # What is unknown is in no list, not even in an empty one, of which SQL says false.
                sought = self._operand(text)
                return f"(CASE WHEN {sought} IS NOT NULL THEN {sought} = ANY({column}) END)"

    def _aged(self, condition: Aged) -> str:
        """Bounds of the moment, which an index can serve, instead of its days."""
        column, bounds = condition.feature.column, []
        if condition.days_max is not None:
            bounds.append(f"{column} >= {self.bind(self._clock.midnight(condition.days_max), 'timestamptz')}")
        if condition.days_min is not None:
            bounds.append(f"{column} < {self.bind(self._clock.midnight(condition.days_min - 1), 'timestamptz')}")
        return f"({' AND '.join(bounds)})"

    def _operand(self, operand: Operand) -> str:
        match operand:
            case Literal(value=value, type=type_):
                return self.bind(value, POSTGRES_TYPES[type_])
            case Ago(back=back):
                return self.bind(self._clock.now - back, "timestamptz")
            case Size(feature=feature):
                return f"cardinality({feature.column})::bigint"
            case Read(feature=feature):
                return self._days_since(feature) if feature.counts_days else feature.column

    def _days_since(self, feature: Feature) -> str:
        if self._days is None:
            self._days = self.bind(self._clock.today, "date"), self.bind(self._clock.zone.key, "text")
        today, zone = self._days
        return f"({today} - ({feature.column} AT TIME ZONE {zone})::date)::bigint"

    def bind(self, value: object, type_name: str) -> str:
        """A place for the value, of a type of PostgreSQL."""
        self.parameters.append(value)
        return f"${len(self.parameters)}::{type_name}"
