"""Every parser of bytes from outside: what was kept, what was found once, and what hypothesis makes up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz import corpus
from fuzz.target import Target
from fuzz.targets import TARGETS
from overair.wbxml import encode
from support.trees import trees

EXAMPLES = 25
"""Of each target; `make fuzz` tries some hundred thousand."""
SLOW = {"item": 10, "message": 15, "plan": 15}

FOUND = [(name, case) for name in TARGETS for case, _ in corpus.found(name)]


@pytest.mark.parametrize("name", TARGETS)
def test_the_kept_corpus(name: str) -> None:
    target = TARGETS[name]
    inputs = [*target.seeds(), *(data for _, data in corpus.kept(name))]
    assert inputs
    for data in inputs:
        target.run(data)


@pytest.mark.parametrize(("name", "case"), FOUND)
def test_cases_that_were_found(name: str, case: str) -> None:
    assert not case.startswith(("crash-", "timeout-", "oom-", "leak-")), (
        f"tests/fuzz/found/{name}/{case} has no name"
    )
    TARGETS[name].run(dict(corpus.found(name))[case])


def inputs(target: Target) -> st.SearchStrategy[bytes]:
    """Anything; words of the format; kept inputs with a piece cut out, doubled or put in."""
    kept = [*target.seeds(), *(data for _, data in corpus.kept(target.name))]
    words = st.sampled_from([*target.words, b"\0", b"\n"]) | st.binary(max_size=8)
    known = st.sampled_from(kept)
    spliced = st.builds(
        lambda first, second, start, stop, word: first[:start] + word + second[stop:],
        known,
        known,
        st.integers(0, target.size),
        st.integers(0, target.size),
        words,
    )
    said = st.lists(words | known, max_size=12).map(b"".join)
    return (st.binary(max_size=200) | said | spliced).map(lambda data: data[: target.size])


@pytest.mark.parametrize("name", TARGETS)
def test_what_hypothesis_makes_up(name: str) -> None:
    target = TARGETS[name]

    @settings(max_examples=SLOW.get(name, EXAMPLES))
    @given(inputs(target))
    def search(data: bytes) -> None:
        target.run(data)

    search()


@settings(max_examples=60)
@given(tree=trees, choice=st.integers(0, 255), name=st.sampled_from(["message", "item", "plan"]))
def test_any_tree_as_a_message_or_an_item(tree: object, choice: int, name: str) -> None:
    TARGETS[name].run(bytes([choice]) + encode(tree))  # type: ignore[arg-type]  # trees has no type of its own
