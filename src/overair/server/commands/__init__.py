"""The commands, one module each."""

from __future__ import annotations

from typing import Any, Final

from overair.protocol import http
from overair.server.commands import (
    autodiscover,
    find,
    folder_create,
    folder_delete,
    folder_sync,
    folder_update,
    get_attachment,
    get_item_estimate,
    item_operations,
    move_items,
    ping,
    provision,
    resolve_recipients,
    search,
    send_mail,
    settings,
    smart_forward,
    smart_reply,
    sync,
)
from overair.server.commands.command import Command, RawCommand, UserCommand

COMMANDS: Final[dict[http.Command, Command[Any] | RawCommand | UserCommand]] = {
    command.name: command
    for command in (
        autodiscover.COMMAND,
        find.COMMAND,
        folder_create.COMMAND,
        folder_delete.COMMAND,
        folder_sync.COMMAND,
        folder_update.COMMAND,
        get_attachment.COMMAND,
        get_item_estimate.COMMAND,
        item_operations.COMMAND,
        move_items.COMMAND,
        ping.COMMAND,
        provision.COMMAND,
        resolve_recipients.COMMAND,
        search.COMMAND,
        send_mail.COMMAND,
        settings.COMMAND,
        smart_forward.COMMAND,
        smart_reply.COMMAND,
        sync.COMMAND,
    )
}
"""Every command that is served; each reads its own type of message."""
