"""What every command of the client goes through: version, policy key, WBXML, provisioning."""

from __future__ import annotations

import ssl as tls
from collections.abc import Awaitable, Callable
from typing import Any, Final, Self, TypeVar

import aiohttp
from aiohttp.abc import AbstractResolver

from overair.client.connection import MAXIMUM_ANSWER, Answer, Connection, Offer
from overair.client.errors import HttpError, InvalidAnswer, StatusError, WipeRequested
from overair.client.wire import Trace, read, write
from overair.protocol.device_information import DeviceDescription, DeviceInformationRequest
from overair.protocol.http import WBXML_TYPE, Command, Credentials, HttpStatus, Request
from overair.protocol.policy import EASProvisionDoc
from overair.protocol.provision import (
    POLICY_TYPE,
    PolicyRequest,
    PolicyResponse,
    ProvisionRequest,
    ProvisionResponse,
    WipeAcknowledgement,
)
from overair.protocol.schema import Record
from overair.protocol.statuses import (
    PROVISIONING_STATUSES,
    PolicyAcknowledgement,
    PolicyStatus,
    ProvisionStatus,
    WipeStatus,
)
from overair.versions import SERVED, Version

R = TypeVar("R", bound=Record)
T = TypeVar("T")

DEFAULT_TIMEOUT: Final = 60.0
USER_AGENT: Final = "Overair"


