"""Provisioning: both phases, what a policy demands, and devices that keep no state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from overair.devices.policies import Policy
from overair.protocol.device_information import DeviceDescription, DeviceInformationRequest
from overair.protocol.folder_sync import FolderSyncRequest, FolderSyncResponse
from overair.protocol.http import Command
from overair.protocol.ping import PingRequest
from overair.protocol.policy import EASProvisionDoc
from overair.protocol.provision import (
    POLICY_TYPE,
    PolicyRequest,
    PolicyResponse,
    ProvisionRequest,
    ProvisionResponse,
    WipeAcknowledgement,
)
from overair.versions import SERVED, Version
from support.phone import Phone, contents
from support.server import RunningServer, running_server

FOLDER_SYNC = FolderSyncRequest(sync_key="0")
INFORMATION = DeviceInformationRequest(
    set=DeviceDescription(model="Testphone 5", os="TestOS 7", friendly_name="Anna's phone")
)
PASSWORD_POLICY: dict[str, Any] = {
    "policy.required": True,
    "policy.document": {"device_password_enabled": True, "min_device_password_length": 6},
}


def first(version: Version) -> ProvisionRequest:
    return ProvisionRequest(
        device_information=INFORMATION if version >= Version.V14_1 else None,
        policies=(PolicyRequest(policy_type=POLICY_TYPE),),
    )


def acknowledgement(key: str | None, status: int | None = 1) -> ProvisionRequest:
    policy = PolicyRequest(policy_type=POLICY_TYPE, policy_key=key, status=status)
    return ProvisionRequest(policies=(policy,))


def provision(phone: Phone, request: ProvisionRequest) -> ProvisionResponse:
    return phone.post(Command.PROVISION, request).read(ProvisionResponse)


def policy_of(response: ProvisionResponse) -> PolicyResponse:
    assert response.status == 1
    (policy,) = response.policies
    return policy


def provisioned(phone: Phone) -> Phone:
    """Go through both phases."""
    phone.policy_key = 0
    temporary = policy_of(provision(phone, first(phone.version))).policy_key
    final = policy_of(provision(phone, acknowledgement(temporary))).policy_key
    assert final is not None
    phone.policy_key = int(final)
    return phone


@pytest.mark.req("MS-ASPROV_R534", "MS-ASPROV_R661", "MS-ASPROV_R601", "MS-ASPROV_R606", "MS-ASPROV_R488")
@pytest.mark.parametrize("version", SERVED)
def test_both_phases(server: RunningServer, version: Version) -> None:
    phone = Phone(server, version, policy_key=0)
    response = provision(phone, first(version))
    policy = policy_of(response)
    assert (response.device_information is not None) == (version >= Version.V14_1)
    assert policy.policy_type == POLICY_TYPE
    assert policy.status == 1
    assert policy.data is not None
    assert policy.data.document.device_password_enabled is False
    assert policy.data.document.attachments_enabled is True
    final = policy_of(provision(phone, acknowledgement(policy.policy_key)))
    assert final.status == 1
    assert final.data is None
    assert final.policy_key not in (None, policy.policy_key)
    assert 0 < int(final.policy_key or 0) <= 0xFFFF_FFFF


def test_an_acknowledgement_that_is_repeated_gets_the_same_answer(server: RunningServer) -> None:
    phone = Phone(server, policy_key=0)
    temporary = policy_of(provision(phone, first(phone.version))).policy_key
    once = policy_of(provision(phone, acknowledgement(temporary)))
    again = policy_of(provision(phone, acknowledgement(temporary)))
    assert once == again


@pytest.mark.req("MS-ASPROV_R658", "MS-ASPROV_R657", "MS-ASPROV_R382", "MS-ASPROV_R695")
def test_the_wrong_key_is_not_acknowledged(server: RunningServer) -> None:
    phone = Phone(server, policy_key=0)
    assert policy_of(provision(phone, acknowledgement("1234"))).status == 5
    old = policy_of(provision(phone, first(phone.version))).policy_key
    new = policy_of(provision(phone, first(phone.version))).policy_key
    assert policy_of(provision(phone, acknowledgement(old))).status == 5
    assert policy_of(provision(phone, acknowledgement(new))).status == 1


@pytest.mark.req("MS-ASPROV_R380", "MS-ASPROV_R502")
def test_an_unknown_type_of_policy(server: RunningServer) -> None:
    request = ProvisionRequest(
        device_information=INFORMATION, policies=(PolicyRequest(policy_type="MS-WAP-Provisioning-XML"),)
    )
    assert policy_of(provision(Phone(server), request)).status == 3


@pytest.mark.req("MS-ASPROV_R493", "MS-ASPROV_R654", "MS-ASPROV_R66614")
def test_an_empty_request_orders_no_wipe(server: RunningServer) -> None:
    assert provision(Phone(server), ProvisionRequest()) == ProvisionResponse(status=1)


@pytest.mark.req("MS-ASPROV_R395", "MS-ASPROV_R704")
def test_protocol_errors(server: RunningServer) -> None:
    phone = Phone(server)
    wipe = ProvisionRequest(remote_wipe=WipeAcknowledgement(status=1))
    assert provision(phone, wipe).status == 2
    assert provision(phone, acknowledgement("1", None)).status == 2


@pytest.mark.req("MS-ASCMD_R4953", "MS-ASCMD_R4954")
def test_device_information_is_required(server: RunningServer) -> None:
    request = ProvisionRequest(policies=(PolicyRequest(policy_type=POLICY_TYPE),))
    assert Phone(server, Version.V14_1).post(Command.PROVISION, request).common_status == 165
    assert provision(Phone(server, Version.V14_0), request).status == 1


def test_what_the_device_says_of_itself_is_kept(server: RunningServer) -> None:
    phone = Phone(server)
    provision(phone, first(phone.version))
    partnerships = server.application.services.partnerships
    account_id = server.users[phone.address].account_id

    async def look() -> dict[str, str]:
        device = await partnerships.contact(account_id, phone.device_id, "T", "", phone.version)
        return await partnerships.information(device)

    said = server.call(look)
    assert said == {"model": "Testphone 5", "os": "TestOS 7", "friendly_name": "Anna's phone"}


@pytest.mark.parametrize("key", [None, 0, 4711])
@pytest.mark.parametrize("version", SERVED)
def test_a_policy_that_asks_nothing_lets_everybody_in(
    server: RunningServer, version: Version, key: int | None
) -> None:
    phone = Phone(server, version, policy_key=key)
    assert phone.folder_sync().status == 1
    provisioned(phone)
    phone.policy_key = key
    assert phone.folder_sync().status == 1


@pytest.mark.req(
    "MS-ASCMD_R4904",
    "MS-ASCMD_R4906",
    "MS-ASCMD_R4912",
    "MS-ASCMD_R7563",
    "MS-ASCMD_R7564",
    "MS-ASCMD_R7566",
    "MS-ASPROV_R458",
    "MS-ASPROV_R487",
    "MS-ASPROV_R483",
)
def test_a_policy_that_is_demanded(tmp_path: Path) -> None:
    with running_server(tmp_path, **PASSWORD_POLICY) as server:
        for version in SERVED:
            phone = Phone(server, version)
            for key, status in ((None, 141), (0, 142), (99, 142)):
                phone.policy_key = key
                demanded(phone, status)
            provisioned(phone)
            assert phone.folder_sync().status == 1
            assert phone.policy_key is not None
            phone.policy_key ^= 1
            demanded(phone, 144)


def demanded(phone: Phone, status: int) -> None:
    """The phone is sent to provision, with a status or HTTP 449 (MS-ASCMD_R7461)."""
    answer = phone.post(Command.FOLDER_SYNC, FOLDER_SYNC)
    if phone.version < Version.V14_0:
        assert answer.status == 449
    else:
        assert answer.status == 200
        assert answer.common_status == status


@pytest.mark.req("MS-ASPROV_R757")
def test_ping_carries_no_policy_key(tmp_path: Path) -> None:
    with running_server(tmp_path, **PASSWORD_POLICY) as server:
        phone = Phone(server, policy_key=None)
        assert phone.post(Command.PING, PingRequest()).common_status == 142
        provisioned(phone)
        phone.policy_key = None
        assert phone.post(Command.PING, PingRequest()).common_status < 100


@pytest.mark.req("MS-ASPROV_R693", "MS-ASPROV_R652", "MS-ASPROV_R1045")
def test_a_policy_that_changes_is_told(tmp_path: Path) -> None:
    with running_server(tmp_path, **PASSWORD_POLICY) as server:
        phone = provisioned(Phone(server))
        assert phone.folder_sync().status == 1
    longer: dict[str, Any] = {
        "policy.required": True,
        "policy.document": {"device_password_enabled": True, "min_device_password_length": 8},
    }
    with running_server(tmp_path, **longer) as server:
        phone.server = server
        demanded(phone, 144)
        provisioned(phone)
        assert phone.folder_sync().status == 1
    with running_server(tmp_path) as server:
        # Even where nothing is asked any more: the device is relieved of what was asked before.
        phone.server = server
        demanded(phone, 144)
        phone.policy_key = 0
        policy = policy_of(provision(phone, first(phone.version)))
        assert policy.data is not None
        assert policy.data.document.device_password_enabled is False
        final = policy_of(provision(phone, acknowledgement(policy.policy_key))).policy_key
        phone.policy_key = int(final or 0)
        assert phone.folder_sync().status == 1


def test_a_version_is_not_asked_for_what_it_cannot_carry() -> None:
    """A setting that a version does not know must not send its phones to provision for ever."""
    policy = Policy({"allow_camera": False})
    assert policy.digest(Version.V12_0) == ""
    assert policy.digest(Version.V12_1) == policy.digest(Version.V16_1) != ""
    assert Policy({"allow_camera": True}).digest(Version.V16_1) == ""


@pytest.mark.req("MS-ASPROV_R455", "MS-ASPROV_R684", "MS-ASPROV_R461", "MS-ASPROV_R687", "MS-ASPROV_R660")
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize(("said", "status"), [(2, 139), (3, 139), (4, 145)])
def test_a_device_that_complies_less_than_it_must(
    tmp_path: Path, version: Version, said: int, status: int
) -> None:
    strict: dict[str, Any] = {
        **PASSWORD_POLICY,
        "policy.allow_partial": False,
        "policy.allow_external": False,
    }
    with running_server(tmp_path, **strict) as server:
        phone = Phone(server, version, policy_key=0)
        temporary = policy_of(provision(phone, first(version))).policy_key
        answer = phone.post(Command.PROVISION, acknowledgement(temporary, said))
        if version < Version.V14_0:
            assert answer.status == 403
        else:
            assert answer.common_status == status
        demanded(phone, 142)


def test_partial_compliance_is_enough_by_default(tmp_path: Path) -> None:
    with running_server(tmp_path, **PASSWORD_POLICY) as server:
        phone = Phone(server, policy_key=0)
        temporary = policy_of(provision(phone, first(phone.version))).policy_key
        final = policy_of(provision(phone, acknowledgement(temporary, 2))).policy_key
        phone.policy_key = int(final or 0)
        assert phone.folder_sync().status == 1


def test_a_device_that_only_validates_leaves_nothing_behind(
    tmp_path: Path,
) -> None:
    with running_server(tmp_path) as server:
        before = contents(tmp_path)
        phone = Phone(server, Version.V12_1, device_id="validate", policy_key=0)
        response = phone.post(Command.FOLDER_SYNC, FOLDER_SYNC).read(FolderSyncResponse)
        assert response.status == 1
        assert response.changes is not None
        assert len(response.changes.adds) >= 11
        provisioned(phone)
        assert phone.post(Command.PING, PingRequest()).status == 403
        assert contents(tmp_path) == before


def test_the_policy_settings_are_those_of_the_wire(tmp_path: Path) -> None:
    document: dict[str, Any] = {"policy.document": {"allow_camera": False, "max_email_age_filter": 3}}
    with running_server(tmp_path, **document) as server:
        policy = policy_of(provision(Phone(server, policy_key=0), first(Version.V14_1)))
        assert policy.data is not None
        assert isinstance(policy.data.document, EASProvisionDoc)
        assert policy.data.document.allow_camera is False
        assert policy.data.document.max_email_age_filter == 3
        assert policy.data.document.allow_browser is True
