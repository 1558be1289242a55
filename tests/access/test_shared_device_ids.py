"""Two accounts whose phones have one DeviceId: nothing of the one is the other's."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from access.victim import provisioned, synced
from overair.mailboxes.interface import FolderType
from overair.protocol.folder_create import FolderCreateRequest, FolderCreateResponse
from overair.protocol.folder_sync import FolderSyncRequest, FolderSyncResponse
from overair.protocol.http import Command, Credentials
from overair.protocol.ping import PingFolder, PingRequest, PingResponse
from overair.protocol.send_mail import SendMailRequest
from overair.protocol.statuses import CommonStatus, PingStatus, SyncStatus
from overair.protocol.sync import CollectionRequest, SyncRequest, SyncResponse
from overair.versions import SERVED, Version
from support.mailboxes import messages_in
from support.phone import Answer, Phone, letter
from support.server import ANNA, BEN, PASSWORD, RunningServer, running_server

_numbers = itertools.count(1)
POLICY: dict[str, Any] = {"policy.required": True, "policy.document": {"device_password_enabled": True}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("shared")) as running:
        for address in (ANNA, BEN):
            running.deliver(address, letter("the first").as_bytes())
        yield running


def phones(server: RunningServer, version: Version = Version.V16_1) -> tuple[Phone, Phone]:
    """Anna's and Ben's, of an id that no test used before."""
    device_id = f"SAMEPHONE{next(_numbers)}"
    return tuple(Phone(server, version, address, device_id=device_id) for address in (ANNA, BEN))  # type: ignore[return-value]  # two


def waiting(server: RunningServer, count: int) -> None:
    """Wait until so many requests wait."""
    deadline = time.monotonic() + 20
    while len(server.application.services.hub) != count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def watch(phone: Phone) -> PingRequest:
    """What a phone that has synchronised its Inbox says to wait for it."""
    inbox = phone.folders()[FolderType.INBOX].server_id
    synced(phone, inbox, synced(phone, inbox, "0").sync_key)
    return PingRequest(heartbeat_interval=60, folders=(PingFolder(id=inbox, item_class="Email"),))


def folder_of(request: PingRequest) -> str:
    """The one that it is about."""
    assert request.folders is not None
    return request.folders[0].id


def test_nobody_ends_or_answers_the_wait_of_another(server: RunningServer) -> None:
    anna, ben = phones(server)
    hers, his = watch(anna), watch(ben)
    with ThreadPoolExecutor(3) as threads:
        her_wait: Future[Answer] = threads.submit(anna.post, Command.PING, hers)
        waiting(server, 1)
        ended = threads.submit(ben.post, Command.PING, his)
        waiting(server, 2)
        his_wait = threads.submit(ben.post, Command.PING, his)
        assert ended.result(20).read(PingResponse).status == PingStatus.EXPIRED
        server.deliver(BEN, letter("for Ben").as_bytes())
        told = his_wait.result(20).read(PingResponse)
        assert told == PingResponse(status=PingStatus.CHANGES, folders=(folder_of(his),))
        waiting(server, 1)
        assert not her_wait.done()
        server.deliver(ANNA, letter("for Anna").as_bytes())
        assert her_wait.result(20).read(PingResponse).status == PingStatus.CHANGES


def test_a_wait_for_a_folder_of_another_is_no_wait(server: RunningServer) -> None:
    anna, ben = phones(server)
    hers = watch(anna)
    watch(ben)
    answer = ben.post(Command.PING, hers).read(PingResponse)
    assert answer.status == PingStatus.HIERARCHY_CHANGED
    assert len(server.application.services.hub) == 0


@pytest.mark.parametrize("version", SERVED)
def test_what_was_said_last_is_kept_for_each(server: RunningServer, version: Version) -> None:
    """Requests without a body repeat the last one of the same account's phone."""
    anna, ben = phones(server, version)
    inbox = anna.folders()[FolderType.INBOX].server_id
    ben.folders()
    synced(anna, inbox, synced(anna, inbox, "0").sync_key)
    absent = PingFolder(id="999", item_class="Email")
    anna.post(Command.PING, PingRequest(heartbeat_interval=60, folders=(absent,)))
    assert ben.post(Command.SYNC).read(SyncResponse).status == SyncStatus.INCOMPLETE_REQUEST
    assert ben.post(Command.PING).read(PingResponse).status == PingStatus.MISSING_PARAMETERS
    assert anna.post(Command.PING).read(PingResponse).status == PingStatus.HIERARCHY_CHANGED


