"""From an authenticated request to its answer: schema, partnership, policy, handler."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from overair.devices.device import Device
from overair.devices.partnerships import TooManyDevices
from overair.devices.quirks import Quirk, quirks_of
from overair.directory.interface import User
from overair.mailboxes import interface as mailboxes
from overair.mailboxes.interface import MailboxFull, MailboxUnavailable
from overair.protocol import http
from overair.protocol.http import HttpStatus, Request, command_in_version
from overair.protocol.schema import SchemaError
from overair.protocol.statuses import CommonStatus
from overair.server.answers import Answer, answer, refusal
from overair.server.authentication import Admission
from overair.server.budget import Claim
from overair.server.commands import COMMANDS
from overair.server.commands.command import Command, RawCommand, UserCommand
from overair.server.context import Context, Services
from overair.server.responses import Outcome, Refused
from overair.server.settings import Limits as SizeLimits
from overair.server.waiting import Receive, Waits
from overair.versions import SERVED
from overair.wbxml.decode import Limits, decode
from overair.wbxml.element import Element
from overair.wbxml.errors import WbxmlError

VALIDATING = frozenset({http.Command.FOLDER_SYNC, http.Command.PROVISION, http.Command.SETTINGS})
"""What a device may ask that keeps no state."""
Work = Callable[[Context], Awaitable[Outcome]]
THREADED_READING = 16 * 1024
"""Bytes from which on a body is read beside the event loop: a megabyte of elements takes a second."""
ELEMENT_BYTES = 100
"""What an element that was read takes, its text apart: 82 bytes, and the list that it is in."""
LONGEST_NAME = 256
"""Characters of a User-Agent or device type that are kept."""


async def dispatch(
    services: Services,
    request: Request,
    admission: Admission,
    receive: Receive,
    claim: Claim,
    line: dict[str, object],
    waits: Waits,
) -> Answer:
    """The answer to a request; what goes wrong in an orderly way is an answer, too.

    ``line`` is the request's log line, ``waits`` takes how long it waits. Raises what the endpoint makes
    an HTTP status of.
    """
    version = request.version
    if version not in SERVED:
        # MS-ASCMD_R7559; R7560 has 505 for devices of version 1.0.
        return Answer(HttpStatus.BAD_REQUEST, reason=f"version {version.text} is not served")
    try:
        outcome = await _handle(services, request, admission, receive, claim, line, waits)
    except Refused as error:
        line["status"] = int(error.status)
        has_policy_key = request.policy_key is not None
        return refusal(error.status, request.command, version, str(error), has_policy_key=has_policy_key)
    status = getattr(getattr(outcome, "message", outcome), "status", None)
    if status is not None:
        line["status"] = int(status)
    answered = answer(outcome, version)
    claim.hold_now(len(answered.body))  # until it is sent; the request is done with
    return answered


async def _handle(
    services: Services,
    request: Request,
    admission: Admission,
    receive: Receive,
    claim: Claim,
    line: dict[str, object],
    waits: Waits,
) -> Outcome:
    if not command_in_version(request.command, request.version):
        raise Refused(CommonStatus.VERSION_NOT_SUPPORTED, f"no {request.command} in {request.version.text}")
    command = COMMANDS.get(request.command)
    if command is None:
        raise Refused(CommonStatus.COMMAND_NOT_SUPPORTED, f"{request.command} is not served")
    if isinstance(command, UserCommand):
        admission.require(services.directory)
        return await command.handle(services, request, admission.user)
    # The message is read first: a request that makes no sense leaves nothing behind, no partnership either.
    work: Work
    if isinstance(command, RawCommand):
        work = command.handle
    else:
        try:
            limits = services.settings.limits
            size = len(request.body)
            if size < THREADED_READING:
                work, elements = _work(command, request, limits)
            else:
                async with services.budget.reading:
                    work, elements = await asyncio.to_thread(_work, command, request, limits)
            claim.hold_now(size + ELEMENT_BYTES * elements)
        except SchemaError as error:
            line["reason"] = str(error)
            return command.refuse(error)
    # The body may have taken its time, and so may the device's lock.
    admission.require(services.directory)
    device = await _device(services, request, admission.user)
    demand = services.policy.demand(device, request)
    if demand is not None:
        raise Refused(demand, "the policy asks for provisioning")
    try:
        async with services.locks.hold(device.device_key) as lock:
            admission.require(services.directory)
            context = Context(
                services=services,
                request=request,
                admission=admission,
                device=device,
                mailbox=services.mailbox(admission.user.account_id),
                version=request.version,
                lock=lock,
                receive=receive,
                claim=claim,
                waits=waits,
            )
            return await work(context)
    except MailboxFull as error:  # Sync says it of the one item (MS-ASCMD_R4450)
        raise Refused(CommonStatus.MAILBOX_QUOTA_EXCEEDED, str(error)) from None
    except mailboxes.Refused as error:
        raise Refused(CommonStatus.ACCESS_DENIED, str(error)) from None
    except (MailboxUnavailable, OSError) as error:  # OSError: the disk takes no message, or gives none
        raise Refused(CommonStatus.SERVER_ERROR_RETRY_LATER, str(error)) from None


async def _device(services: Services, request: Request, user: User) -> Device:
    """The partnership of the device that sent a request."""
    user_agent = request.user_agent[:LONGEST_NAME]
    device_type = request.device_type[:LONGEST_NAME]
    if Quirk.KEEPS_NO_STATE in quirks_of(request.device_id, user_agent):
        if request.command not in VALIDATING:
            raise Refused(CommonStatus.DEVICE_IS_BLOCKED_FOR_THIS_USER, "this device id keeps no state")
        return Device(0, user.account_id, request.device_id, device_type, user_agent, policy_key=0)
    try:
        return await services.partnerships.contact(
            user.account_id, request.device_id, device_type, user_agent, request.version
        )
    except TooManyDevices as error:
        raise Refused(CommonStatus.MAXIMUM_DEVICES_REACHED, str(error)) from None


def _work(command: Command[Any], request: Request, most: SizeLimits) -> tuple[Work, int]:
    """What there is to do for a request, its message being read, and of how many elements that is.

    Raises Refused, SchemaError.
    """
    if request.version < command.since and command.handle_raw is not None:
        return command.handle_raw, 0
    if not request.body:
        if command.handle_empty is None:
            raise Refused(CommonStatus.INVALID_CONTENT, "the body is missing")  # MS-ASCMD_R4812
        return command.handle_empty, 0
    if not request.has_wbxml:
        raise Refused(CommonStatus.INVALID_CONTENT, f"Content-Type {request.content_type[:40]!r}")
    bounds = Limits(size=most.request_body, depth=most.wbxml_depth, elements=most.wbxml_elements)
    try:
        tree = decode(request.body, bounds)
    except WbxmlError as error:
        raise Refused(CommonStatus.INVALID_WBXML, str(error)) from None
    message = command.message.from_element(tree, request.version)
    return (lambda context: command.handle(context, message)), _elements(tree)


def _elements(tree: Element) -> int:
    count = 0
    waiting = [tree]
    while waiting:
        children = waiting.pop().children
        count += len(children)
        waiting += children
    return count
