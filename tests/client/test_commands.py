"""Every command of the client against a real server over HTTPS, in every version."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage

import pytest

from overair.client import Client, HttpError, StatusError
from overair.items import Contact, ItemClass, Message
from overair.protocol.body_preferences import BodyPreference, BodyType
from overair.protocol.move_items import ItemMove
from overair.protocol.ping import PingFolder
from overair.protocol.ranges import Range
from overair.protocol.settings import OofMessage, OofSettings, OofState
from overair.protocol.statuses import FolderCreateStatus, MoveItemsStatus, PingStatus
from overair.protocol.sync_options import MIMESupport, Options
from overair.versions import Version
from support.asynchronous import run
from support.letters import letter
from support.server import ANNA, BEN, PASSWORD, RunningServer

MakeClient = Callable[..., Client]

INBOX, DELETED, SENT, CONTACTS, USER_MAIL = 2, 4, 5, 9, 12
TEXT = Options(body_preferences=(BodyPreference(type=BodyType.PLAIN_TEXT, truncation_size=200),))


@pytest.mark.parametrize("base64_query", [False, True], ids=["plain", "base64"])
@pytest.mark.parametrize("gzip", [False, True], ids=["identity", "gzip"])
def test_provision_and_folders(
    make_client: MakeClient, version: Version, base64_query: bool, gzip: bool
) -> None:
    async def work() -> None:
        async with make_client(version=version, base64_query=base64_query, gzip=gzip) as client:
            policy = await client.provision()
            assert policy is not None
            assert client.policy_key != 0
            changes = await client.folder_sync()
            assert len(changes.adds) == len(client.folders) >= 8
            assert client.folder_of_type(INBOX).display_name
            assert (await client.folder_sync()).count in (0, None)

    run(work())


def test_the_newest_common_version_is_negotiated(make_client: MakeClient) -> None:
    async def work() -> None:
        async with make_client() as client:
            offer = await client.options()
            assert "Sync" in offer.commands
            assert await client.version() is max(offer.versions) is Version.V16_1

    run(work())


def test_folders_are_made_renamed_and_deleted(make_client: MakeClient, version: Version) -> None:
    async def work() -> None:
        async with make_client(version=version) as client, make_client(version=version) as other:
            await client.folder_sync()
            await other.folder_sync()
            name = f"Projects {version.text}"
            made = await client.folder_create(name, USER_MAIL)
            with pytest.raises(StatusError) as caught:
                await client.folder_create(name, USER_MAIL)
            assert caught.value.status == FolderCreateStatus.FOLDER_EXISTS
            await client.folder_update(made, f"{name} renamed")
            assert [add.display_name for add in (await other.folder_sync()).adds] == [f"{name} renamed"]
            await client.folder_delete(made)
            assert [gone.server_id for gone in (await other.folder_sync()).deletes] == [made]
            assert made not in client.folders
            assert (await client.folder_sync()).count in (0, None)

    run(work())


def test_a_replica_of_the_inbox(make_client: MakeClient, version: Version) -> None:
    async def work() -> None:
        async with make_client(version=version) as client:
            await client.folder_sync()
            inbox = client.collection(client.folder_of_type(INBOX).server_id, options=TEXT, window_size=5)
            outcome = await inbox.sync()
            assert len(outcome.added) == len(inbox.elements) >= 12
            messages = [inbox.item(server_id) for server_id in inbox.elements]
            (message,) = [one for one in messages if isinstance(one, Message) and one.subject == "Letter 3"]
            assert message.to is not None
            assert ANNA in message.to
            assert message.body is not None
            assert message.body.data is not None
            assert "this is number 3" in message.body.data
            assert message.body.truncated
            assert await inbox.estimate() == 0
            again = await inbox.sync()
            assert (again.added, again.changed, again.deleted) == ([], [], [])

    run(work())


def test_reading_is_told_to_the_other_phone(make_client: MakeClient, version: Version) -> None:
    async def work() -> None:
        async with make_client(version=version) as client, make_client(version=version) as other:
            for one in (client, other):
                await one.folder_sync()
            folder = client.folder_of_type(INBOX).server_id
            mine, theirs = client.collection(folder), other.collection(folder)
            await mine.sync()
            await theirs.sync()
            server_id = next(iter(mine.elements))
            before = mine.item(server_id)
            assert isinstance(before, Message)
            await mine.change(server_id, Message(read=not before.read))
            outcome = await mine.sync()
            assert outcome.changed == []  # nobody hears of their own change
            told = await theirs.sync()
            assert told.changed == [server_id]
            after = theirs.item(server_id)
            assert isinstance(after, Message)
            assert after.read is not before.read
            assert after.subject == before.subject

    run(work())


def test_contacts_go_both_ways(make_client: MakeClient, version: Version) -> None:
    async def work() -> None:
        async with make_client(version=version) as client, make_client(version=version) as other:
            for one in (client, other):
                await one.folder_sync()
            folder = client.folder_of_type(CONTACTS).server_id
            mine = client.collection(folder, ItemClass.CONTACTS)
            theirs = other.collection(folder, ItemClass.CONTACTS)
            await theirs.sync()
            made = await mine.add(
                Contact(
                    first_name="Zoë", last_name="Ångström", categories=("Friends",), picture=b"\xff\xd8pic"
                )
            )
            created = (await mine.sync()).created
            server_id = created[made]
            assert (await theirs.sync()).added == [server_id]
            copy = theirs.item(server_id)
            assert isinstance(copy, Contact)
            assert (copy.first_name, copy.last_name, copy.picture) == ("Zoë", "Ångström", b"\xff\xd8pic")
            assert copy.categories == ("Friends",)
            await theirs.change(server_id, Contact(first_name="Zoe", last_name="Ångström"))
            await theirs.sync()
            assert (await mine.sync()).changed == [server_id]
            changed = mine.item(server_id)
            assert isinstance(changed, Contact)
            assert changed.first_name == "Zoe"
            mine.delete(server_id)
            await mine.sync()
            assert (await theirs.sync()).deleted == [server_id]

    run(work())


def test_items_and_attachments_are_fetched(make_client: MakeClient, version: Version) -> None:
    async def work() -> None:
        async with make_client(version=version) as client:
            await client.folder_sync()
            folder = client.folder_of_type(INBOX).server_id
            inbox = client.collection(folder, options=TEXT)
            await inbox.sync()
            (server_id,) = [
                one for one in inbox.elements if getattr(inbox.item(one), "subject", "") == "Letter 5"
            ]
            mime = (BodyPreference(type=BodyType.MIME),)
            fetched = await client.fetch_item(
                folder, server_id, body_preferences=mime, mime_support=MIMESupport.ALWAYS
            )
            message = Message.from_children(fetched.item, version)
            assert message.body is not None
            assert message.body.data is not None
            assert message_from_bytes(message.body.data.encode())["Subject"] == "Letter 5"

            listed = inbox.item(server_id)
            assert isinstance(listed, Message)
            assert listed.attachments
            reference = listed.attachments[0].file_reference  # type: ignore[union-attr]  # a stored one
            whole = await client.fetch_attachment(reference)
            assert whole.content_type == "application/pdf"
            assert whole.data == b"%PDF-1.7 plan" * 500
            piece = await client.fetch_attachment(reference, byte_range=Range(9, 12))
            assert (piece.data, piece.range, piece.total) == (b"plan", Range(9, 12), len(whole.data))
            parts = await client.fetch_attachment(reference, multipart=True)
            assert parts.data == whole.data
            if version is Version.V12_1:
                assert (await client.get_attachment(reference)).data == whole.data
            with pytest.raises(StatusError):
                await client.fetch_attachment(f"{reference}9")

    run(work())


def test_messages_are_sent(make_client: MakeClient, server: RunningServer, version: Version) -> None:
    message = EmailMessage()
    message["From"] = ANNA
    message["To"] = BEN
    message["Subject"] = f"Sent in {version.text}"
    message.set_content("Hello Ben")

    async def work() -> None:
        async with (
            make_client(version=version) as client,
            Client(
                server.url, BEN, PASSWORD, device_id=f"ben{version.value}", ssl=server.trust or True
            ) as ben,
        ):
            await client.send_mail(message.as_bytes(), client_id=f"once-{version.value}")
            if version >= Version.V14_0:
                with pytest.raises(StatusError):
                    # The ClientId says that it is the same message again.
                    await client.send_mail(message.as_bytes(), client_id=f"once-{version.value}")
            await ben.folder_sync()
            inbox = ben.collection(ben.folder_of_type(INBOX).server_id)
            await inbox.sync()
            subjects = [getattr(inbox.item(one), "subject", "") for one in inbox.elements]
            assert subjects.count(message["Subject"]) == 1
            await client.folder_sync()
            sent = client.collection(client.folder_of_type(SENT).server_id)
            await sent.sync()
            assert message["Subject"] in [getattr(sent.item(one), "subject", "") for one in sent.elements]

    run(work())


def test_messages_are_moved(make_client: MakeClient, server: RunningServer, version: Version) -> None:
    server.deliver(ANNA, letter(100 + version.value))

    async def work() -> None:
        async with make_client(version=version) as client:
            await client.folder_sync()
            inbox = client.collection(client.folder_of_type(INBOX).server_id)
            trash = client.collection(client.folder_of_type(DELETED).server_id)
            await inbox.sync()
            await trash.sync()
            (server_id,) = [
                one
                for one in inbox.elements
                if getattr(inbox.item(one), "subject", "") == f"Letter {100 + version.value}"
            ]
            (result,) = await client.move_items(
                [
                    ItemMove(
                        source_message_id=server_id,
                        source_folder_id=inbox.collection_id,
                        destination_folder_id=trash.collection_id,
                    )
                ]
            )
            assert result.status == MoveItemsStatus.SUCCESS
            assert (await inbox.sync()).deleted == [server_id]
            assert (await trash.sync()).added == [result.destination_message_id]

    run(work())


def test_a_delivery_answers_the_ping(
    make_client: MakeClient, server: RunningServer, version: Version
) -> None:
    async def work() -> None:
        async with make_client(version=version) as client:
            await client.folder_sync()
            inbox = client.collection(client.folder_of_type(INBOX).server_id)
            await inbox.sync()
            folders = [PingFolder(id=inbox.collection_id, item_class="Email")]
            waiting = asyncio.create_task(client.ping(folders, 120))
            await asyncio.sleep(0.2)
            assert not waiting.done()
            await asyncio.to_thread(server.deliver, ANNA, letter(200 + version.value))
            answer = await asyncio.wait_for(waiting, 10)
            assert answer.status == PingStatus.CHANGES
            assert answer.folders == (inbox.collection_id,)
            assert len((await inbox.sync()).added) == 1

    run(work())


def test_settings_and_the_address_list(make_client: MakeClient, version: Version) -> None:
    async def work() -> None:
        async with make_client(version=version) as client:
            await client.send_device_information()
            information = await client.user_information()
            addresses = (
                information.email_addresses
                if version < Version.V14_1
                else information.accounts[0].email_addresses
            )
            assert addresses is not None
            assert ANNA in addresses.smtp_addresses
            away = OofSettings(
                state=OofState.GLOBAL,
                messages=(
                    OofMessage(
                        applies_to_internal=True, enabled="1", reply_message="Away & off", body_type="Text"
                    ),
                ),
            )
            await client.set_out_of_office(away)
            found = await client.out_of_office()
            assert (found.state, found.messages[:1]) == (OofState.GLOBAL, away.messages)
            assert "Away &amp; off" in (
                (await client.out_of_office(html=True)).messages[0].reply_message or ""
            )
            await client.set_out_of_office(OofSettings(state=OofState.DISABLED))
            with pytest.raises(StatusError) as refused:
                await client.set_out_of_office(OofSettings(state=OofState.TIME_BASED))
            assert refused.value.status == 5
            entries, total = await client.search_gal("Ben")
            assert [entry.email_address for entry in entries] == [BEN]
            assert total == 1
            assert await client.search_gal("Nobody at all") == ([], 0)
            monday = datetime(2026, 11, 23, 8, tzinfo=UTC) if version >= Version.V14_0 else None
            ben, nobody = await client.resolve(["Ben", "Nobody at all"], busy_from=monday)
            assert (ben.status, ben.recipients[0].email_address, nobody.status) == (1, BEN, 4)
            told = ben.recipients[0].availability
            assert (told is None) is (monday is None)
            assert told is None or told.merged_free_busy == 7 * 48 * "0"
            with pytest.raises(StatusError) as refused:
                await client.resolve(["Ben"] * 101)
            assert refused.value.status == 5
            if version is Version.V16_1:
                entries, _ = await client.find_gal("Ben")
                assert [entry.email_address for entry in entries] == [BEN]

    run(work())


def test_a_wrong_password_is_an_http_error(server: RunningServer) -> None:
    async def work() -> None:
        async with Client(
            server.url, ANNA, "wrong", device_id="intruder", ssl=server.trust or True
        ) as client:
            with pytest.raises(HttpError) as caught:
                await client.folder_sync()
            assert caught.value.status == 401

    run(work())