@pytest.mark.parametrize("version", SERVED)
def test_keys_of_another(server: RunningServer, version: Version) -> None:
    anna, ben = phones(server, version)
    inboxes = [phone.folders()[FolderType.INBOX].server_id for phone in (anna, ben)]
    key = synced(anna, inboxes[0], "0").sync_key
    synced(ben, inboxes[1], "0")
    collection = CollectionRequest(sync_key=key, collection_id=inboxes[1])
    [refused] = ben.post(Command.SYNC, SyncRequest(collections=(collection,))).read(SyncResponse).collections
    assert refused.status == SyncStatus.INVALID_SYNC_KEY
    assert synced(anna, inboxes[0], key).status == SyncStatus.SUCCESS, "hers is as good as before"


def test_a_hierarchy_is_each_ones_own(server: RunningServer) -> None:
    anna, ben = phones(server)
    key = anna.folder_sync().sync_key or ""
    theirs = ben.folder_sync().sync_key or ""
    request = FolderCreateRequest(sync_key=key, parent_id="0", display_name="Anna's own", type=12)
    created = anna.post(Command.FOLDER_CREATE, request).read(FolderCreateResponse)
    assert created.status == 1
    answer = ben.post(Command.FOLDER_SYNC, FolderSyncRequest(sync_key=theirs))
    assert b"Anna" not in answer.body
    assert created.server_id not in {entry.server_id for entry in ben.folders().values()}


def test_a_message_that_another_has_sent_is_sent(server: RunningServer) -> None:
    """The same ClientId and Message-ID, from a phone of the same DeviceId."""
    before = len(messages_in(server, ANNA, FolderType.INBOX))
    for phone in phones(server):
        request = SendMailRequest(
            client_id="1", mime=letter("sent", ANNA, Message_ID="<one@example.net>").as_bytes()
        )
        assert phone.post(Command.SEND_MAIL, request).body == b""
    assert len(messages_in(server, ANNA, FolderType.INBOX)) == before + 2


@pytest.mark.parametrize("version", SERVED)
def test_a_policy_key_of_another(tmp_path: Path, version: Version) -> None:
    with running_server(tmp_path, **POLICY) as server:
        anna, ben = phones(server, version)
        provisioned(anna)
        ben.policy_key = anna.policy_key
        answer = ben.post(Command.FOLDER_SYNC, FolderSyncRequest(sync_key="0"))
        if version < Version.V14_0:
            assert answer.status == 449
        else:
            assert answer.common_status == CommonStatus.DEVICE_NOT_PROVISIONED
        assert anna.folder_sync().status == 1


@pytest.mark.parametrize("base64", [False, True])
@pytest.mark.parametrize("user", [ANNA, "anna", "EXAMPLE\\anna", ""])
def test_who_has_logged_in_counts_and_not_who_is_named(
    server: RunningServer, user: str, base64: bool
) -> None:
    anna, ben = phones(server)
    anna.folders()
    his = {entry.server_id for entry in ben.folders().values()}
    request = FolderSyncRequest(sync_key="0")
    answer = ben.post(
        Command.FOLDER_SYNC,
        request,
        base64=base64,
        user=user,
        credentials=Credentials(BEN, PASSWORD.encode()),
        cookie=f"user={ANNA}",
        headers={"X-User": ANNA, "X-Forwarded-User": ANNA, "Remote-User": ANNA},
    )
    if not user and not base64:
        assert answer.status == 400
        return
    changes = answer.read(FolderSyncResponse).changes
    assert changes is not None
    assert {entry.server_id for entry in changes.adds} == his


@pytest.mark.parametrize("form", ["{}", "{}.", "{}-"])
def test_ids_that_differ_a_little_are_other_phones(server: RunningServer, form: str) -> None:
    anna, _ = phones(server)
    other = form.format(anna.device_id.lower())
    inbox = anna.folders()[FolderType.INBOX].server_id
    key = synced(anna, inbox, "0").sync_key
    sibling = Phone(server, anna.version, ANNA, device_id=other)
    sibling.folders()
    collection = CollectionRequest(sync_key=key, collection_id=inbox)
    answer = sibling.post(Command.SYNC, SyncRequest(collections=(collection,))).read(SyncResponse)
    assert answer.collections[0].status == SyncStatus.INVALID_SYNC_KEY
    assert synced(anna, inbox, key).status == SyncStatus.SUCCESS
