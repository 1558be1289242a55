"""The place of an event (MS-ASAIRS 2.2.2.28): an object from 16.0 on, its display name before."""

from __future__ import annotations

from typing import Annotated

from overair.protocol.data_types import DOUBLE, STRING
from overair.protocol.schema import Field, Record
from overair.wbxml.pages import AirSyncBase


class Location(Record):
    """A place: what it is called, its address, and where on Earth it is, in degrees and metres."""

    element_tag = AirSyncBase.Location

    display_name: Annotated[str | None, Field(AirSyncBase.DisplayName, STRING)] = None
    annotation: Annotated[str | None, Field(AirSyncBase.Annotation, STRING)] = None
    street: Annotated[str | None, Field(AirSyncBase.Street, STRING)] = None
    city: Annotated[str | None, Field(AirSyncBase.City, STRING)] = None
    state: Annotated[str | None, Field(AirSyncBase.State, STRING)] = None
    country: Annotated[str | None, Field(AirSyncBase.Country, STRING)] = None
    postal_code: Annotated[str | None, Field(AirSyncBase.PostalCode, STRING)] = None
    latitude: Annotated[float | None, Field(AirSyncBase.Latitude, DOUBLE)] = None
    longitude: Annotated[float | None, Field(AirSyncBase.Longitude, DOUBLE)] = None
    accuracy: Annotated[float | None, Field(AirSyncBase.Accuracy, DOUBLE)] = None
    altitude: Annotated[float | None, Field(AirSyncBase.Altitude, DOUBLE)] = None
    altitude_accuracy: Annotated[float | None, Field(AirSyncBase.AltitudeAccuracy, DOUBLE)] = None
    location_uri: Annotated[str | None, Field(AirSyncBase.LocationUri, STRING)] = None
