"""The measures of a document, against a naive one that spreads every fragment wherever it stands."""

from collections import Counter
from dataclasses import replace

import pytest
from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, OperationDefinitionNode, parse
from hypothesis import given, settings
from hypothesis import strategies as st

from api.guard.limits import LIMITS, DocumentLimits, Refused
from api.guard.shape import Owner, Shape, selections_of

LOOSE = DocumentLimits(
    operations=9,
    fragments=9,
    width=99,
    selections=9_999,
    depth=999,
    introspection_depth=999,
    nesting=400,
    aliases=9_999,
    directives=9_999,
    repeats=9_999,
)
# Each takes some 20 ms to draw.
EXAMPLES = 50
NAMES = ["A", "B", "C", "D"]


@st.composite
def selection_sets(draw: st.DrawFn, spreads: list[str], depth: int = 0) -> str:
    """Some selections in braces; fragments spread later ones alone, so that there is no cycle."""
    kinds = ["field", "alias", "skipped"] + (["spread", "spread"] if spreads else [])
    kinds += ["object", "inline"] if depth < 3 else []
    selections = []
    for kind in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4)):
        name = draw(st.sampled_from(["a", "b", "c"]))
        if kind == "spread":
            selections.append(f"...{draw(st.sampled_from(spreads))}{draw(st.sampled_from(['', ' @x', ' @x @y']))}")
        elif kind in {"object", "inline"}:
            below = draw(selection_sets(spreads, depth + 1))
            selections.append(f"{name if kind == 'object' else '... on T @z'} {below}")
        else:
            selections.append({"field": name, "alias": f"k: {name}", "skipped": f"{name} @skip(if: true)"}[kind])
    return "{ " + " ".join(selections) + " }"


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Two operations and four fragments, all of them spread by the first operation."""
    fragments = [
        f"fragment {name} on T {'@f ' * draw(st.integers(0, 2))}{draw(selection_sets(NAMES[place + 1 :]))}"
        for place, name in enumerate(NAMES)
    ]
    first = f"query One($v: Int @v) @o {{ ...A ...B ...C ...D x {draw(selection_sets(NAMES))} }}"
    return "\n".join([first, f"mutation Two {draw(selection_sets(NAMES))}", *fragments])


def naive(owner: Owner, fragments: dict[str, FragmentDefinitionNode]) -> tuple[int, int, int, int, int]:
    """Selections, aliases, directives, depth and nesting of what stands in the owner, spread in full."""
    size = aliases = depth = nesting = 0
    directives = len(owner.directives or ())
    if isinstance(owner, OperationDefinitionNode | FragmentDefinitionNode):
        directives += sum(len(each.directives or ()) for each in owner.variable_definitions or ())
    for node in selections_of(owner):
        is_field = isinstance(node, FieldNode)
        if isinstance(node, FragmentSpreadNode):
            directives += len(node.directives or ())
        inner = naive(fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node, fragments)
        size, aliases, directives = size + 1 + inner[0], aliases + inner[1], directives + inner[2]
        aliases += is_field and node.alias is not None
        depth, nesting = max(depth, inner[3] + is_field), max(nesting, inner[4] + 1)
    return size, aliases, directives, depth, nesting


@settings(max_examples=EXAMPLES)
@given(documents())
def test_the_measures_are_those_of_the_document_spread_in_full(text: str) -> None:
    shape = Shape(parse(text), LOOSE)

    for operation in shape.operations:
        found = shape.measure(operation)
        expected = naive(operation, shape.fragments)
        assert (found.selections, found.aliases, found.directives, found.depth, found.nesting) == expected


def limit_of(text: str, limits: DocumentLimits) -> str | None:
    """The limit that the document goes beyond."""
    try:
        Shape(parse(text), limits)
    except Refused as error:
        return error.limit
    return None


@settings(max_examples=EXAMPLES)
@given(documents())
def test_a_document_is_refused_for_its_limit_or_admitted_within_all(text: str) -> None:
    loose, limits = (
        Shape(parse(text), LOOSE),
        replace(LIMITS, selections=60, depth=6, aliases=6, directives=9, repeats=6),
    )
    measures = [loose.measure(operation) for operation in loose.operations]

    refused = limit_of(text, limits)
    if refused is None:
        assert sum(each.selections for each in measures) <= 60
        assert sum(each.aliases for each in measures) <= 6
        assert sum(each.directives for each in measures) <= 9
        assert max(each.depth for each in measures) <= 6
        assert max(paths(loose).values()) <= 6


def paths(shape: Shape) -> Counter[tuple[object, ...]]:
    """How often each path of the answer is selected."""
    found: Counter[tuple[object, ...]] = Counter()
    waiting: list[tuple[Owner, tuple[object, ...]]] = [(each, (at,)) for at, each in enumerate(shape.operations)]
    while waiting:
        owner, path = waiting.pop()
        for node in selections_of(owner):
            if isinstance(node, FieldNode):
                below = (*path, (node.alias or node.name).value)
                found[below] += 1
                waiting.append((node, below))
            else:
                waiting.append(
                    (shape.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node, path)
                )
    return found


def nested(depth: int) -> str:
    """A query as deep as that."""
    return "{ a " * depth + "}" * depth


AT_THE_LIMIT = {
    "operations": lambda n: " ".join(f"query Q{i} {{ a }}" for i in range(n)),
    "fragments": lambda n: (
        "{ "
        + " ".join(f"...F{i}" for i in range(n))
        + " }"
        + "".join(f" fragment F{i} on T {{ a{i} }}" for i in range(n))
    ),
    "width": lambda n: "{ " + " ".join(f"a{i}" for i in range(n)) + " }",
    "selections": lambda n: (
        "{ "
        + " ".join(f"b{i} {{ " + " ".join(f"a{j}" for j in range(49)) + " }" for i in range(n // 50))
        + " a" * (n % 50)
        + " }"
    ),
    "depth": nested,
    "introspection_depth": lambda n: f"{{ __schema {nested(n)} }}",
    "nesting": lambda n: "{ ... " * (n - 1) + "{ a }" + " }" * (n - 1),
    "aliases": lambda n: "{ " + " ".join(f"k{i}: a" for i in range(n)) + " }",
    "directives": lambda n: "{ a " + "@x " * n + "}",
    "repeats": lambda n: "{ " + "a " * n + "}",
}


@pytest.mark.parametrize("limit", AT_THE_LIMIT)
def test_a_limit_admits_its_value_and_refuses_one_more(limit: str) -> None:
    most = getattr(LIMITS, limit)

    assert Shape(parse(AT_THE_LIMIT[limit](most)), LIMITS)
    with pytest.raises(Refused) as caught:
        Shape(parse(AT_THE_LIMIT[limit](most + 1)), LIMITS)
    assert caught.value.limit == limit


def test_a_fragment_that_was_measured_high_up_is_still_too_deep_far_down() -> None:
    half = LIMITS.nesting // 2
    deep = f"fragment F on T {'{ ... ' * (half + 5)}{{ a }}{' }' * (half + 5)}"
    below = f"{'{ ... ' * half}{{ ...F }}{' }' * half}"

    for text in (f"{{ ...F ... {below} }} {deep}", f"{{ ... {below} ...F }} {deep}"):
        with pytest.raises(Refused) as caught:
            Shape(parse(text), LIMITS)
        assert caught.value.limit == "nesting"


def test_fragments_are_walked_once_however_often_they_are_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    walked = Counter[str]()
    measure = Shape.measure

    def counted(self: Shape, owner: Owner, level: int = 0) -> object:
        if isinstance(owner, FragmentDefinitionNode):
            walked[owner.name.value] += 1
        return measure(self, owner, level)

    monkeypatch.setattr(Shape, "measure", counted)
    text = "{ ...F0 } " + " ".join(f"fragment F{i} on T {{ ...F{i + 1} ...F{i + 1} }}" for i in range(40))
    with pytest.raises(Refused, match="selections"):
        Shape(parse(f"{text} fragment F40 on T {{ a }}"), LIMITS)

    assert set(walked.values()) == {1}
    assert len(walked) == 41
