"""GetItemEstimate: how many changes a Sync would bring (MS-ASCMD 2.2.1.9)."""

from __future__ import annotations

from datetime import datetime

from overair import items
from overair.items import ItemClass
from overair.mailboxes.interface import Folder, FolderType, NoSuchFolder, Session, TokenExpired
from overair.protocol.get_item_estimate import EstimateCollectionRequest
from overair.protocol.statuses import CommonStatus, GetItemEstimateStatus
from overair.protocol.sync_options import Options
from overair.sync import state as states_of
from overair.sync.filters import view_of
from overair.sync.keys import UNPRIMED
from overair.sync.options import BadFilter, BadOptions, check_options, options_for
from overair.sync.partner import Partner


class EstimateRefused(Exception):
    """There is no estimate of a collection, for a reason that a status says."""

    def __init__(self, status: GetItemEstimateStatus | CommonStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Estimate:
    """The estimate of one collection."""

    def __init__(self, partner: Partner, request: EstimateCollectionRequest, now: datetime) -> None:
        self._partner = partner
        self._request = request
        self._now = now

    async def run(self, session: Session) -> int:
        """The number of changes that the next Sync would show in all. Raises EstimateRefused."""
        request = self._request
        try:
            folder = await session.folder(request.collection_id)
        except NoSuchFolder:
            raise EstimateRefused(
                GetItemEstimateStatus.INVALID_COLLECTION, "the folder does not exist"
            ) from None
        options = self._options(folder)
        states = await states_of.load(session.transaction, self._partner.device_key, folder.folder_id)
        if states.newest is None or request.sync_key == UNPRIMED:
            # MS-ASCMD_R4140
            raise EstimateRefused(GetItemEstimateStatus.NOT_PRIMED, "there was no Sync with key 0")
        state = states.find(request.sync_key)
        if state is None:
            raise EstimateRefused(GetItemEstimateStatus.INVALID_SYNC_KEY, f"no key {request.sync_key}")
        mode = request.conversation_mode
        view = view_of(
            folder.item_class,
            options_for(options, folder.item_class).filter_type,
            self._now,
            conversations=state.conversations if mode is None else mode,
        )
        try:
            return await session.count_changes(folder.folder_id, view, state.token)
        except TokenExpired as error:
            raise EstimateRefused(GetItemEstimateStatus.INVALID_SYNC_KEY, str(error)) from error

    def _options(self, folder: Folder) -> tuple[Options, ...]:
        """The filter asked for, in the words of Sync; without one, all items count (MS-ASCMD_R2970)."""
        request = self._request
        if request.item_class is not None and request.item_class != folder.item_class:
            raise EstimateRefused(GetItemEstimateStatus.INVALID_COLLECTION, "not a folder of that class")
        if not items.in_version(folder.item_class, self._partner.version):
            raise EstimateRefused(
                GetItemEstimateStatus.INVALID_COLLECTION, f"{folder.item_class} came with a later version"
            )
        if request.conversation_mode is not None and folder.item_class is not ItemClass.EMAIL:
            raise EstimateRefused(CommonStatus.INVALID_XML, "conversations are of mail")  # MS-ASCMD_R2100
        recipients = folder.type is FolderType.RECIPIENT_INFORMATION_CACHE
        if not recipients and any(one.max_items is not None for one in request.options):
            # MS-ASCMD_R3265
            raise EstimateRefused(GetItemEstimateStatus.INVALID_COLLECTION, "MaxItems is for recipients only")
        options = tuple(
            Options(item_class=one.item_class, filter_type=one.filter_type) for one in request.options
        )
        if request.filter_type is not None:
            options = (Options(filter_type=request.filter_type),)
        try:
            check_options(options, folder.item_class)
        except BadFilter as error:
            # The specification's own choice (MS-ASCMD_R3005 to R3007, R3009 to R3011).
            raise EstimateRefused(CommonStatus.SERVER_ERROR, str(error)) from error
        except BadOptions as error:
            raise EstimateRefused(GetItemEstimateStatus.INVALID_SYNC_KEY, str(error)) from error  # R908
        return options
