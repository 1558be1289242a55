"""One user never reads, changes or learns the existence of what is another's.

Each request is sent in two worlds (worlds.py): one has the victim's mailbox, the other has not.
The answers have to be alike to the last byte, whatever ids stand in whatever field.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.attacks import SHAPES, Attack, Attacker, foreign, mixed, next_number
from access.marks import found_in
from access.places import Place, places
from access.roles import BARE, QUERY, WITHOUT_MESSAGES, Role
from access.victim import MARK
from access.worlds import Worlds, seen
from overair.protocol.commands import MESSAGES, messages_of
from overair.protocol.http import Command
from overair.server.long_ids import long_id
from overair.versions import SERVED, Version
from support.phone import Answer

TO = frozenset(("destination_folder_id", "parent_id"))
"""Where something would go: Eve's own folder, so that what is the victim's would come to her."""
NAMING = [
    (command, version)
    for command in MESSAGES
    for version in SERVED
    if messages_of(command, version).request is not None
]
QUERIES = {name: role for name, role in QUERY.items() if role is not None and role is not Role.WORDS}


def attack(worlds: Worlds, attempt: Attack) -> Answer:
    """Carry it out in both worlds: the same answer, and nothing of the victim's in it."""
    number = next_number()
    own, answer = Attacker(worlds.present).run(attempt, number)
    own_there, answer_there = Attacker(worlds.absent).run(attempt, number)
    assert own == own_there, "the worlds are no longer alike"
    assert seen(answer) == seen(answer_there), str(attempt)
    told = answer.body + repr(sorted(answer.headers.items())).encode()
    assert not found_in(told, [MARK]), str(attempt)
    return answer


@pytest.fixture(autouse=True)
def unchanged(worlds: Worlds) -> Iterator[None]:
    """Whatever was tried, the victim's rows are as they were."""
    yield
    assert worlds.rows_now() == worlds.rows


def named(command: Command, version: Version) -> list[Place]:
    """The places that name something."""
    return [place for place in places(command, version) if place.role is not Role.WORDS]


@pytest.mark.parametrize("step", [0, pytest.param(1, marks=pytest.mark.full)])
@pytest.mark.parametrize(("command", "version"), NAMING)
def test_every_place_with_what_it_is_for(
    worlds: Worlds, command: Command, version: Version, step: int
) -> None:
    """Every field with ids of the victim's of the kind that it takes, all else being Eve's own."""
    for turn, place in enumerate(named(command, version), SERVED.index(version)):
        values = worlds.ids.get(place.role, ("1",))
        value = values[(2 * turn + step) % len(values)]
        attack(worlds, Attack(command, version, ({place.path: value},)))


@pytest.mark.parametrize(("command", "version"), NAMING)
def test_a_folder_and_an_item_of_the_victim(worlds: Worlds, command: Command, version: Version) -> None:
    """Both of one request, as she herself would say it, and her key beside them."""
    found = named(command, version)
    items: list[Place | None] = [place for place in found if place.role is Role.ITEM]
    for turn, item in enumerate(items or [None], SERVED.index(version)):
        item_id = worlds.ids[Role.ITEM][turn % len(worlds.ids[Role.ITEM])]
        folders = [place for place in found if place.role is Role.FOLDER]
        hers = {place.path: item_id.partition(":")[0] for place in folders if place.path[-1] not in TO}
        if item is not None:
            hers[item.path] = item_id
        if hers:
            attack(worlds, Attack(command, version, (hers,)))
        for key in (place for place in found if place.role is Role.SYNC_KEY):
            attack(worlds, Attack(command, version, ({**hers, key.path: worlds.ids[Role.SYNC_KEY][turn]},)))


@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("command", [*WITHOUT_MESSAGES, *BARE])
def test_commands_without_messages(worlds: Worlds, command: Command, version: Version) -> None:
    _, elements = WITHOUT_MESSAGES.get(command, (None, {}))
    for element, role in elements.items():
        for value in worlds.ids.get(role, ("1",))[-2:]:
            attack(worlds, Attack(command, version, raw=(element, value)))
    for name, role in QUERIES.items():
        for value in worlds.ids[role][-2:]:
            attack(worlds, Attack(command, version, query=query_of(name, value)))


@pytest.mark.parametrize("command", [Command.SMART_REPLY, Command.SMART_FORWARD])
def test_sources_of_the_victim_in_the_query(worlds: Worlds, command: Command) -> None:
    """Up to 12.1 the query says what is answered or forwarded."""
    for item_id in worlds.ids[Role.ITEM][-3:]:
        folder_id = item_id.partition(":")[0]
        for query in (
            {"item_id": item_id},
            {"item_id": item_id, "collection_id": folder_id},
            {"item_id": item_id, "collection_id": worlds.own_folder},
            {"long_id": long_id(item_id)},
        ):
            attack(worlds, Attack(command, Version.V12_1, query=query))


def query_of(name: str, value: str) -> dict[str, Any]:
    """A parameter of the query; a policy key is a number."""
    if name == "policy_key":
        return {name: int(value) if value.isdigit() else 0}
    return {name: value}


@st.composite
def attacks(draw: st.DrawFn, worlds: Worlds, own_folder: str) -> Attack:
    """Any command in any version, with up to three parts, each with up to four ids that are not Eve's."""
    # Those that name items and attachments have the most forms to be tried in.
    reading = [Command.ITEM_OPERATIONS, Command.SYNC, Command.MOVE_ITEMS] * 5
    command = draw(st.sampled_from([*Command, *reading]))
    version = draw(st.sampled_from(SERVED))
    everything = foreign(worlds.ids)
    item_id = draw(st.sampled_from(worlds.ids[Role.ITEM]))
    alike = {Role.ITEM: item_id, Role.FOLDER: item_id.partition(":")[0], Role.ATTACHMENT: f"{item_id}:1"}
    every = st.sampled_from([value for values in everything.values() for value in values])

    def value(role: Role) -> str:
        kinds = [
            *[st.just(alike[role]) if role in alike else every] * 4,
            st.sampled_from(everything.get(role, ("1",))),
            st.sampled_from(mixed(own_folder, item_id)),
            st.sampled_from(SHAPES),
            every,
        ]
        return draw(draw(st.sampled_from(kinds)))

    query: dict[str, Any] = {}
    for name in draw(st.sets(st.sampled_from(sorted(QUERIES)), max_size=1 if command in MESSAGES else 3)):
        query |= query_of(name, value(QUERIES[name]))
    raw: tuple[Any, ...] = ()
    if command in WITHOUT_MESSAGES:
        element, role = draw(st.sampled_from(sorted(WITHOUT_MESSAGES[command][1].items(), key=repr)))
        raw = (element, value(role))
    parts = []
    if messages_of(command, version).request is not None:
        of_any = places(command, version) if draw(st.integers(0, 9)) == 0 else named(command, version)
        for _ in range(draw(st.integers(1, 3))) if of_any else ():
            chosen = draw(st.lists(st.sampled_from(of_any), min_size=1, max_size=4, unique=True))
            parts.append({place.path: value(place.role) for place in chosen})
        if not of_any:
            parts.append({})
    return Attack(command, version, tuple(parts), query, raw)


@settings(max_examples=100)
@given(data=st.data())
def test_any_id_in_any_place(worlds: Worlds, data: st.DataObject) -> None:
    attack(worlds, data.draw(attacks(worlds, worlds.own_folder)))
