"""A phone of the model sends mail: SendMail, and the copies that a message makes."""

from __future__ import annotations

from dataclasses import dataclass, field

from model.drive import DOMAIN
from model.forms.mail import RECIPIENTS
from model.hierarchy import Hierarchy
from model.laws import Law, hold
from model.shown import VALUE
from model.wire import Exchange
from overair.mailboxes.interface import FolderType
from overair.protocol.http import MIME_TYPE, Command
from overair.protocol.statuses import CommonStatus
from overair.versions import Version
from overair.wbxml.element import Element
from overair.wbxml.pages import ComposeMail
from phones.handset import e, text


@dataclass(frozen=True)
class Letter:
    """A message in the outbox."""

    marker: str
    client_id: str
    mime: bytes


@dataclass
class Sending(Hierarchy):
    """The outbox of a device."""

    outbox: list[Letter] = field(default_factory=list)

    def write_letter(self) -> None:
        """Put a message into the outbox."""
        marker = f"m{self.ledger.number()}"
        client_id = f"{marker}-{self.owner.device_id}"
        mime = (
            f"From: {self.account}@{DOMAIN}\r\nTo: {RECIPIENTS[self.account]}\r\nSubject: {marker}\r\n"
            f"Message-ID: <{client_id}@{DOMAIN}>\r\n\r\nHello\r\n"
        )
        self.outbox.append(Letter(marker, client_id, mime.encode()))
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
        """SendMail of the first message in the outbox."""
        if not self.outbox or self.folder_of(FolderType.SENT_ITEMS) is None:
            return None
        letter = self.outbox[0]

        def take(answer: Element | None) -> None:
            status = 0 if answer is None else int(text(answer, ComposeMail.Status))
            known = (0, CommonStatus.MESSAGE_PREVIOUSLY_SENT)
            hold(status in known, Law.ONCE, f"SendMail of {letter.marker} got {status}")
            if letter in self.outbox:
                self.outbox.remove(letter)
            recipient = RECIPIENTS[self.account].partition("@")[0]
            self.ledger.promised_at_rest(self.account, letter.marker)
            self.ledger.promised_at_rest(recipient, letter.marker)

        if self.owner.version >= Version.V14_0:
            tree = e(
                ComposeMail.SendMail,
                e(ComposeMail.ClientId, letter.client_id),
                e(ComposeMail.SaveInSentItems),
                Element(ComposeMail.Mime, letter.mime),
            )
            return self._exchange(Command.SEND_MAIL, tree, take)
        exchange = self._exchange(Command.SEND_MAIL, None, take)
        exchange.request = self._request(
            Command.SEND_MAIL, letter.mime, content_type=MIME_TYPE, save_in_sent=True
        )
        return exchange
