"""Provision: hand out a policy, have it acknowledged, wipe (MS-ASPROV).

Three phases go through the one command: the first request asks for the policy, the answer carries
it under a temporary key; the second says what became of it, the answer carries the key in force.
A wipe is ordered in the answer to a first request and acknowledged in a second.
"""

from __future__ import annotations

from typing import Annotated, Final

from overair.protocol.data_types import STRING, UNSIGNED_BYTE, String
from overair.protocol.device_information import DeviceInformationRequest, DeviceInformationResponse
from overair.protocol.policy import EASProvisionDoc
from overair.protocol.schema import PRESENCE, Field, Nested, Record, Sequence
from overair.versions import Version
from overair.wbxml.pages import Provision, Settings

POLICY_TYPE: Final = "MS-EAS-Provisioning-WBXML"
"""The one type of policy from 12.0 on (MS-ASPROV_R971)."""
POLICY_KEY: Final = String(max_length=64)


class PolicyRequest(Record):
    """Ask for a policy by its type, or with its key and a status say what became of it."""

    policy_type: Annotated[str, Field(Provision.PolicyType, STRING)]
    policy_key: Annotated[str | None, Field(Provision.PolicyKey, POLICY_KEY)] = None
    status: Annotated[int | None, Field(Provision.Status, UNSIGNED_BYTE)] = None
    """statuses.PolicyAcknowledgement."""


class WipeAcknowledgement(Record):
    """What became of a wipe."""

    status: Annotated[int, Field(Provision.Status, UNSIGNED_BYTE)]
    """statuses.WipeStatus."""


class ProvisionRequest(Record):
    """A phase of provisioning; an empty one asks for a wipe's order.

    ``status`` is iOS's, which puts the status of a wipe here, before RemoteWipe.
    """

    element_tag = Provision.Provision

    device_information: Annotated[
        DeviceInformationRequest | None,
        Field(Settings.DeviceInformation, Nested(DeviceInformationRequest), since=Version.V14_1),
    ] = None
    policies: Annotated[
        tuple[PolicyRequest, ...],
        Field(Provision.Policies, Sequence(Provision.Policy, Nested(PolicyRequest), minimum=1)),
    ] = ()
    status: Annotated[int | None, Field(Provision.Status, UNSIGNED_BYTE)] = None
    remote_wipe: Annotated[
        WipeAcknowledgement | None, Field(Provision.RemoteWipe, Nested(WipeAcknowledgement))
    ] = None
    account_only_remote_wipe: Annotated[
        WipeAcknowledgement | None, Field(Provision.AccountOnlyRemoteWipe, Nested(WipeAcknowledgement))
    ] = None


class PolicyData(Record):
    """The policy itself."""

    document: Annotated[EASProvisionDoc, Field(Provision.EASProvisionDoc, Nested(EASProvisionDoc))]


class PolicyResponse(Record):
    """A policy under its key; ``data`` only in the first phase."""

    policy_type: Annotated[str, Field(Provision.PolicyType, STRING)]
    status: Annotated[int, Field(Provision.Status, UNSIGNED_BYTE)]
    """statuses.PolicyStatus."""
    policy_key: Annotated[str | None, Field(Provision.PolicyKey, POLICY_KEY)] = None
    data: Annotated[PolicyData | None, Field(Provision.Data, Nested(PolicyData))] = None


class ProvisionResponse(Record, kw_only=True):
    """The policies, or the order to wipe."""

    element_tag = Provision.Provision

    device_information: Annotated[
        DeviceInformationResponse | None,
        Field(Settings.DeviceInformation, Nested(DeviceInformationResponse), since=Version.V14_1),
    ] = None
    status: Annotated[int, Field(Provision.Status, UNSIGNED_BYTE)]
    """statuses.ProvisionStatus or CommonStatus."""
    policies: Annotated[
        tuple[PolicyResponse, ...],
        Field(Provision.Policies, Sequence(Provision.Policy, Nested(PolicyResponse), minimum=1)),
    ] = ()
    remote_wipe: Annotated[bool, Field(Provision.RemoteWipe, PRESENCE)] = False
    account_only_remote_wipe: Annotated[bool, Field(Provision.AccountOnlyRemoteWipe, PRESENCE)] = False
