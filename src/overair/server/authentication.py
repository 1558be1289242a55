"""Who sends a request: HTTP Basic credentials (MS-ASHTTP 2.2.1.1.2.2)."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.directory.interface import Directory, LoginHeldUp, User
from overair.protocol.http import Credentials, HttpStatus
from overair.server.responses import HttpError

CHALLENGE: Final = (("WWW-Authenticate", 'Basic realm="Overair", charset="UTF-8"'),)


class Admission(msgspec.Struct, frozen=True):
    """Who was let in, and when: a request may take an hour, and a password may change meanwhile."""

    user: User
    generation: int
    """That of the directory when it began to check."""

    def require(self, directory: Directory) -> None:
        """Raise HttpError (503) when the log-in was dropped since, as by a new password.

        It may still be right, so the phone comes back, and is asked for a password only if it is not.
        """
        if not self.holds(directory):
            reason = "the log-in was dropped meanwhile"
            raise HttpError(HttpStatus.SERVICE_UNAVAILABLE, reason, (("Retry-After", "1"),))

    def holds(self, directory: Directory) -> bool:
        """Whether the log-in was not dropped since."""
        return directory.holds(self.user, self.generation)


def required(credentials: Credentials | None) -> Credentials:
    """The credentials of a request, which has to bring some. Raises HttpError (401)."""
    if credentials is None:
        raise HttpError(HttpStatus.UNAUTHORIZED, "no Basic credentials", CHALLENGE)
    return credentials


async def authenticate(
    directory: Directory, credentials: Credentials, client_address: str, device_id: str
) -> Admission:
    """The user who sends a request. Raises HttpError: 401, or 503 while log-ins are held up."""
    generation = directory.generation
    try:
        user = await directory.authenticate(
            credentials.login, credentials.password, client_address, device_id
        )
    except LoginHeldUp as error:
        headers = (("Retry-After", str(error.retry_after)),)
        raise HttpError(HttpStatus.SERVICE_UNAVAILABLE, str(error), headers) from None
    if user is None:
        raise HttpError(HttpStatus.UNAUTHORIZED, "wrong log-in or password", CHALLENGE)
    return Admission(user, generation)
