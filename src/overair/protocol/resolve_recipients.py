"""Resolve recipients: who is meant, when they are busy, their certificates (MS-ASCMD 2.2.1.15)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from overair.protocol.data_types import (
    BASE64,
    DATE_TIME,
    INTEGER,
    OPAQUE,
    STRING,
    UNSIGNED_BYTE,
    UNSIGNED_INTEGER,
    Enumeration,
    Integer,
    String,
)
from overair.protocol.schema import Field, Nested, Record
from overair.protocol.statuses import CertificateRetrieval
from overair.wbxml.pages import ResolveRecipients

SEARCH_TEXT = String(max_length=256)
"""MS-ASCMD_R4611."""
LIMIT = Integer(0, 9999)
"""MS-ASCMD_R3248, R3253."""


class AvailabilityRequest(Record):
    """The span for which it is asked when people are busy; without an end it is seven days."""

    start_time: Annotated[datetime, Field(ResolveRecipients.StartTime, DATE_TIME)]
    end_time: Annotated[datetime | None, Field(ResolveRecipients.EndTime, DATE_TIME)] = None


class PhotoOptions(Record):
    """How large photos may be, in bytes, and how many of each To."""

    max_size: Annotated[int | None, Field(ResolveRecipients.MaxSize, UNSIGNED_INTEGER)] = None
    max_pictures: Annotated[int | None, Field(ResolveRecipients.MaxPictures, UNSIGNED_INTEGER)] = None


class Options(Record):
    """What is asked of the recipients."""

    certificate_retrieval: Annotated[
        CertificateRetrieval | None,
        Field(ResolveRecipients.CertificateRetrieval, Enumeration(CertificateRetrieval)),
    ] = None
    max_certificates: Annotated[int | None, Field(ResolveRecipients.MaxCertificates, LIMIT)] = None
    max_ambiguous_recipients: Annotated[
        int | None, Field(ResolveRecipients.MaxAmbiguousRecipients, LIMIT)
    ] = None
    availability: Annotated[
        AvailabilityRequest | None, Field(ResolveRecipients.Availability, Nested(AvailabilityRequest))
    ] = None
    picture: Annotated[PhotoOptions | None, Field(ResolveRecipients.Picture, Nested(PhotoOptions))] = None


class ResolveRecipientsRequest(Record):
    """Names and addresses, each the beginning of what a recipient is called."""

    element_tag = ResolveRecipients.ResolveRecipients

    to: Annotated[tuple[str, ...], Field(ResolveRecipients.To, SEARCH_TEXT, repeated=True)]
    options: Annotated[Options | None, Field(ResolveRecipients.Options, Nested(Options))] = None


class Availability(Record):
    """When a recipient is busy: a digit for each half hour (server.availability.Digit), or why not."""

    status: Annotated[int, Field(ResolveRecipients.Status, INTEGER)]
    """statuses.AvailabilityStatus."""
    merged_free_busy: Annotated[str | None, Field(ResolveRecipients.MergedFreeBusy, STRING)] = None


class Certificates(Record):
    """A recipient's certificates, or why there are none."""

    status: Annotated[int, Field(ResolveRecipients.Status, INTEGER)]
    """statuses.CertificatesStatus."""
    certificate_count: Annotated[int | None, Field(ResolveRecipients.CertificateCount, INTEGER)] = None
    recipient_count: Annotated[int | None, Field(ResolveRecipients.RecipientCount, INTEGER)] = None
    certificates: Annotated[
        tuple[bytes, ...], Field(ResolveRecipients.Certificate, BASE64, repeated=True)
    ] = ()
    mini_certificate: Annotated[bytes | None, Field(ResolveRecipients.MiniCertificate, BASE64)] = None


class Photo(Record):
    """A recipient's photo, or why there is none."""

    status: Annotated[int, Field(ResolveRecipients.Status, INTEGER)]
    """statuses.PictureStatus."""
    data: Annotated[bytes | None, Field(ResolveRecipients.Data, OPAQUE)] = None


class Recipient(Record):
    """One whom a To means, or may mean."""

    type: Annotated[int, Field(ResolveRecipients.Type, UNSIGNED_BYTE)]
    """statuses.RecipientType."""
    display_name: Annotated[str, Field(ResolveRecipients.DisplayName, STRING)]
    email_address: Annotated[str, Field(ResolveRecipients.EmailAddress, STRING)]
    availability: Annotated[
        Availability | None, Field(ResolveRecipients.Availability, Nested(Availability))
    ] = None
    certificates: Annotated[
        Certificates | None, Field(ResolveRecipients.Certificates, Nested(Certificates))
    ] = None
    photo: Annotated[Photo | None, Field(ResolveRecipients.Picture, Nested(Photo))] = None


class Response(Record):
    """Whom one To means; ``recipient_count`` is of all who fit, also of those that are not told."""

    to: Annotated[str, Field(ResolveRecipients.To, SEARCH_TEXT)]
    status: Annotated[int, Field(ResolveRecipients.Status, INTEGER)]
    """statuses.RecipientStatus."""
    recipient_count: Annotated[int | None, Field(ResolveRecipients.RecipientCount, INTEGER)] = None
    recipients: Annotated[
        tuple[Recipient, ...], Field(ResolveRecipients.Recipient, Nested(Recipient), repeated=True)
    ] = ()


class ResolveRecipientsResponse(Record):
    """The answer to each To, in their order."""

    element_tag = ResolveRecipients.ResolveRecipients

    status: Annotated[int, Field(ResolveRecipients.Status, INTEGER)]
    """statuses.ResolveRecipientsStatus or CommonStatus."""
    responses: Annotated[
        tuple[Response, ...], Field(ResolveRecipients.Response, Nested(Response), repeated=True)
    ] = ()
