"""Who sends a request: HTTP Basic credentials (MS-ASHTTP 2.2.1.1.2.2)."""

from __future__ import annotations

from typing import Final

from overair.directory.interface import Directory, LoginHeldUp, User
from overair.protocol.http import Credentials, HttpStatus
from overair.server.responses import HttpError

CHALLENGE: Final = (("WWW-Authenticate", 'Basic realm="Overair", charset="UTF-8"'),)


async def authenticate(
    directory: Directory, credentials: Credentials | None, client_address: str, device_id: str
) -> User:
    """The user who sends a request. Raises HttpError: 401, or 503 while log-ins are held up."""
    if credentials is None:
        raise HttpError(HttpStatus.UNAUTHORIZED, "no Basic credentials", CHALLENGE)
    try:
        user = await directory.authenticate(
            credentials.login, credentials.password, client_address, device_id
        )
    except LoginHeldUp as error:
        headers = (("Retry-After", str(error.retry_after)),)
        raise HttpError(HttpStatus.SERVICE_UNAVAILABLE, str(error), headers) from None
    if user is None:
        raise HttpError(HttpStatus.UNAUTHORIZED, "wrong log-in or password", CHALLENGE)
    return user
