"""The synchronous face does what the client does."""

from __future__ import annotations

import inspect
import threading
from datetime import UTC, datetime, timedelta

import pytest

from overair.client import (
    Calendar,
    Client,
    Collection,
    HttpError,
    SynchronousCalendar,
    SynchronousClient,
    SynchronousCollection,
    SynchronousTaskList,
    TaskList,
)
from overair.items import Contact, Event, ItemClass, Task
from overair.items.calendar.event import EventException
from overair.items.recurrence.pattern import Recurrence, RecurrenceType
from support.server import ANNA, PASSWORD, RunningServer

TASKS, CALENDAR, CONTACTS = 7, 8, 9
NOT_FOR_PROGRAMS = {"call", "post", "provisioned"}
"""Coroutines of the client that its commands are made of."""


@pytest.mark.parametrize(
    ("asynchronous", "face"),
    [
        (Client, SynchronousClient),
        (Collection, SynchronousCollection),
        (Calendar, SynchronousCalendar),
        (TaskList, SynchronousTaskList),
    ],
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


def test_a_calendar_and_tasks_go_there_and_back(server: RunningServer) -> None:
    start = datetime(2027, 3, 15, 8, tzinfo=UTC)
    later = start + timedelta(hours=1)
    with SynchronousClient(server.url, ANNA, PASSWORD, device_id="blocking2", ssl=server.trust) as client:
        client.folder_sync()
        folder = client.asynchronous.folder_of_type
        calendar = client.calendar(folder(CALENDAR).server_id, time_zone="UTC")
        calendar.sync()
        daily = Recurrence(type=RecurrenceType.DAILY, interval=1, occurrences=3)
        series = Event(subject="Daily", zone="UTC", start_time=start, end_time=later, recurrence=daily)
        made = calendar.add(series)
        server_id = calendar.sync().created[made]
        calendar.update(server_id, Event(subject="Stand-up"))
        calendar.change_occurrence(server_id, EventException(exception_start_time=start, subject="First"))
        calendar.delete_occurrence(server_id, start + timedelta(days=1))
        assert not calendar.sync().refused
        assert calendar.item(server_id).subject == "Stand-up"
        found = [
            (entry.occurrence.start, entry.occurrence.exception and entry.occurrence.exception.subject)
            for entry in calendar.occurrences(start, start + timedelta(days=9))
            if entry.server_id == server_id
        ]
        assert found == [(start, "First"), (start + timedelta(days=2), None)]
        calendar.revert_occurrence(server_id, start)
        calendar.sync()
        assert all(one.deleted for one in calendar.item(server_id).exceptions or ())
        tasks = client.task_list(folder(TASKS).server_id)
        tasks.sync()
        made = tasks.add(Task(subject="Call"))
        server_id = tasks.sync().created[made]
        assert tasks.complete(server_id) is None
        tasks.sync()
        assert tasks.item(server_id).complete


def test_errors_come_through(server: RunningServer) -> None:
    with SynchronousClient(server.url, ANNA, "wrong", device_id="blocking", ssl=server.trust) as client:
        with pytest.raises(HttpError) as caught:
            client.folder_sync()
        assert caught.value.status == 401
