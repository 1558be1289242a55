"""Which fields of a request name something, and what: the table that has to know every field.

A field is known by its tag. A command, tag or query parameter that the tables lack fails
test_places.py, so what is added to the protocol says here what it can name.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from overair.protocol.http import Command
from overair.wbxml import Element, Tag
from overair.wbxml.pages import (
    AirSync,
    AirSyncBase,
    Calendar,
    ComposeMail,
    Contacts,
    Contacts2,
    DocumentLibrary,
    Email,
    Email2,
    Find,
    FolderHierarchy,
    GetItemEstimate,
    ItemOperations,
    MeetingResponse,
    Move,
    Notes,
    Ping,
    Provision,
    ResolveRecipients,
    RightsManagement,
    Search,
    Settings,
    Tasks,
    ValidateCert,
)


class Role(Enum):
    """What the text of a field names."""

    FOLDER = auto()
    ITEM = auto()
    ATTACHMENT = auto()
    LONG_ID = auto()
    LINK = auto()
    OCCURRENCE = auto()
    CONVERSATION = auto()
    CONTENT = auto()
    """A part of a message, by its Content-ID or Content-Location."""
    ACCOUNT = auto()
    DEVICE = auto()
    SYNC_KEY = auto()
    HIERARCHY_KEY = auto()
    POLICY_KEY = auto()
    CLIENT_ID = auto()
    EVENT_UID = auto()
    """What an event is called beyond one mailbox."""
    SEARCH_ID = auto()
    MESSAGE = auto()
    """MIME, whose header names other messages."""
    WORDS = auto()
    """Nothing: what people say, or a word of the protocol."""
    PROPERTIES = auto()
    """The elements of an item."""
    CONDITIONS = auto()
    """Elements of a search."""
    NAMES = auto()
    """Empty elements that name properties."""


ROLES: Final[dict[Tag, Role]] = {
    AirSync.CollectionId: Role.FOLDER,
    FolderHierarchy.ServerId: Role.FOLDER,
    FolderHierarchy.ParentId: Role.FOLDER,
    GetItemEstimate.CollectionId: Role.FOLDER,
    ItemOperations.DstFldId: Role.FOLDER,
    Move.SrcFldId: Role.FOLDER,
    Move.DstFldId: Role.FOLDER,
    Ping.Id: Role.FOLDER,
    ComposeMail.FolderId: Role.FOLDER,
    AirSync.ServerId: Role.ITEM,
    Move.SrcMsgId: Role.ITEM,
    ComposeMail.ItemId: Role.ITEM,
    AirSyncBase.FileReference: Role.ATTACHMENT,
    AirSyncBase.ContentId: Role.CONTENT,
    AirSyncBase.ContentLocation: Role.CONTENT,
    Search.LongId: Role.LONG_ID,
    ComposeMail.LongId: Role.LONG_ID,
    DocumentLibrary.LinkId: Role.LINK,
    Search.Value: Role.LINK,
    AirSyncBase.InstanceId: Role.OCCURRENCE,
    ComposeMail.InstanceId: Role.OCCURRENCE,
    ItemOperations.ConversationId: Role.CONVERSATION,
    Search.ConversationId: Role.CONVERSATION,
    Email2.ConversationId: Role.CONVERSATION,
    Email2.ConversationIndex: Role.CONVERSATION,
    ComposeMail.AccountId: Role.ACCOUNT,
    Email2.AccountId: Role.ACCOUNT,
    AirSync.SyncKey: Role.SYNC_KEY,
    FolderHierarchy.SyncKey: Role.HIERARCHY_KEY,
    Provision.PolicyKey: Role.POLICY_KEY,
    AirSync.ClientId: Role.CLIENT_ID,
    AirSyncBase.ClientId: Role.CLIENT_ID,
    ComposeMail.ClientId: Role.CLIENT_ID,
    Calendar.UID: Role.EVENT_UID,
    Calendar.ClientUid: Role.EVENT_UID,
    Email.GlobalObjId: Role.EVENT_UID,
    Find.SearchId: Role.SEARCH_ID,
    ComposeMail.Mime: Role.MESSAGE,
    AirSync.ApplicationData: Role.PROPERTIES,
    Search.Or: Role.CONDITIONS,
    AirSync.Supported: Role.NAMES,
    ItemOperations.Schema: Role.NAMES,
} | dict.fromkeys(
    (
        AirSync.Class,
        GetItemEstimate.Class,
        Ping.Class,
        FolderHierarchy.DisplayName,
        ItemOperations.Store,
        ItemOperations.UserName,
        ItemOperations.Password,
        Search.Name,
        Search.Query,
        Search.FreeText,
        Search.UserName,
        Search.Password,
        ResolveRecipients.To,
        Find.Query,
        Find.FreeText,
        Provision.PolicyType,
        RightsManagement.TemplateID,
        ComposeMail.Email,
        ComposeMail.Name,
        Settings.BodyType,
        Settings.Enabled,
        Settings.ReplyMessage,
        Settings.Password,
        Settings.Model,
        Settings.IMEI,
        Settings.FriendlyName,
        Settings.OS,
        Settings.OSLanguage,
        Settings.PhoneNumber,
        Settings.UserAgent,
        Settings.MobileOperator,
        AirSyncBase.DisplayName,
        AirSyncBase.Content,
        AirSyncBase.ContentType,
        AirSyncBase.Data,
        AirSyncBase.Preview,
        AirSyncBase.Annotation,
        AirSyncBase.Street,
        AirSyncBase.City,
        AirSyncBase.State,
        AirSyncBase.Country,
        AirSyncBase.PostalCode,
        AirSyncBase.LocationUri,
        Calendar.Timezone,
        Calendar.Subject,
        Calendar.Location,
        Calendar.OrganizerName,
        Calendar.OrganizerEmail,
        Calendar.Name,
        Calendar.Email,
        Calendar.Category,
        Calendar.OnlineMeetingConfLink,
        Calendar.OnlineMeetingExternalLink,
        Email.To,
        Email.Cc,
        Email.From,
        Email.Subject,
        Email.ReplyTo,
        Email.DisplayTo,
        Email.ThreadTopic,
        Email.MessageClass,
        Email.InternetCPID,
        Email.FlagType,
        Email.ContentClass,
        Email.Location,
        Email.Organizer,
        Email.TimeZone,
        Email.Category,
        Email2.UmCallerID,
        Email2.UmUserNotes,
        Email2.Sender,
        Email2.Bcc,
        Tasks.Subject,
        Tasks.SubOrdinalDate,
        Tasks.Category,
        Notes.Subject,
        Notes.MessageClass,
        Notes.Category,
    ),
    Role.WORDS,
)
"""By the tag of a field that holds text, bytes or elements; numbers and dates name nothing."""

PAGES_OF_WORDS: Final = frozenset((Contacts.page, Contacts2.page))
"""Code pages that hold but what people say of each other."""

QUERY: Final[dict[str, Role | None]] = {
    "attachment_name": Role.ATTACHMENT,
    "collection_id": Role.FOLDER,
    "item_id": Role.ITEM,
    "long_id": Role.LONG_ID,
    "occurrence": Role.OCCURRENCE,
    "policy_key": Role.POLICY_KEY,
    "device_id": Role.DEVICE,
    "user": Role.ACCOUNT,
    "device_type": Role.WORDS,
    "accept_language": Role.WORDS,
    "user_agent": Role.WORDS,
    "cookie": Role.WORDS,
    # What cannot name anything, and what says who asks.
    "command": None,
    "version": None,
    "locale": None,
    "save_in_sent": None,
    "accept_multipart": None,
    "accept_gzip": None,
    "content_type": None,
    "content_encoding": None,
    "credentials": None,
    "is_base64": None,
    "body": None,
}
"""The fields of a Request (protocol/http/request.py)."""


def _meeting_response(place: Tag, value: str) -> Element:
    return Element(
        MeetingResponse.MeetingResponse,
        [
            Element(
                MeetingResponse.Request, [Element(MeetingResponse.UserResponse, "1"), Element(place, value)]
            )
        ],
    )


def _validate_cert(place: Tag, value: str) -> Element:
    return Element(ValidateCert.ValidateCert, [Element(place, value)])


WITHOUT_MESSAGES: Final = {
    Command.MEETING_RESPONSE: (
        _meeting_response,
        {
            MeetingResponse.CollectionId: Role.FOLDER,
            MeetingResponse.RequestId: Role.ITEM,
            Search.LongId: Role.LONG_ID,
            MeetingResponse.InstanceId: Role.OCCURRENCE,
        },
    ),
    Command.VALIDATE_CERT: (_validate_cert, {ValidateCert.CertificateChain: Role.WORDS}),
}
"""Commands that have no messages yet: how their bodies would say an id, and in which elements."""

BARE: Final = frozenset((Command.GET_ATTACHMENT,))
"""Commands without a body in every version: what they name stands in the query."""
IN_XML: Final = frozenset((Command.AUTODISCOVER,))
"""Commands whose body is no WBXML: they name an address, of which tests/autodiscover/test_alike.py asks."""


def role_of(tag: Tag) -> Role:
    """What a field's text names. Raises KeyError for a tag that nobody has entered here."""
    if tag.page in PAGES_OF_WORDS:
        return Role.WORDS
    return ROLES[tag]
