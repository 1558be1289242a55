"""Mail out of a gateway: its own user's submission server takes it before the phone is answered."""

from __future__ import annotations

from typing import Final

from overair.delivery.local import LocalDelivery
from overair.delivery.sent_mail import SendLimits
from overair.delivery.transport import Prepared, Transport
from overair.mailboxes.gateway.session import GatewaySession
from overair.mailboxes.interface import MailboxUnavailable, Refused, Session
from overair.protocol.statuses import CommonStatus
from overair.sync.submission import SubmissionRefused


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
        does not take it; and MailboxFull.
        """
        if not isinstance(session, GatewaySession):
            raise TypeError("mail of a gateway is sent within a unit of work on a mirror")
        await self._count(session, prepared)
        try:
            session.submit(
                prepared.sender, prepared.recipients, prepared.blob, prepared.name, prepared.message_id
            )
        except (MailboxUnavailable, Refused) as error:
            raise SubmissionRefused(CommonStatus.MAIL_SUBMISSION_FAILED, str(error)) from None
        if self._keeps:
            await self._keep(session, prepared)
