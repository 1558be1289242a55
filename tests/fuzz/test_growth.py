"""What hostile inputs cost grows with their size and no faster: in CPU time and in memory.

In `make test` inputs grow to some hundred KB; `make test-all` goes up to what the server lets in.
Bounds are those of the targets, in CPU time of a core and bytes at the highest for each byte of input.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fuzz.measure import Cost, Scales
from fuzz.targets import TARGETS
from support.pace import pace

SHAPES = [
    (name, shape, number) for name, target in TARGETS.items() for number, shape in enumerate(target.shapes)
]
IN_EVERY_RUN = 5
"""Of so many shapes of a target that stand one behind the other the first is measured in every run."""
SMALLEST, LARGEST = 16 * 1024, 256 * 1024
MEASURABLE = 0.02
"""CPU seconds; below, growth is lost in what every input costs."""
FACTOR = 2.5
"""How much more than linear a growth may look, on a machine with other work."""
FIXED_SECONDS = 0.25
FIXED_MEMORY = 12 * 1024 * 1024
"""What an input costs however small it is, and how little is not looked at."""


@pytest.fixture(scope="module")
def scales() -> Iterator[Scales]:
    scales = Scales()
    yield scales
    scales.close()


def assert_linear(scales: Scales, name: str, shape: str, largest: int) -> None:
    """The cost at the largest size, against its bounds and against that at an eighth of it."""
    target = TARGETS[name]
    largest = min(largest, target.limit)
    at_largest = scales.cost(name, shape, largest)
    assert at_largest.memory <= FIXED_MEMORY + target.memory * largest
    if at_largest.seconds > MEASURABLE:
        at_eighth = scales.cost(name, shape, largest // 8)
        if at_largest.seconds > FACTOR * 8 * max(at_eighth.seconds, MEASURABLE / 16):
            # Once more, before it is believed.
            at_largest = least(at_largest, scales.cost(name, shape, largest))
            at_eighth = Cost(max(at_eighth.seconds, scales.cost(name, shape, largest // 8).seconds), 0)
        assert at_largest.seconds <= FACTOR * 8 * max(at_eighth.seconds, MEASURABLE / 16)
    most = FIXED_SECONDS + 4 * target.microseconds * largest / 1e6
    if at_largest.seconds > most:
        at_largest = least(at_largest, scales.cost(name, shape, largest))
        most *= pace()
    assert at_largest.seconds <= most


def least(one: Cost, other: Cost) -> Cost:
    return one if one.seconds < other.seconds else other


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        pytest.param(name, shape, marks=pytest.mark.full if number % IN_EVERY_RUN else ())
        for name, shape, number in SHAPES
    ],
)
def test_hostile_inputs_cost_what_their_size_says(scales: Scales, name: str, shape: str) -> None:
    assert_linear(scales, name, shape, LARGEST)


@pytest.mark.full
@pytest.mark.parametrize(("name", "shape"), [(name, shape) for name, shape, _ in SHAPES])
def test_the_largest_hostile_inputs_cost_what_their_size_says(scales: Scales, name: str, shape: str) -> None:
    assert_linear(scales, name, shape, TARGETS[name].limit)
