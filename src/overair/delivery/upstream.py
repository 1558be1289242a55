"""Mail out of a gateway: its own user's submission server takes it before the phone is answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import structlog

from overair.delivery.local import LocalDelivery
from overair.delivery.non_delivery import LONGEST_HEADER, Circumstances, report
from overair.delivery.queue import Recipient
from overair.delivery.sent_mail import SendLimits
from overair.delivery.transport import Prepared, Transport
from overair.delivery.users_submission import RecipientsRefused
from overair.delivery.wire_form import ascii_domain
from overair.items.mail.message import Message, index_message
from overair.mailboxes.gateway.session import GatewaySession
from overair.mailboxes.interface import FolderType, MailboxError, MailboxUnavailable, Refused, Session
from overair.protocol.statuses import CommonStatus
from overair.sync.submission import SubmissionRefused

log = structlog.get_logger(__name__)


class UpstreamTransport(Transport):
    """Sends within the unit of work; nothing is queued, since nobody holds the password later.

    ``keeps`` says whether a copy is kept among the sent messages, or the server there does that.
    """

    def __init__(
        self, delivery: LocalDelivery, domain: str, limits: SendLimits, *, keeps: bool = True
    ) -> None:
        super().__init__(delivery, domain, limits)
        self._keeps: Final = keeps

    async def enqueue(self, session: Session, prepared: Prepared) -> None:
        """Send a message within the unit of work of the sender's mailbox.

        Raises SubmissionRefused: 115 where the account has sent too much, 120 where the submission server
        does not take it. A copy that its server will not keep is none: who hears that a message was not sent
        sends it again.
        """
        await self._count(session, prepared)
        try:
            self._submit(session, prepared, prepared.recipients)
        except Refused as error:
            raise SubmissionRefused(CommonStatus.MAIL_SUBMISSION_FAILED, str(error)) from None
        if not self._keeps:
            return
        try:
            await self._keep(session, prepared)
        except MailboxUnavailable:
            raise  # the copy is filed when the phone asks again, which sends nothing any more
        except MailboxError as error:
            log.warning(
                "a message was sent, and no copy can be kept",
                account_id=session.account_id,
                reason=type(error).__name__,
            )

    async def announce(self, session: Session, prepared: Prepared) -> None:
        """Send a message to the attendees of a meeting, which stands whoever can be told of it: in the Inbox
        its organizer is told of those whom the submission server does not take. Raises SubmissionRefused.
        """
        await self._count(session, prepared)
        waiting, refused, server = list(prepared.recipients), list[Recipient](), ""
        while waiting:
            try:
                self._submit(session, prepared, waiting)
            except RecipientsRefused as error:
                refused += error.recipients
                server = error.server
                gone = {one.address for one in error.recipients}
                waiting = [one for one in waiting if one not in gone]
            except Refused as error:
                raise SubmissionRefused(CommonStatus.MAIL_SUBMISSION_FAILED, str(error)) from None
            else:
                break
        if refused:
            report = self._report(prepared, refused, server)
            inbox = await session.folder_of_type(FolderType.INBOX)
            await session.add(inbox.folder_id, report, beyond_quota=True)

    def _report(self, prepared: Prepared, refused: list[Recipient], server: str) -> Message:
        """What an organizer is told, with its bytes on disk."""
        blobs, now = self._delivery.blobs, self._clock().replace(microsecond=0)
        known = Circumstances(ascii_domain(self._domain), now, server)
        header = blobs.read(prepared.blob, 0, LONGEST_HEADER)
        mime = report(header, prepared.sender, refused, known)
        return msgspec.structs.replace(index_message(mime, now), blob=blobs.put(mime), read=False)

    @staticmethod
    def _submit(session: Session, prepared: Prepared, recipients: Sequence[str]) -> None:
        """Raises Refused, and SubmissionRefused where nobody knows."""
        if not isinstance(session, GatewaySession):
            raise TypeError("mail of a gateway is sent within a unit of work on a mirror")
        try:
            session.submit(prepared.sender, recipients, prepared.blob, prepared.name, prepared.message_id)
        except MailboxUnavailable as error:
            raise SubmissionRefused(CommonStatus.MAIL_SUBMISSION_FAILED, str(error)) from None
