"""Which folders does the phone get?"""

from __future__ import annotations

from typing import Final

from overair.client import ClientError
from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.checks.protocol import illnesses
from overair.doctor.checks.protocol.failures import REFUSALS, status_of, told
from overair.doctor.facts.login import LoggedIn, Spoken
from overair.doctor.facts.protocol import Hierarchy, Provisioned
from overair.doctor.facts.web import Endpoint
from overair.doctor.folders import FIRST_FOLDERS, INBOX
from overair.doctor.illness import Illness
from overair.doctor.phone import device_id, phone
from overair.protocol.http import HttpStatus
from overair.protocol.statuses import PROVISIONING_STATUSES

ILLNESSES: Final[dict[int, Illness]] = {
    HttpStatus.FORBIDDEN: illnesses.EAS_DISABLED,
    **REFUSALS,
    **dict.fromkeys(PROVISIONING_STATUSES, illnesses.PROVISIONING_ENDLESS),
    HttpStatus.RETRY_AFTER_PROVISIONING: illnesses.PROVISIONING_ENDLESS,
}
"""What a status means here; any other is FOLDER_SYNC_FAILS."""


async def examine(bedside: Bedside) -> Hierarchy | None:
    """Ask for the folder tree as a new device does."""
    async with phone(bedside) as client:
        try:
            await client.folder_sync()
        except ClientError as error:
            illness = ILLNESSES.get(status_of(error) or 0, illnesses.FOLDER_SYNC_FAILS)
            bedside.find(illness, told=told(error), device=device_id())
            return None
        folders = {entry.server_id: entry.type for entry in client.folders.values()}
    bedside.note(f"{len(folders)} folders")
    types = set(folders.values())
    if INBOX not in types:
        bedside.find(illnesses.INBOX_MISSING, device=device_id())
    elif types == {INBOX}:
        bedside.find(illnesses.DEVICE_QUARANTINED, device=device_id())
    else:
        missing = [one.name for one in FIRST_FOLDERS if one.usual and one.type not in types]
        if missing:
            bedside.find(illnesses.FOLDER_MISSING, folders=" and no ".join(missing))
    return Hierarchy(folders)


CHECK: Final = Check(
    id="folder-sync",
    title="Get the folders",
    section=Section.PROTOCOL,
    scope=Scope.SERVER,
    examine=examine,
    needs=(Endpoint, LoggedIn, Spoken, Provisioned),
    yields=Hierarchy,
    finds=(
        illnesses.EAS_DISABLED,
        illnesses.DEVICE_BLOCKED,
        illnesses.DEVICES_TOO_MANY,
        illnesses.PROVISIONING_ENDLESS,
        illnesses.FOLDER_SYNC_FAILS,
        illnesses.INBOX_MISSING,
        illnesses.DEVICE_QUARANTINED,
        illnesses.FOLDER_MISSING,
    ),
)
