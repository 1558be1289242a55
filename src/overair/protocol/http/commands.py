"""The commands: their names, numeric codes and versions."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from overair.versions import Version


class Command(StrEnum):
    """A command by the name that the plain query and MS-ASProtocolCommands give it."""

    SYNC = "Sync"
    SEND_MAIL = "SendMail"
    SMART_FORWARD = "SmartForward"
    SMART_REPLY = "SmartReply"
    GET_ATTACHMENT = "GetAttachment"
    FOLDER_SYNC = "FolderSync"
    FOLDER_CREATE = "FolderCreate"
    FOLDER_DELETE = "FolderDelete"
    FOLDER_UPDATE = "FolderUpdate"
    MOVE_ITEMS = "MoveItems"
    GET_ITEM_ESTIMATE = "GetItemEstimate"
    MEETING_RESPONSE = "MeetingResponse"
    SEARCH = "Search"
    SETTINGS = "Settings"
    PING = "Ping"
    ITEM_OPERATIONS = "ItemOperations"
    PROVISION = "Provision"
    RESOLVE_RECIPIENTS = "ResolveRecipients"
    VALIDATE_CERT = "ValidateCert"
    FIND = "Find"
    AUTODISCOVER = "Autodiscover"
    """In XML, not WBXML (MS-ASCMD_R7, R8); it has no code, so it is asked for by a plain query only."""


COMMAND_CODES: Final[dict[int, Command]] = {
    0: Command.SYNC,
    1: Command.SEND_MAIL,
    2: Command.SMART_FORWARD,
    3: Command.SMART_REPLY,
    4: Command.GET_ATTACHMENT,
    9: Command.FOLDER_SYNC,
    10: Command.FOLDER_CREATE,
    11: Command.FOLDER_DELETE,
    12: Command.FOLDER_UPDATE,
    13: Command.MOVE_ITEMS,
    14: Command.GET_ITEM_ESTIMATE,
    15: Command.MEETING_RESPONSE,
    16: Command.SEARCH,
    17: Command.SETTINGS,
    18: Command.PING,
    19: Command.ITEM_OPERATIONS,
    20: Command.PROVISION,
    21: Command.RESOLVE_RECIPIENTS,
    22: Command.VALIDATE_CERT,
    23: Command.FIND,
}
"""The command codes of the base64 query (MS-ASHTTP 2.2.1.1.1.1.2).

The table names no code for Find; 23 is the next one that is free.
"""

CODE_OF_COMMAND: Final = {command: code for code, command in COMMAND_CODES.items()}

COMMANDS_BY_NAME: Final = {command.lower(): command for command in Command}
"""The commands by their names in lower case: quoted strings in ABNF are case-insensitive."""

_FIRST_VERSION: Final = {
    Command.FIND: Version.V16_1,
    Command.AUTODISCOVER: Version.V12_1,  # MS-ASCMD_R6000
}
_LAST_VERSION: Final = {Command.GET_ATTACHMENT: Version.V12_1}  # MS-ASCMD_R6021


def command_in_version(command: Command, version: Version) -> bool:
    """Whether a protocol version has a command."""
    first = _FIRST_VERSION.get(command, Version.V2_5)
    last = _LAST_VERSION.get(command, Version.V16_1)
    return first <= version <= last
