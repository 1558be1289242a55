"""The phone that the doctor plays."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
from typing import Any, Final
from urllib.parse import unquote

from overair.client import Client, HttpError, connection
from overair.doctor.bedside import Bedside
from overair.doctor.check import NotReached
from overair.doctor.facts.login import LoggedIn, Spoken
from overair.doctor.facts.protocol import Provisioned
from overair.doctor.facts.web import Endpoint
from overair.doctor.network.resolving import Hosts
from overair.doctor.network.trusting import believed
from overair.doctor.network.web import USER_AGENT, Answer, Unanswered
from overair.protocol.device_information import DeviceDescription
from overair.protocol.folder_sync import FolderSyncRequest
from overair.protocol.http import WBXML_TYPE, Command, HttpStatus, Request
from overair.versions import SERVED, Version
from overair.wbxml import encode

DEVICE_TYPE: Final = "OverairDoctor"
DEVICE: Final = DeviceDescription(model=DEVICE_TYPE, friendly_name="overair doctor")
MAXIMUM_ANSWER: Final = 16 * 1024 * 1024
"""Bytes, after decompression: far more than ten items with short texts have."""
MALAY: Final = 0x043E
"""A locale whose number makes a + of base64 wherever a query begins with version, command and locale."""


def device_id() -> str:
    """The same for the same user of the same machine, so that the doctor is one device of an account."""
    seed = f"{platform.node()}\n{os.getuid()}\ndoctor"
    return f"OVERAIRDOCTOR{hashlib.sha256(seed.encode()).hexdigest()[:16].upper()}"


class _Phone(Client):
    """A client whose refusals count as those of all other log-ins of the examination do."""

    def __init__(self, bedside: Bedside) -> None:
        complaint = bedside.complaint
        login = bedside.fact(LoggedIn).login
        self._attempts = bedside.attempts
        self._url = bedside.fact(Endpoint).url
        super().__init__(
            self._url,
            login.user,
            login.credentials.password,
            device_id=device_id(),
            device_type=DEVICE_TYPE,
            device=DEVICE,
            version=bedside.fact(Spoken).version,
            ssl=believed(complaint),
            hosts=Hosts(complaint.surroundings),
            confirm=complaint.may_tell,
            user_agent=USER_AGENT,
            timeout=complaint.surroundings.answer_seconds,
            maximum_answer=MAXIMUM_ANSWER,
        )
        provisioned = bedside.wanted(Provisioned)
        if provisioned is not None:
            self.policy_key = provisioned.policy_key

    async def post(
        self,
        command: Command,
        body: bytes = b"",
        *,
        content_type: str = WBXML_TYPE,
        timeout: float | None = None,
        **parameters: Any,  # those of Request, which types them
    ) -> connection.Answer:
        """Send it when a log-in may be sent. Raises NotReached after too many refusals."""
        # Nobody waits until a Ping is answered, which may take half an hour.
        turn = contextlib.nullcontext() if command is Command.PING else self._attempts.turn()
        async with turn:
            try:
                return await super().post(
                    command, body, content_type=content_type, timeout=timeout, **parameters
                )
            except HttpError as error:
                if error.status == HttpStatus.UNAUTHORIZED:
                    self._attempts.refuse(self.user, self._url)
                raise


def phone(bedside: Bedside) -> Client:
    """A client in the place of a phone, with the policy key that it has got so far.

    It follows the server to another host only where the password may be told there.
    """
    return _Phone(bedside)


def probe_of(url: str, user: str, offered: str, *, base64: bool = False) -> tuple[str, dict[str, str], bytes]:
    """URL, headers and body of the first FolderSync of a phone, in a version that is offered.

    With ``base64`` the query has signs that proxies take for something else, a + and a = at least.
    """
    versions = [version for version in SERVED if version.text in offered.replace(" ", "").split(",")]
    version = versions[-1] if versions else Version.V12_1
    request = Request(
        command=Command.FOLDER_SYNC,
        user=user,
        device_id=device_id(),
        device_type=DEVICE_TYPE,
        version=version,
        locale=MALAY if base64 else None,
        content_type=WBXML_TYPE,
        user_agent=USER_AGENT,
        body=encode(FolderSyncRequest(sync_key="0").to_element(version)),
    )
    query = request.to_query(base64=base64)
    # Phones write base64 as it is, without escapes.
    target = f"{url}?{unquote(query) if base64 else query}"
    return target, dict(request.to_headers(base64=base64)), request.body


async def first_command(bedside: Bedside, url: str, *, base64: bool = False) -> Answer:
    """What is answered to the first FolderSync of the user who has logged in (``LoggedIn``).

    Raises NotReached where nothing is.
    """
    logged_in = bedside.fact(LoggedIn)
    offered = ",".join(logged_in.versions)
    target, headers, body = probe_of(url, logged_in.login.user, offered, base64=base64)
    try:
        return await bedside.attempts.ask(
            bedside.complaint, logged_in.login, "POST", target, headers=headers, body=body
        )
    except Unanswered as error:
        raise NotReached(f"{url}: {error.why}") from error
