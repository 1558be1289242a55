"""What the server offers: the versions and commands that OPTIONS names (MS-ASHTTP 2.2.4.1.2)."""

from __future__ import annotations

from typing import Final

from overair.protocol.http import Command, offer_headers, resynchronize_headers
from overair.versions import SERVED

COMMANDS: Final = (
    Command.SYNC,
    Command.SEND_MAIL,
    Command.SMART_FORWARD,
    Command.SMART_REPLY,
    Command.GET_ATTACHMENT,
    Command.FOLDER_SYNC,
    Command.FOLDER_CREATE,
    Command.FOLDER_DELETE,
    Command.FOLDER_UPDATE,
    Command.MOVE_ITEMS,
    Command.GET_ITEM_ESTIMATE,
    Command.RESOLVE_RECIPIENTS,
    Command.SEARCH,
    Command.SETTINGS,
    Command.PING,
    Command.ITEM_OPERATIONS,
    Command.PROVISION,
    Command.FIND,
    Command.AUTODISCOVER,
)
"""The commands that are served, each in the versions that have it."""

OFFER_HEADERS: Final = tuple(offer_headers(COMMANDS, SERVED))
RESYNCHRONIZE_HEADERS: Final = tuple(resynchronize_headers(COMMANDS, SERVED))
"""What an answer carries that starts a device's synchronization anew (MS-ASHTTP_R1104)."""
SERVER_VERSION: Final = SERVED[-1].text
"""MS-Server-ActiveSync; clients read a number there."""
