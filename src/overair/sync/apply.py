"""What the client did: its commands on one collection, applied to the mailbox once and only once.

A request that repeats an older key comes with what the lost exchange applied. A command that is
repeated is recognised by it: it is not applied again, not taken for a conflict, and not told back.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from overair.mailboxes.interface import FolderType, MailboxFull, Refused
from overair.protocol.schema import SchemaError
from overair.protocol.statuses import SyncStatus
from overair.protocol.sync import (
    AddCommand,
    AddResponse,
    ChangeCommand,
    ChangeResponse,
    Command,
    CommandResponse,
    DeleteCommand,
    DeleteResponse,
    FetchCommand,
    FetchResponse,
)
from overair.sync.adding import Adding
from overair.sync.answers import Answer
from overair.sync.changing import Changing
from overair.sync.refusal import CommandRefused, Status
from overair.sync.size import ANSWER_BYTES, expected_size
from overair.sync.submission import SubmissionRefused

log = structlog.get_logger(__name__)


class Applier(Adding, Changing):
    """Applies the commands of one request to one folder."""

    async def run(self, commands: Sequence[Command]) -> None:
        """Apply the commands one after the other; one that is refused does not stop the others."""
        self._begin_edits(commands)
        for place, command in enumerate(commands):
            try:
                if isinstance(command, AddCommand):
                    await self._add(place, command)
                elif isinstance(command, ChangeCommand):
                    self._begin_edit(command)
                    await self._change(place, command)
                elif isinstance(command, FetchCommand):
                    await self._fetch(command)
                elif command.instance_id is not None:
                    self._begin_edit(command)
                    await self._delete_occurrence(command, command.instance_id)
                else:
                    await self._delete(command)
            except (CommandRefused, SchemaError, SubmissionRefused) as error:
                self._refuse(command, error)
            except MailboxFull as error:  # MS-ASCMD_R4450; what the client has, it keeps
                self._refuse(command, CommandRefused(SyncStatus.CANNOT_COMPLETE, str(error)))
            except Refused as error:  # the client is to stop sending it, as what breaks its schema (R4440)
                self._refuse(command, CommandRefused(SyncStatus.CONVERSION_ERROR, str(error)))
                await self._show_what_stands(command)
        self._end_edits()

    def _refuse(self, command: Command, error: CommandRefused | SchemaError | SubmissionRefused) -> None:
        # An item that breaks its schema is never stored (MS-ASCMD_R4440).
        if isinstance(error, SchemaError):
            # What was wrong may be the user's own words, which are not for the log.
            reason = f"{error.tag!r} {error.problem.value}"
            status: Status = SyncStatus.CONVERSION_ERROR
        else:
            status, reason = error.status, str(error)
        log.info(
            "a command of Sync is refused",
            account_id=self._session.account_id,
            folder_id=self._folder.folder_id,
            command=type(command).__name__,
            status=int(status),
            reason=reason,
        )
        response: CommandResponse
        if isinstance(command, AddCommand):
            response = AddResponse(client_id=command.client_id, status=status)
        elif isinstance(command, FetchCommand):
            response = FetchResponse(server_id=command.server_id, status=status)
        else:
            # With the InstanceId of an occurrence (MS-ASAIRS_R1178).
            kind = ChangeResponse if isinstance(command, ChangeCommand) else DeleteResponse
            response = kind(server_id=command.server_id, instance_id=command.instance_id, status=status)
            if isinstance(command, ChangeCommand) or command.instance_id is not None:
                self._refuse_edit(command, status)
            elif status is not SyncStatus.OBJECT_NOT_FOUND:
                self.returned.add(command.server_id)
                self.conflicts.pop(command.server_id, None)
        self.answers.append(Answer(response))

    async def _show_what_stands(self, command: Command) -> None:
        """Show the client what its edit was to change, in place of what it has made of that itself."""
        if isinstance(command, ChangeCommand) or (
            isinstance(command, DeleteCommand) and command.instance_id is not None
        ):
            [stored] = await self._session.read(self._folder.folder_id, [command.server_id])
            if stored is not None:
                self._show(stored)

    async def _delete(self, command: DeleteCommand) -> None:
        item_id, folder_id = command.server_id, self._folder.folder_id
        self.ended.add(item_id)
        stored = await self._stored(item_id)
        if stored is not None:
            await self._announced(stored.item, None)
        if stored is None:
            last = await self._session.last_revision(folder_id, item_id)
            revision = self.applied.deletes.get(item_id, last if await self._is_deleted(item_id) else None)
            if revision is None:
                # Where both sides deleted it, the client need not hear of that.
                self.confirmed[item_id] = last
                raise CommandRefused(SyncStatus.OBJECT_NOT_FOUND, "the item does not exist")
        elif self._deletes_as_moves and self._folder.type is not FolderType.DELETED_ITEMS:
            deleted_items = await self._session.folder_of_type(FolderType.DELETED_ITEMS)
            await self._session.move(folder_id, item_id, deleted_items.folder_id)
            revision = await self._session.last_revision(folder_id, item_id)
        else:
            revision = await self._session.remove(folder_id, item_id)
        # A deletion stands whatever became of the item before (MS-ASCMD_R2076).
        self.applied.deletes[item_id] = self.confirmed[item_id] = revision
        self.conflicts.pop(item_id, None)

    async def _is_deleted(self, item_id: str) -> bool:
        """Whether a request of which nobody heard has deleted an item."""
        folder_id = await self._session.taken_to(item_id)
        if not folder_id:
            return folder_id is not None
        return folder_id == (await self._session.folder_of_type(FolderType.DELETED_ITEMS)).folder_id

    async def _fetch(self, command: FetchCommand) -> None:
        stored = await self._stored(command.server_id)
        if stored is None:
            raise CommandRefused(SyncStatus.OBJECT_NOT_FOUND, "the item does not exist")
        if self.fetched >= ANSWER_BYTES:
            raise CommandRefused(SyncStatus.SERVER_ERROR, "the answer is full; ask for the item again")
        self.fetched += expected_size(stored, self._wanted.whole())
        response = FetchResponse(server_id=command.server_id, status=SyncStatus.SUCCESS)
        self.answers.append(Answer(response, stored))
