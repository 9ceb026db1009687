"""A condition printed and read again means the same; no text but a condition is taken."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.model.predicate import (
    AllOf,
    AnyOf,
    Comparison,
    Constant,
    Members,
    Name,
    Not,
    Predicate,
    PredicateError,
    parse,
)

WORDS = st.text("ab北 '\"\\10.", max_size=6)
CONSTANTS = st.one_of(
    st.sampled_from([True, False, None]).map(Constant),
    WORDS.map(Constant),
)
NAMES = st.lists(st.sampled_from(["a", "b", "notes", "城市"]), min_size=1, max_size=2).map(
    lambda path: Name(("slots", *path))
)
LEAVES = CONSTANTS | NAMES
MEMBERS = st.lists(LEAVES, max_size=3).map(lambda items: Members(tuple(items)))
OPERATORS = st.sampled_from([">", ">=", "<", "<=", "=", "!=", "is", "is_not", "contains"])
MATCHES = st.builds(Comparison, NAMES, st.just("matches"), st.sampled_from(["^a", "[0-9]+"]))
MATCHES = MATCHES.map(lambda node: Comparison(node.left, "matches", Constant(node.right)))
COMPARISONS = st.builds(Comparison, LEAVES | MEMBERS, OPERATORS, LEAVES | MEMBERS) | MATCHES


def _joined(inner):
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(inner.map(Not), several.map(AllOf), several.map(AnyOf))


NODES = st.recursive(COMPARISONS | NAMES, _joined, max_leaves=5)
VALUES = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), WORDS, st.lists(WORDS, max_size=2))
SLOTS = st.dictionaries(
    st.sampled_from(["a", "b", "notes", "城市"]),
    VALUES | st.dictionaries(st.sampled_from(["a", "b"]), VALUES, max_size=2),
    max_size=4,
)


def written(node):  # noqa: C901 - one line for each kind of node
    match node:
        case Constant(value=bool() | None):
            return {True: "true", False: "false", None: "null"}[node.value]
        case Constant():
            escaped = node.value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
        case Name():
            return ".".join(node.path)
        case Members():
            return "{" + " ".join(written(item) for item in node.items) + "}"
        case Not():
            return f"not ({written(node.item)})"
        case AllOf():
            return " and ".join(f"({written(item)})" for item in node.items)
        case AnyOf():
            return " or ".join(f"({written(item)})" for item in node.items)
        case Comparison():
            operator = node.operator.replace("_", " ")
            return f"{written(node.left)} {operator} {written(node.right)}"


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(NODES, SLOTS)
def test_a_printed_condition_is_read_back_with_the_same_meaning(node, slots):
    names = {"slots": slots}
    again = parse(written(node))
    assert again.holds(names) == Predicate("", node).holds(names)
    assert again.names() == Predicate("", node).names()


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=30)
    | st.lists(
        st.sampled_from(
            [
                "slots.a",
                "and",
                "or",
                "not",
                "(",
                ")",
                "{",
                "}",
                "is",
                "=",
                ">",
                "matches",
                '"("',
                "1",
            ]
        ),
        max_size=10,
    ).map(" ".join),
    SLOTS,
)
def test_any_text_is_a_condition_or_a_predicate_error(text, slots):
    try:
        predicate = parse(text)
    except PredicateError:
        return
    assert predicate.holds({"slots": slots}) in {True, False}
