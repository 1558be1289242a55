"""SendMail, SmartReply and SmartForward from 14.0 on (MS-ASCMD 2.2.1.17, 2.2.1.19, 2.2.1.20).

Up to 12.1 the body of the request is the MIME message itself and the rest stands in the query.
"""

from __future__ import annotations

from typing import Annotated, Final

from overair.protocol.body_preferences import BodyType
from overair.protocol.data_types import INTEGER, OPAQUE, STRING, Enumeration, String
from overair.protocol.schema import PRESENCE, Field, Nested, Record, Sequence
from overair.versions import Version
from overair.wbxml.pages import AirSyncBase, ComposeMail, RightsManagement

CLIENT_ID: Final = String(min_length=1, max_length=40)


class Source(Record):
    """The message that is replied to or forwarded: by folder and item, or by LongId."""

    folder_id: Annotated[str | None, Field(ComposeMail.FolderId, String(min_length=1, max_length=64))] = None
    item_id: Annotated[str | None, Field(ComposeMail.ItemId, String(min_length=1, max_length=64))] = None
    long_id: Annotated[str | None, Field(ComposeMail.LongId, String(min_length=1, max_length=256))] = None
    instance_id: Annotated[str | None, Field(ComposeMail.InstanceId, STRING)] = None


class Forwardee(Record):
    """Who gets a forwarded meeting."""

    email: Annotated[str, Field(ComposeMail.Email, String(min_length=1))]
    name: Annotated[str | None, Field(ComposeMail.Name, STRING)] = None


class ForwardBody(Record):
    """What the client says above a forwarded meeting (MS-ASAIRS_R1332)."""

    type: Annotated[BodyType, Field(AirSyncBase.Type, Enumeration(BodyType))]
    data: Annotated[str, Field(AirSyncBase.Data, STRING)]


class SendMailRequest(Record, kw_only=True):
    """A message to send. ``client_id`` is the same when the client sends the message again."""

    element_tag = ComposeMail.SendMail

    client_id: Annotated[str, Field(ComposeMail.ClientId, CLIENT_ID)]
    account_id: Annotated[str | None, Field(ComposeMail.AccountId, STRING)] = None
    save_in_sent_items: Annotated[bool, Field(ComposeMail.SaveInSentItems, PRESENCE)] = False
    mime: Annotated[bytes, Field(ComposeMail.Mime, OPAQUE)]
    template_id: Annotated[str | None, Field(RightsManagement.TemplateID, STRING)] = None


class SmartReplyRequest(Record, kw_only=True):
    """A reply; the server adds the original unless ``replace_mime``."""

    element_tag = ComposeMail.SmartReply

    client_id: Annotated[str, Field(ComposeMail.ClientId, CLIENT_ID)]
    source: Annotated[Source, Field(ComposeMail.Source, Nested(Source))]
    account_id: Annotated[str | None, Field(ComposeMail.AccountId, STRING)] = None
    save_in_sent_items: Annotated[bool, Field(ComposeMail.SaveInSentItems, PRESENCE)] = False
    replace_mime: Annotated[bool, Field(ComposeMail.ReplaceMime, PRESENCE)] = False
    mime: Annotated[bytes, Field(ComposeMail.Mime, OPAQUE)]
    template_id: Annotated[str | None, Field(RightsManagement.TemplateID, STRING)] = None


class SmartForwardRequest(Record, kw_only=True):
    """A forwarded message, or with ``forwardees`` an event for which the server composes the message.

    Then ``mime``, ``save_in_sent_items``, ``replace_mime`` and ``template_id`` are not there
    (MS-ASCMD_R7176), and ``body`` may be.
    """

    element_tag = ComposeMail.SmartForward

    client_id: Annotated[str, Field(ComposeMail.ClientId, CLIENT_ID)]
    source: Annotated[Source, Field(ComposeMail.Source, Nested(Source))]
    account_id: Annotated[str | None, Field(ComposeMail.AccountId, STRING)] = None
    save_in_sent_items: Annotated[bool, Field(ComposeMail.SaveInSentItems, PRESENCE)] = False
    replace_mime: Annotated[bool, Field(ComposeMail.ReplaceMime, PRESENCE)] = False
    mime: Annotated[bytes | None, Field(ComposeMail.Mime, OPAQUE)] = None
    template_id: Annotated[str | None, Field(RightsManagement.TemplateID, STRING)] = None
    forwardees: Annotated[
        tuple[Forwardee, ...],
        Field(ComposeMail.Forwardees, Sequence(ComposeMail.Forwardee, Nested(Forwardee))),
    ] = ()
    body: Annotated[ForwardBody | None, Field(AirSyncBase.Body, Nested(ForwardBody), since=Version.V16_0)] = (
        None
    )


class SendMailResponse(Record):
    """Why it was not sent; success has no body (MS-ASCMD 2.2.3.177.14)."""

    element_tag = ComposeMail.SendMail

    status: Annotated[int | None, Field(ComposeMail.Status, INTEGER)] = None
    """statuses.CommonStatus."""


class SmartReplyResponse(Record):
    """Why it was not sent; success has no body (MS-ASCMD_R5776)."""

    element_tag = ComposeMail.SmartReply

    status: Annotated[int | None, Field(ComposeMail.Status, INTEGER)] = None


class SmartForwardResponse(Record):
    """Why it was not sent; success has no body (MS-ASCMD_R4407)."""

    element_tag = ComposeMail.SmartForward

    status: Annotated[int | None, Field(ComposeMail.Status, INTEGER)] = None
