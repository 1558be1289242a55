"""The synchronous face does what the client does."""

from __future__ import annotations

import inspect
import threading

import pytest

from overair.client import Client, Collection, HttpError, SynchronousClient, SynchronousCollection
from overair.items import Contact, ItemClass
from support.server import ANNA, PASSWORD, RunningServer

CONTACTS = 9
NOT_FOR_PROGRAMS = {"call", "post", "provisioned"}
"""Coroutines of the client that its commands are made of."""


@pytest.mark.parametrize(
    ("asynchronous", "face"), [(Client, SynchronousClient), (Collection, SynchronousCollection)]
)
def test_every_method_has_a_face(asynchronous: type, face: type) -> None:
    methods = {
        name
        for name, method in inspect.getmembers(asynchronous, inspect.iscoroutinefunction)
        if not name.startswith("_") and name not in NOT_FOR_PROGRAMS
    }
    missing = {name for name in methods if not callable(getattr(face, name, None))}
    assert missing == set()
    assert not any(inspect.iscoroutinefunction(getattr(face, name)) for name in methods)


def test_a_contact_goes_there_and_back(server: RunningServer) -> None:
    with SynchronousClient(server.url, ANNA, PASSWORD, device_id="blocking", ssl=server.trust) as client:
        client.provision()
        client.folder_sync()
        folder = client.asynchronous.folder_of_type(CONTACTS).server_id
        contacts = client.collection(folder, ItemClass.CONTACTS)
        contacts.sync()
        made = contacts.add(Contact(first_name="Ada", last_name="Lovelace"))
        server_id = contacts.sync().created[made]
        contact = contacts.item(server_id)
        assert isinstance(contact, Contact)
        assert contact.last_name == "Lovelace"
        contacts.delete(server_id)
        contacts.sync()
        assert server_id not in contacts.elements
    assert not [thread for thread in threading.enumerate() if thread.name == "overair-client"]


def test_errors_come_through(server: RunningServer) -> None:
    with SynchronousClient(server.url, ANNA, "wrong", device_id="blocking", ssl=server.trust) as client:
        with pytest.raises(HttpError) as caught:
            client.folder_sync()
        assert caught.value.status == 401
