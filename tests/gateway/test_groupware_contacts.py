"""Address books of real CardDAV servers (Radicale, Xandikos) as the gateway's backend has them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest

from overair.items import Contact
from overair.items.body import Body
from overair.mailboxes.gateway.backend import Stale
from overair.mailboxes.interface import FolderType
from overair.protocol.body_preferences import BodyType
from support.asynchronous import run
from support.packages import needs
from support.radicale import USERS, Radicale
from support.tiny_mirror import TinyMirror, address_books
from support.xandikos import Xandikos

JOE = "joe@example.org"
BOOK = "addressbook"


@pytest.fixture(scope="module")
def radicale() -> Iterator[Radicale]:
    with Radicale() as server:
        server.make_address_book(JOE, BOOK, BOOK)
        server.make_address_book(JOE, "second", "Second")
        yield server


@pytest.fixture(scope="module")
def xandikos() -> Iterator[Xandikos]:
    with Xandikos() as server:
        yield server


def card(uid: str, name: str, *lines: str) -> str:
    """A card of another client's."""
    said = ("VERSION:3.0", f"UID:{uid}", f"FN:{name}", f"N:{name};;;;", *lines)
    return "".join(f"{line}\r\n" for line in ("BEGIN:VCARD", *said, "END:VCARD"))


def the(mirror: TinyMirror, key: str, book: str = BOOK) -> Contact:
    found = mirror.all(book)[key]
    assert isinstance(found, Contact)
    return found


class EveryServer:
    """What holds of each of them."""

    def at(self) -> AbstractAsyncContextManager[TinyMirror]:
        raise NotImplementedError

    def put(self, key: str, text: str) -> None:
        raise NotImplementedError

    def get(self, key: str) -> str:
        raise NotImplementedError

    def test_a_contact_goes_both_ways(self) -> None:
        async def work() -> None:
            async with self.at() as mirror:
                await mirror.look()
                assert mirror.tree[BOOK].type is FolderType.CONTACTS
                contact = Contact(first_name="Ada", last_name="Ámund", email1_address="ada@example.org")
                token = uuid4().hex
                [key] = {await mirror.add(BOOK, contact, token) for _ in range(2)}
                assert "ada@example.org" in self.get(key)
                other = f"other {uuid4().hex}.vcf"
                self.put(other, card(uuid4().hex, "Bob", "TEL;TYPE=CELL:+1 555"))
                await mirror.pull(BOOK)
                there = other.replace(" ", "%20")
                assert the(mirror, there).mobile_phone_number == "+1 555"
                assert (the(mirror, key).last_name, the(mirror, key).email1_address) == (
                    "Ámund",
                    "ada@example.org",
                )
                bob = msgspec.structs.replace(the(mirror, there), mobile_phone_number="+1 777")
                await mirror.change(BOOK, there, bob)
                assert "+1 777" in self.get(other)
                await mirror.remove(BOOK, key)
                [delta] = await mirror.pull(BOOK)
                assert delta.removed == (key,)

        run(work())

    def test_what_a_card_cannot_say_stays_here(self) -> None:
        async def work() -> None:
            async with self.at() as mirror:
                await mirror.look()
                born = datetime(1980, 5, 4, 11, 30, tzinfo=UTC)
                notes = Body(type=BodyType.HTML, data="<p>Likes <b>tea</b></p>")
                contact = Contact(first_name="Cleo", birthday=born, body=notes, weighted_rank=3)
                key = await mirror.add(BOOK, contact)
                kept = the(mirror, key)
                assert (kept.birthday, kept.body, kept.weighted_rank) == (born, notes, 3)
                # An edit elsewhere changes what it changes.
                text = self.get(key).replace("FN:Cleo", "FN:Cleo\r\nTITLE:Queen")
                self.put(key, text)
                await mirror.pull(BOOK)
                kept = the(mirror, key)
                assert (kept.job_title, kept.birthday, kept.body, kept.weighted_rank) == (
                    *("Queen", born, notes),
                    3,
                )
                self.put(key, text.replace("1980-05-04", "1981-05-04").replace("19800504", "19810504"))
                await mirror.pull(BOOK)
                assert the(mirror, key).birthday == datetime(1981, 5, 4, tzinfo=UTC)
                assert the(mirror, key).body == notes

        run(work())

    def test_a_group_of_contacts_is_none_itself(self) -> None:
        async def work() -> None:
            async with self.at() as mirror:
                await mirror.look()
                name, uid = f"{uuid4().hex}.vcf", uuid4().hex
                self.put(name, card(uid, "Friends", "X-ADDRESSBOOKSERVER-KIND:group"))
                await mirror.pull(BOOK)
                assert name not in mirror.all(BOOK)
                self.put(name, card(uid, "No group any more"))
                await mirror.pull(BOOK)
                assert the(mirror, name).file_as == "No group any more"
                # And gone where it becomes one again.
                self.put(name, card(uid, "Friends", "X-ADDRESSBOOKSERVER-KIND:group"))
                await mirror.pull(BOOK)
                assert name not in mirror.all(BOOK)

        run(work())

    def test_an_edit_elsewhere_is_never_written_over(self) -> None:
        async def work() -> None:
            async with self.at() as mirror:
                await mirror.look()
                name, uid = f"{uuid4().hex}.vcf", uuid4().hex
                self.put(name, card(uid, "Dora"))
                await mirror.pull(BOOK)
                self.put(name, card(uid, "Theodora"))
                mine = msgspec.structs.replace(the(mirror, name), first_name="Dorothy")
                with pytest.raises(Stale):
                    await mirror.change(BOOK, name, mine)
                assert "Theodora" in self.get(name)

        run(work())


@needs("radicale")
class TestRadicale(EveryServer):
    @pytest.fixture(autouse=True)
    def _server(self, radicale: Radicale) -> None:
        self._radicale = radicale

    def at(self) -> AbstractAsyncContextManager[TinyMirror]:
        return address_books(self._radicale.url, JOE, USERS[JOE])

    def put(self, key: str, text: str) -> None:
        self._radicale.put(JOE, f"/{JOE}/{BOOK}/{key}", text)

    def get(self, key: str) -> str:
        return self._radicale.get(JOE, f"/{JOE}/{BOOK}/{key}")

    def test_a_contact_is_moved_to_another_address_book(self) -> None:
        async def work() -> None:
            async with self.at() as mirror:
                await mirror.look()
                assert mirror.tree["Second"].type is FolderType.USER_CONTACTS
                name = f"{uuid4().hex}.vcf"
                self.put(name, card(uuid4().hex, "Emil", "X-OTHER:kept"))
                await mirror.pull(BOOK)
                key = await mirror.move(BOOK, name, "Second")
                for book in (BOOK, "Second"):
                    await mirror.pull(book)
                assert name not in mirror.all(BOOK)
                assert the(mirror, key, "Second").file_as == "Emil"
                assert "X-OTHER:kept" in self._radicale.get(JOE, f"/{JOE}/second/{key}")

        run(work())


@needs("xandikos")
@pytest.mark.full
class TestXandikos(EveryServer):
    @pytest.fixture(autouse=True)
    def _server(self, xandikos: Xandikos) -> None:
        self._xandikos = xandikos

    def at(self) -> AbstractAsyncContextManager[TinyMirror]:
        return address_books(self._xandikos.url)

    def put(self, key: str, text: str) -> None:
        self._xandikos.put(f"/{JOE}/contacts/{BOOK}/{key}", text)

    def get(self, key: str) -> str:
        answer = self._xandikos.asked("GET", f"/{JOE}/contacts/{BOOK}/{key}")
        assert answer.status == 200
        return answer.body
