"""The messages of each command."""

from __future__ import annotations

from typing import Final

import msgspec

from overair.protocol.find import FindRequest, FindResponse
from overair.protocol.folder_create import FolderCreateRequest, FolderCreateResponse
from overair.protocol.folder_delete import FolderDeleteRequest, FolderDeleteResponse
from overair.protocol.folder_sync import FolderSyncRequest, FolderSyncResponse
from overair.protocol.folder_update import FolderUpdateRequest, FolderUpdateResponse
from overair.protocol.get_item_estimate import GetItemEstimateRequest, GetItemEstimateResponse
from overair.protocol.http.commands import Command, command_in_version
from overair.protocol.item_operations import ItemOperationsRequest, ItemOperationsResponse
from overair.protocol.move_items import MoveItemsRequest, MoveItemsResponse
from overair.protocol.ping import PingRequest, PingResponse
from overair.protocol.provision import ProvisionRequest, ProvisionResponse
from overair.protocol.resolve_recipients import ResolveRecipientsRequest, ResolveRecipientsResponse
from overair.protocol.schema import Record
from overair.protocol.search import SearchRequest, SearchResponse
from overair.protocol.send_mail import (
    SendMailRequest,
    SendMailResponse,
    SmartForwardRequest,
    SmartForwardResponse,
    SmartReplyRequest,
    SmartReplyResponse,
)
from overair.protocol.settings import SettingsRequest, SettingsResponse
from overair.protocol.sync import SyncRequest, SyncResponse
from overair.versions import Version


class Messages(msgspec.Struct, frozen=True):
    """The WBXML bodies of a command's request and response; None where there is none."""

    request: type[Record] | None
    response: type[Record] | None


NO_MESSAGES: Final = Messages(None, None)

MESSAGES: Final[dict[Command, Messages]] = {
    Command.SYNC: Messages(SyncRequest, SyncResponse),
    Command.SEND_MAIL: Messages(SendMailRequest, SendMailResponse),
    Command.SMART_FORWARD: Messages(SmartForwardRequest, SmartForwardResponse),
    Command.SMART_REPLY: Messages(SmartReplyRequest, SmartReplyResponse),
    Command.GET_ATTACHMENT: NO_MESSAGES,
    Command.FOLDER_SYNC: Messages(FolderSyncRequest, FolderSyncResponse),
    Command.FOLDER_CREATE: Messages(FolderCreateRequest, FolderCreateResponse),
    Command.FOLDER_DELETE: Messages(FolderDeleteRequest, FolderDeleteResponse),
    Command.FOLDER_UPDATE: Messages(FolderUpdateRequest, FolderUpdateResponse),
    Command.MOVE_ITEMS: Messages(MoveItemsRequest, MoveItemsResponse),
    Command.GET_ITEM_ESTIMATE: Messages(GetItemEstimateRequest, GetItemEstimateResponse),
    Command.SEARCH: Messages(SearchRequest, SearchResponse),
    Command.SETTINGS: Messages(SettingsRequest, SettingsResponse),
    Command.PING: Messages(PingRequest, PingResponse),
    Command.ITEM_OPERATIONS: Messages(ItemOperationsRequest, ItemOperationsResponse),
    Command.PROVISION: Messages(ProvisionRequest, ProvisionResponse),
    Command.RESOLVE_RECIPIENTS: Messages(ResolveRecipientsRequest, ResolveRecipientsResponse),
    Command.FIND: Messages(FindRequest, FindResponse),
}
"""Every command that has messages here."""


def messages_of(command: Command, version: Version) -> Messages:
    """The messages of a command in a protocol version; none where it has no WBXML body there.

    SendMail, SmartReply and SmartForward carry bare MIME up to 12.1.
    """
    messages = MESSAGES.get(command, NO_MESSAGES)
    tag = messages.request.element_tag if messages.request else None
    if not command_in_version(command, version) or (tag is not None and version not in tag.versions):
        return NO_MESSAGES
    return messages
