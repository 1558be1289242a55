"""Drafts of protocol versions 16.x: mail that a client writes in the Drafts folder and sends from there.

A message's bytes are composed and brought to disk, and what is to be sent is checked, before the
unit of work that takes the effects: both take time and wait for the disk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from overair import items
from overair.delivery.transport import Prepared, Transport
from overair.directory.interface import User
from overair.items import Item
from overair.items.mail.announcing import Announcement
from overair.items.mail.message import Message
from overair.mailboxes.interface import Folder, FolderType, Session
from overair.protocol.schema import SchemaError
from overair.protocol.statuses import CommonStatus, SyncStatus
from overair.protocol.sync import AddCommand, ChangeCommand, Command
from overair.sync.partner import Partner
from overair.sync.refusal import CommandRefused
from overair.sync.submission import SubmissionRefused
from overair.versions import Version

SINCE: Final = Version.V16_0

INVALID_RECIPIENTS: Final = frozenset(
    {CommonStatus.MESSAGE_HAS_NO_RECIPIENT, CommonStatus.MESSAGE_RECIPIENT_UNRESOLVED}
)
"""What is said of a draft with one status of its own (MS-ASCMD_R7472)."""


class DraftMoved(Exception):
    """A draft was changed by somebody else while its new form was made ready: begin anew."""


def takes_drafts(folder: Folder, version: Version) -> bool:
    """Whether a client writes mail in this folder."""
    return version >= SINCE and folder.type is FolderType.DRAFTS


@dataclass(slots=True, frozen=True)
class Draft:
    """What becomes of a draft: its new form, what it was made of, and the mail to be sent, if any."""

    message: Message
    before: Item | None
    outgoing: Prepared | None = None


@dataclass(slots=True)
class PreparedDrafts:
    """What is ready for the commands of one request, by their place in it."""

    ready: dict[int, Draft] = field(default_factory=dict)
    refused: dict[int, SchemaError | SubmissionRefused | CommandRefused] = field(default_factory=dict)

    def take(self, place: int, before: Item | None) -> Draft:
        """The draft for a command, made of an item as it is now.

        Raises SchemaError, SubmissionRefused or CommandRefused where it could not be made, and
        DraftMoved.
        """
        if place in self.refused:
            raise self.refused[place]
        draft = self.ready.get(place)
        if draft is None or _stored(draft.before) != _stored(before):
            raise DraftMoved
        return draft


class Drafts:
    """Makes drafts ready; ``transport`` is the way out for those that are sent."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def prepare(
        self, partner: Partner, commands: Sequence[tuple[int, Command]], stored: Mapping[str, Item]
    ) -> PreparedDrafts:
        """Compose the drafts of a request's commands, and check what is to be sent; waits for the disk.

        The commands come with their places, ``stored`` are the drafts as they are, by id.
        """
        prepared = PreparedDrafts()
        current = dict(stored)
        for place, command in commands:
            try:
                if isinstance(command, AddCommand):
                    draft = self._draft(partner, None, command)
                elif isinstance(command, ChangeCommand) and command.server_id in current:
                    draft = self._draft(partner, current[command.server_id], command)
                    current[command.server_id] = draft.message
                else:
                    continue
                prepared.ready[place] = draft
            except (SchemaError, SubmissionRefused) as error:
                prepared.refused[place] = error
            except KeyError as error:
                prepared.refused[place] = CommandRefused(
                    SyncStatus.CONVERSION_ERROR, f"the draft's bytes are gone: {error}"
                )
        return prepared

    def _draft(self, partner: Partner, before: Item | None, command: AddCommand | ChangeCommand) -> Draft:
        blobs = partner.mailbox.blobs
        message = items.drafts.write(before, command.application_data, partner.version, partner.user, blobs)
        if not command.send:
            return Draft(message, before)
        if message.blob is None:
            raise SubmissionRefused(CommonStatus.INVALID_RECIPIENTS, "a draft without content")
        try:
            outgoing = self._transport.prepare(partner.user, blobs.read(message.blob), save_in_sent=True)
        except SubmissionRefused as refused:
            if refused.status in INVALID_RECIPIENTS:
                raise SubmissionRefused(CommonStatus.INVALID_RECIPIENTS, str(refused)) from refused
            raise
        return Draft(message, before, outgoing)

    async def announce(self, session: Session, user: User, told: Announcement) -> None:
        """Send a message to the attendees of a meeting within the unit of work that stores it.

        What it says is known only there, so its bytes are brought to disk there, too. Raises
        SubmissionRefused.
        """
        prepared = self._transport.prepare(user, told.mime, save_in_sent=False, name=told.name)
        await self._transport.announce(session, prepared)

    async def send(self, session: Session, draft: Draft) -> None:
        """Send within the unit of work that takes the draft away."""
        if draft.outgoing is None:
            raise ValueError("the draft was not made ready to be sent")
        await self._transport.enqueue(session, draft.outgoing)


def _stored(item: Item | None) -> Item | None:
    return None if item is None else item.as_stored
