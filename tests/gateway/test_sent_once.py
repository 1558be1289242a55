"""A message is sent once where anything can tell that it was, and its copy is there once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import msgspec
import pytest

from overair.items.mail.message import index_message
from overair.mailboxes.gateway.session import GatewaySession
from overair.mailboxes.interface import FolderType, MailboxUnavailable, Session
from support.cut_gateway import Cut, cut_gateway
from support.dovecot import Dovecot, dovecot_fixture, needs_dovecot
from support.gateway import Submitted, submission
from support.gateway_place import users
from support.packages import needs
from support.radicale import Radicale

pytestmark = [needs_dovecot, needs("radicale")]
DOVECOT = dovecot_fixture()
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
END_OF_DATA = rb"(?m)^\.\r\n"
FRIEND = "otto@example.net"


@pytest.fixture(scope="module")
def submitted(dovecot: Dovecot) -> Iterator[Submitted]:
    with submission(dovecot) as server:
        yield server


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot, submitted: Submitted) -> Iterator[Cut]:
    with Radicale(users()) as radicale:
        directory = tmp_path_factory.mktemp("cut")
        with cut_gateway(directory, dovecot, radicale, submitted.port) as found:
            submitted.users.add(found.user)
            yield found


@pytest.fixture
def cut(shared: Cut, submitted: Submitted) -> Cut:
    submitted.taken.clear()
    submitted.files_copies = False
    return shared


def letter(cut: Cut, name: str, recipient: str, date: str) -> Callable[[], None]:
    """What sends a message, each time with another date."""
    header = f"From: {cut.user}@example.org\r\nTo: {recipient}\r\nSubject: {name}"
    header += f"\r\nMessage-ID: <{name}@example.org>\r\nDate: Wed, 4 Mar 2026 12:00:{date} +0000"
    mime = f"{header}\r\n\r\nHello\r\n".encode()
    blob = cut.place.blobs.put(mime)
    kept = msgspec.structs.replace(index_message(mime, datetime.now(UTC)), blob=blob, read=True)

    async def work(session: Session) -> None:
        assert isinstance(session, GatewaySession)
        session.submit(f"{cut.user}@example.org", (recipient,), blob, name, f"<{name}@example.org>")
        sent = await session.folder_of_type(FolderType.SENT_ITEMS)
        await session.add(sent.folder_id, kept)

    return lambda: cut.run(work)


def copies(cut: Cut, name: str) -> list[int]:
    """How many there are among the sent messages, upstream and for phones."""
    sent = cut.run(lambda session: session.folder_of_type(FolderType.SENT_ITEMS)).folder_id
    cut.refresh(None)
    cut.refresh([sent])
    upstream, shown = cut.states()
    return [upstream["Sent", name], shown["Sent", name]]


@pytest.mark.parametrize(
    ("files", "to_self", "unheard", "transmissions"),
    [
        pytest.param(True, False, False, 1, id="the server files copies"),
        pytest.param(False, True, False, 1, id="the sender gets it"),
        pytest.param(False, False, True, 1, id="the server never had its end"),
        pytest.param(False, False, False, 2, id="nothing can tell"),
    ],
)
def test_the_answer_to_a_message_is_lost_with_the_gateway(
    cut: Cut, submitted: Submitted, files: bool, to_self: bool, unheard: bool, transmissions: int
) -> None:
    submitted.files_copies = files
    name, relay = cut.name(), cut.relays["smtp"]
    recipient = f"{cut.user}@example.org" if to_self else FRIEND
    relay.wait_for(END_OF_DATA, unheard=unheard)
    with pytest.raises(MailboxUnavailable):
        letter(cut, name, recipient, "01")()
    assert relay.cut
    cut.reborn()
    relay.mend()
    letter(cut, name, recipient, "02")()
    assert len(submitted.taken) == transmissions
    assert len({taken.content for taken in submitted.taken}) == 1  # its servers may know it again
    assert copies(cut, name) == [1, 1]
    assert cut.open_intents() == 0


@pytest.mark.parametrize("settled", [False, True], ids=["repeated at once", "repeated later"])
def test_a_message_whose_copy_could_not_be_filed(cut: Cut, submitted: Submitted, settled: bool) -> None:
    """The copy is filed when the gateway begins again, though the phone has not asked once more yet."""
    name, relay = cut.name(), cut.relays["imap"]
    relay.wait_for(rb"(\S+) APPEND ", unheard=True)
    with pytest.raises(MailboxUnavailable):
        letter(cut, name, FRIEND, "01")()
    assert relay.cut
    cut.reborn()
    relay.mend()
    if settled:
        assert copies(cut, name) == [1, 1]
    letter(cut, name, FRIEND, "02")()
    assert copies(cut, name) == [1, 1]
    assert len(submitted.taken) == 1
