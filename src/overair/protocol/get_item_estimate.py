"""GetItemEstimate: how many changes a Sync would bring (MS-ASCMD 2.2.1.9)."""

from __future__ import annotations

from typing import Annotated

from overair.protocol.data_types import BOOLEAN, INTEGER, STRING, UNSIGNED_BYTE, Integer, String
from overair.protocol.schema import Field, Nested, Record, Sequence
from overair.protocol.sync_options import COLLECTION_ID, FILTER_TYPE, SYNC_KEY, FilterType
from overair.versions import Version
from overair.wbxml.pages import AirSync, GetItemEstimate

MAXIMUM_COLLECTIONS = 300
"""MS-ASCMD 2.2.3.29.1."""


class EstimateOptions(Record):
    """The options of one class, as in Sync."""

    item_class: Annotated[str | None, Field(AirSync.Class, STRING)] = None
    filter_type: Annotated[FilterType | None, Field(AirSync.FilterType, FILTER_TYPE)] = None
    max_items: Annotated[int | None, Field(AirSync.MaxItems, Integer(minimum=1))] = None


class EstimateCollectionRequest(Record, kw_only=True):
    """A collection and its last key. Up to 12.1 the class and the filter stand here, then in Options."""

    item_class: Annotated[str | None, Field(GetItemEstimate.Class, STRING, until=Version.V12_1)] = None
    sync_key: Annotated[str, Field(AirSync.SyncKey, SYNC_KEY)]
    collection_id: Annotated[str, Field(GetItemEstimate.CollectionId, COLLECTION_ID)]
    filter_type: Annotated[FilterType | None, Field(AirSync.FilterType, FILTER_TYPE, until=Version.V12_1)] = (
        None
    )
    conversation_mode: Annotated[bool | None, Field(AirSync.ConversationMode, BOOLEAN)] = None
    options: Annotated[
        tuple[EstimateOptions, ...],
        Field(AirSync.Options, Nested(EstimateOptions), since=Version.V14_0, repeated=True),
    ] = ()


class GetItemEstimateRequest(Record):
    """The collections that are asked about."""

    element_tag = GetItemEstimate.GetItemEstimate

    collections: Annotated[
        tuple[EstimateCollectionRequest, ...],
        Field(
            GetItemEstimate.Collections,
            Sequence(
                GetItemEstimate.Collection, Nested(EstimateCollectionRequest), MAXIMUM_COLLECTIONS, minimum=1
            ),
        ),
    ]


class EstimateCollectionResponse(Record, kw_only=True):
    """The estimate for one collection."""

    item_class: Annotated[str | None, Field(GetItemEstimate.Class, STRING, until=Version.V12_1)] = None
    collection_id: Annotated[str, Field(GetItemEstimate.CollectionId, String(max_length=64))]
    estimate: Annotated[int | None, Field(GetItemEstimate.Estimate, INTEGER)] = None


class EstimateResponse(Record):
    """What became of one collection of the request."""

    status: Annotated[int, Field(GetItemEstimate.Status, UNSIGNED_BYTE)]
    """statuses.GetItemEstimateStatus."""
    collection: Annotated[
        EstimateCollectionResponse | None,
        Field(GetItemEstimate.Collection, Nested(EstimateCollectionResponse)),
    ] = None


class GetItemEstimateResponse(Record):
    """One response per collection; only a status where the whole request failed."""

    element_tag = GetItemEstimate.GetItemEstimate

    status: Annotated[int | None, Field(GetItemEstimate.Status, UNSIGNED_BYTE)] = None
    """statuses.GetItemEstimateStatus or CommonStatus."""
    responses: Annotated[
        tuple[EstimateResponse, ...],
        Field(GetItemEstimate.Response, Nested(EstimateResponse), repeated=True),
    ] = ()