class Session:
    """One device of one user at one server.

    ``version`` None asks the server by OPTIONS and takes the newest that both know. ``password`` goes
    as UTF-8 unless it is given as bytes. ``ssl``, ``hosts``, ``confirm`` and ``maximum_answer`` are those
    of a Connection.
    ``trace`` sees every tree, private ones too.
    """

    def __init__(
        self,
        url: str,
        user: str,
        password: str | bytes,
        *,
        device_id: str,
        device_type: str = "Overair",
        device: DeviceDescription | None = None,
        version: Version | None = None,
        ssl: tls.SSLContext | aiohttp.Fingerprint | bool = True,
        hosts: AbstractResolver | None = None,
        confirm: Callable[[str], bool] | None = None,
        base64_query: bool = False,
        gzip: bool = True,
        user_agent: str = USER_AGENT,
        timeout: float = DEFAULT_TIMEOUT,
        maximum_answer: int = MAXIMUM_ANSWER,
        trace: Trace | None = None,
    ) -> None:
        self.user = user
        self.device_id = device_id
        self.device_type = device_type
        self.device = device or DeviceDescription(model=device_type)
        self.policy_key = 0
        """The policy key in force; 0 before provisioning."""
        self.policy: EASProvisionDoc | None = None
        """What the server asked of the device."""
        self.base64_query = base64_query
        self.gzip = gzip
        self.timeout = timeout
        """Seconds for the answer to a command that does not wait."""
        self.trace = trace
        self._version = version
        self._user_agent = user_agent
        said = password.encode() if isinstance(password, str) else password
        self._connection = Connection(
            url,
            Credentials(user, said),
            ssl,
            hosts=hosts,
            confirm=confirm,
            maximum_answer=maximum_answer,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._connection.close()

    async def options(self) -> Offer:
        """The versions and commands that the server offers."""
        return await self._connection.options(self.timeout, {"User-Agent": self._user_agent})

    async def version(self) -> Version:
        """The protocol version in use; the first time asks the server unless it was given."""
        if self._version is None:
            offered = (await self.options()).versions
            common = [version for version in SERVED if version in offered]
            if not common:
                raise InvalidAnswer("the server offers no protocol version that is known here")
            self._version = common[-1]
        return self._version

    async def call(
        self, command: Command, message: Record | None, response: type[R], *, timeout: float | None = None
    ) -> R | None:
        """Execute a command: its message there, its answer back; None for an answer without a body.

        Provisions and repeats the command where the server asks for that. Raises StatusError for a
        common status at the top of the answer, and ClientError's other kinds.
        """
        version = await self.version()
        body = b"" if message is None else write(command, message, version, self.trace)

        async def once() -> R | None:
            answer = await self.post(command, body, timeout=timeout)
            return read(command, answer.body, response, version, self.trace) if answer.body else None

        return await self.provisioned(once)

    async def provisioned(self, execute: Callable[[], Awaitable[T]]) -> T:
        """Execute; where the server asks for provisioning first, provision and execute again."""
        try:
            return await execute()
        except HttpError as error:
            if error.status != HttpStatus.RETRY_AFTER_PROVISIONING:
                raise
        except StatusError as error:
            if error.status not in PROVISIONING_STATUSES:
                raise
        await self.provision()
        return await execute()

    async def post(
        self,
        command: Command,
        body: bytes = b"",
        *,
        content_type: str = WBXML_TYPE,
        timeout: float | None = None,
        **parameters: Any,  # those of Request, which types them
    ) -> Answer:
        """Send bytes as a command's body and give the answer's as they are."""
        request = Request(
            command=command,
            user=self.user,
            device_id=self.device_id,
            device_type=self.device_type,
            version=await self.version(),
            accept_gzip=self.gzip,
            content_type=content_type,
            user_agent=self._user_agent,
            body=body,
            **({"policy_key": self.policy_key} | parameters),
        )
        seconds = self.timeout if timeout is None else timeout
        return await self._connection.post(request, seconds, base64=self.base64_query)

    async def provision(self) -> EASProvisionDoc | None:
        """Fetch the policy and acknowledge it; None where the server has none for this device.

        Raises WipeRequested where the server orders a wipe instead.
        """
        version = await self.version()
        about = DeviceInformationRequest(set=self.device) if version >= Version.V14_1 else None
        asked = PolicyRequest(policy_type=POLICY_TYPE)
        # MS-ASPROV_R315: the first request carries no policy key.
        offered = await self._provision(ProvisionRequest(device_information=about, policies=(asked,)), None)
        if not offered.policies or offered.policies[0].status == PolicyStatus.NO_POLICY:
            self.policy = None
            return None
        policy, key = self._policy_of(offered)
        done = PolicyRequest(
            policy_type=POLICY_TYPE, policy_key=str(key), status=PolicyAcknowledgement.SUCCESS
        )
        _, self.policy_key = self._policy_of(await self._provision(ProvisionRequest(policies=(done,)), key))
        self.policy = policy.data.document if policy.data else None
        return self.policy

    async def acknowledge_wipe(self, *, account_only: bool = False, succeeded: bool = True) -> None:
        """Tell the server what became of the wipe that it ordered."""
        word = WipeAcknowledgement(status=WipeStatus.SUCCESS if succeeded else WipeStatus.FAILED)
        request = ProvisionRequest(
            remote_wipe=None if account_only else word,
            account_only_remote_wipe=word if account_only else None,
        )
        await self._provision(request, None)

    async def _provision(self, request: ProvisionRequest, policy_key: int | None) -> ProvisionResponse:
        version = await self.version()
        body = write(Command.PROVISION, request, version, self.trace)
        answer = await self.post(Command.PROVISION, body, policy_key=policy_key)
        response = read(Command.PROVISION, answer.body, ProvisionResponse, version, self.trace)
        if response.remote_wipe or response.account_only_remote_wipe:
            raise WipeRequested(account_only=not response.remote_wipe)
        if response.status != ProvisionStatus.SUCCESS:
            raise StatusError(Command.PROVISION, response.status)
        return response

    @staticmethod
    def _policy_of(response: ProvisionResponse) -> tuple[PolicyResponse, int]:
        if not response.policies or response.policies[0].status != PolicyStatus.SUCCESS:
            status = response.policies[0].status if response.policies else response.status
            raise StatusError(Command.PROVISION, status)
        (policy, *_) = response.policies
        if not (policy.policy_key or "").isdecimal():
            raise InvalidAnswer("Provision was answered without a policy key")
        return policy, int(policy.policy_key or 0)
