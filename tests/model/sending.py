"""A phone of the model sends mail: SendMail, SmartReply and SmartForward, and the copies of a message."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from model.collection import Collection
from model.drive import DOMAIN
from model.forms.mail import RECIPIENTS
from model.hierarchy import Hierarchy
from model.laws import Law, hold
from model.shown import VALUE
from model.wire import Exchange
from overair.items import ItemClass
from overair.mailboxes.interface import FolderType
from overair.protocol.http import MIME_TYPE, Command
from overair.protocol.statuses import CommonStatus
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import ComposeMail
from phones.handset import e, text

ROOT: Final = {
    Command.SEND_MAIL: ComposeMail.SendMail,
    Command.SMART_REPLY: ComposeMail.SmartReply,
    Command.SMART_FORWARD: ComposeMail.SmartForward,
}


@dataclass(frozen=True)
class Source:
    """A message that is answered or passed on, and by which command."""

    command: Command
    folder_id: str
    item_id: str
    marker: str


@dataclass(frozen=True)
class Letter:
    """A message in the outbox."""

    marker: str
    client_id: str
    mime: bytes
    source: Source | None = None
    """What it answers or passes on."""


@dataclass
class Sending(Hierarchy):
    """The outbox of a device."""

    outbox: list[Letter] = field(default_factory=list)

    def answer(self, collection: Collection, choice: int) -> None:
        """Put an answer to a message of a folder into the outbox, or one that passes it on."""
        names = sorted(collection.items)
        is_mail = collection.item_class is ItemClass.EMAIL and collection.type is not FolderType.DRAFTS
        if not names or not is_mail or self.owner.version < Version.V14_0:
            return
        item_id = names[choice % len(names)]
        command = Command.SMART_FORWARD if choice % 3 == 2 else Command.SMART_REPLY
        self.write_letter(Source(command, collection.folder_id, item_id, collection.items[item_id].marker))

    def write_letter(self, source: Source | None = None) -> None:
        """Put a message into the outbox."""
        marker = f"m{self.ledger.number()}"
        client_id = f"{marker}-{self.owner.device_id}"
        mime = (
            f"From: {self.account}@{DOMAIN}\r\nTo: {RECIPIENTS[self.account]}\r\nSubject: {marker}\r\n"
            f"Message-ID: <{client_id}@{DOMAIN}>\r\n\r\nHello\r\n"
        )
        self.outbox.append(Letter(marker, client_id, mime.encode(), source))
        self.ledger.may_become(self.account, marker, {VALUE: ""}, self.author)
        self._will_send(marker)

    def _will_send(self, marker: str) -> None:
        """The copies that a message makes, for the sender and for the recipient."""
        sent = self.folder_of(FolderType.SENT_ITEMS)
        if sent is not None:
            self.ledger.may_move(self.account, marker, sent.folder_id, self.author)
        recipient = RECIPIENTS[self.account].partition("@")[0]
        inbox = next(
            folder_id
            for folder_id, one in self.ledger.mailboxes[recipient].items()
            if one.folder.type is FolderType.INBOX
        )
        self.ledger.may_be_copied(self.account, recipient, marker, inbox)

    def send(self) -> Exchange | None:
        """SendMail, or what the first message in the outbox asks for."""
        if not self.outbox or self.folder_of(FolderType.SENT_ITEMS) is None:
            return None
        letter = self.outbox[0]

        source = letter.source if self.owner.version >= Version.V14_0 else None

        def take(answer: Element | None) -> None:
            status = 0 if answer is None else int(text(answer, ComposeMail.Status))
            if source is not None and status == CommonStatus.ITEM_NOT_FOUND:
                self._give_up(letter, source)
                return
            known = (0, CommonStatus.MESSAGE_PREVIOUSLY_SENT)
            hold(status in known, Law.ONCE, f"SendMail of {letter.marker} got {status}")
            if letter in self.outbox:
                self.outbox.remove(letter)
            recipient = RECIPIENTS[self.account].partition("@")[0]
            self.ledger.promised_at_rest(self.account, letter.marker)
            self.ledger.promised_at_rest(recipient, letter.marker)

        if self.owner.version >= Version.V14_0:
            command = Command.SEND_MAIL if source is None else source.command
            about = (
                []
                if source is None
                else [e(ComposeMail.FolderId, source.folder_id), e(ComposeMail.ItemId, source.item_id)]
            )
            tree = e(
                ROOT[command],
                e(ComposeMail.ClientId, letter.client_id),
                e(ComposeMail.Source, *about) if about else None,
                e(ComposeMail.SaveInSentItems),
                Element(ComposeMail.Mime, letter.mime),
            )
            return self._exchange(command, tree, take)
        exchange = self._exchange(Command.SEND_MAIL, None, take)
        exchange.request = self._request(
            Command.SEND_MAIL, letter.mime, content_type=MIME_TYPE, save_in_sent=True
        )
        return exchange

    def _give_up(self, letter: Letter, source: Source) -> None:
        """Take a letter out of the outbox whose source is gone, which it is not once it was sent."""
        there = self.ledger.place(self.account, source.marker)
        gone = there is None or there[1] != source.item_id
        hold(gone, Law.ONCE, f"the source of {letter.marker} is not found, and is {there}")
        sent = self.ledger.fate(self.account, letter.marker).seen
        hold(not sent, Law.ONCE, f"{letter.marker} was sent, and is refused when it is sent again")
        if letter in self.outbox:
            self.outbox.remove(letter)
