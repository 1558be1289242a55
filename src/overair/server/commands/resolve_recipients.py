"""ResolveRecipients (MS-ASCMD 2.2.1.15): whom names mean, and when those people are busy."""

from __future__ import annotations

from typing import Final

from overair.protocol import http
from overair.protocol.resolve_recipients import (
    Availability,
    Certificates,
    Options,
    Photo,
    Recipient,
    ResolveRecipientsRequest,
    ResolveRecipientsResponse,
    Response,
)
from overair.protocol.schema import SchemaError
from overair.protocol.statuses import (
    AvailabilityStatus,
    CertificateRetrieval,
    CertificatesStatus,
    PictureStatus,
    RecipientStatus,
    ResolveRecipientsStatus,
)
from overair.server.address_list import PhotoLimits, photo_status
from overair.server.availability import InvalidSpan, availabilities, span_of
from overair.server.commands.command import Command
from overair.server.context import Context
from overair.server.recipients import Found, Matches, find_recipients, stranger
from overair.server.responses import Outcome

MOST_RECIPIENTS: Final = 100
"""To elements of one request (MS-ASCMD_R5655)."""


async def handle(context: Context, message: ResolveRecipientsRequest) -> Outcome:
    """Say whom each To means."""
    if len(message.to) > MOST_RECIPIENTS:
        return _failure(ResolveRecipientsStatus.PROTOCOL_ERROR)  # MS-ASCMD_R5656
    options = message.options or Options()
    span = None
    if options.availability is not None:
        try:
            span = span_of(options.availability, context.services.settings.calendar.time_zone)
        except InvalidSpan:
            return _failure(ResolveRecipientsStatus.PROTOCOL_ERROR)
    matches = {text: await find_recipients(context, text) for text in dict.fromkeys(message.to)}
    times: dict[str, Availability] = {}
    if span is not None:
        # Of who is in no list here a calendar server may know, which then says who is meant.
        strangers = {text: stranger(text) for text, found in matches.items() if not found.total}
        people = [found.found[0] for found in matches.values() if found.total == 1]
        people += [one for one in strangers.values() if one is not None]
        times = await availabilities(context, people, span)
        for text, one in strangers.items():
            if one is not None and times[one.address].status == AvailabilityStatus.SUCCESS:
                matches[text] = Matches((one,), 1)
    return ResolveRecipientsResponse(
        status=ResolveRecipientsStatus.SUCCESS,
        responses=tuple(_response(to, matches[to], options, times) for to in message.to),
    )


def _response(to: str, matches: Matches, options: Options, times: dict[str, Availability]) -> Response:
    told = matches.found
    status = RecipientStatus.RESOLVED
    if not told:
        status = RecipientStatus.NOT_FOUND
    elif matches.total > 1:
        told = told[: options.max_ambiguous_recipients]
        whole = len(told) == matches.total
        status = RecipientStatus.AMBIGUOUS if whole else RecipientStatus.AMBIGUOUS_AND_CUT
    photos = _photos(told, options)
    recipients = tuple(
        Recipient(
            type=one.type,
            display_name=one.display_name,
            email_address=one.address,
            # Neither is told of who is only suggested (MS-ASCMD_R4279, R4617).
            availability=times.get(one.address) if status is RecipientStatus.RESOLVED else None,
            certificates=_certificates(options) if status is RecipientStatus.RESOLVED else None,
            photo=photo,
        )
        for one, photo in zip(told, photos, strict=True)
    )
    return Response(to=to, status=status, recipient_count=matches.total, recipients=recipients)


def _certificates(options: Options) -> Certificates | None:
    """No certificates are kept of anybody: neither the address list nor contacts have a place for them."""
    if options.certificate_retrieval in (None, CertificateRetrieval.NONE):
        return None
    return Certificates(status=CertificatesStatus.NONE_VALID, certificate_count=0)


def _photos(told: tuple[Found, ...], options: Options) -> list[Photo | None]:
    """The photos of whom one To means, to each of which the limits apply (MS-ASCMD_R3290, R3291)."""
    if options.picture is None:
        return [None] * len(told)
    limits = PhotoLimits(options.picture.max_size, options.picture.max_pictures)
    photos: list[Photo | None] = []
    given = 0
    for one in told:
        status = photo_status(one.picture, limits, given)
        is_told = status is PictureStatus.SUCCESS
        given += is_told
        photos.append(Photo(status=status, data=one.picture if is_told else None))
    return photos


def _failure(status: ResolveRecipientsStatus) -> ResolveRecipientsResponse:
    return ResolveRecipientsResponse(status=status)


def refuse(error: SchemaError) -> Outcome:
    """A request that breaks its schema (MS-ASCMD_R4270)."""
    return _failure(ResolveRecipientsStatus.PROTOCOL_ERROR)


COMMAND: Final = Command(http.Command.RESOLVE_RECIPIENTS, ResolveRecipientsRequest, handle, refuse)
