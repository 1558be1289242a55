"""A replica whose answers get lost repeats its request, and nothing is lost or doubled."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from overair.client import Client, Collection, ConnectionFailed, Outcome
from overair.items import Contact, ItemClass
from overair.versions import Version
from support.asynchronous import run
from support.lossy import LossyRelay, lossy_relay
from support.server import BEN, PASSWORD, RunningServer, running_server

CONTACTS = 9


@pytest.fixture(scope="module")
def plain_server(tmp_path_factory: pytest.TempPathFactory) -> object:
    """A server without TLS, which the relay can stand in front of."""
    with running_server(tmp_path_factory.mktemp("lossy-server")) as running:
        yield running


async def insist(collection: Collection, relay: LossyRelay, losses: int) -> Outcome:
    """Sync until an answer comes, after so many that get lost."""
    relay.lose = losses
    while True:
        try:
            return await collection.sync()
        except ConnectionFailed:
            continue


STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "change", "delete", "sync"]), st.integers(0, 2)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, version=st.sampled_from([Version.V12_1, Version.V14_1, Version.V16_1]))
def test_nothing_is_lost_or_doubled(
    plain_server: RunningServer, steps: list[tuple[str, int]], version: Version
) -> None:
    async def work() -> None:
        async with lossy_relay(plain_server.port) as relay:
            url = f"http://localhost:{relay.port}"
            client = Client(url, BEN, PASSWORD, device_id="lossy", version=version, timeout=10.0)
            other = Client(plain_server.url, BEN, PASSWORD, device_id="steady", version=version)
            async with client, other:
                await client.folder_sync()
                folder = client.folder_of_type(CONTACTS).server_id
                mine = client.collection(folder, ItemClass.CONTACTS)
                await insist(mine, relay, 0)
                expected = {key: str(mine.item(key).to_children(version)) for key in mine.elements}
                for number, (step, losses) in enumerate(steps):
                    contact = Contact(last_name=f"Number {number}", file_as=f"Number {number}")
                    victim = next(iter(expected), None)
                    if step == "add" or victim is None:
                        made = await mine.add(contact)
                        outcome = await insist(mine, relay, losses)
                        expected[outcome.created[made]] = str(contact.to_children(version))
                    elif step == "change":
                        await mine.change(victim, contact)
                        outcome = await insist(mine, relay, losses)
                        expected[victim] = str(contact.to_children(version))
                    elif step == "delete":
                        mine.delete(victim)
                        outcome = await insist(mine, relay, losses)
                        del expected[victim]
                    else:
                        outcome = await insist(mine, relay, losses)
                    assert not outcome.refused
                    # What the device did itself is no news to it, however often it had to ask.
                    assert (outcome.added, outcome.changed, outcome.deleted) == ([], [], [])
                    assert relay.lose == 0
                theirs = other.collection(folder, ItemClass.CONTACTS)
                await theirs.sync()
                told = {
                    # The server says of every contact what its notes are, here that there are none.
                    key: str(msgspec.structs.replace(theirs.item(key), body=None).to_children(version))
                    for key in theirs.elements
                }
                assert told == expected
                for key in theirs.elements:
                    theirs.delete(key)
                await theirs.sync()

    run(work())
