"""The phone that the doctor plays: what it asks, what it never says, what it leaves behind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from overair.devices.device import Device
from overair.doctor.checks import login, protocol, push
from overair.doctor.checks.protocol import first_sync, provisioning
from overair.doctor.complaint import Complaint
from overair.doctor.phone import DEVICE_TYPE, device_id
from overair.doctor.step import State
from overair.protocol.folder_sync import FolderSyncResponse
from overair.protocol.get_item_estimate import GetItemEstimateRequest, GetItemEstimateResponse
from overair.protocol.http import Command, Request
from overair.protocol.provision import ProvisionRequest, ProvisionResponse
from overair.protocol.schema import Record
from overair.protocol.statuses import CommonStatus, ProvisionStatus
from overair.protocol.sync import SyncRequest
from overair.ward.overair_server import Overair
from overair.ward.posing import Own
from overair.ward.site import NAMES, records
from overair.ward.ward import Ward
from support.posed import Heard, posed
from support.practice import Practice, examination, found, practising, step_of

CHECKS = (*login.CHECKS, *protocol.CHECKS, *push.CHECKS)


@pytest.fixture(scope="module")
def practice() -> Iterator[Practice]:
    yield from practising()


@pytest.mark.parametrize("account_only", [False, True])
def test_an_order_to_wipe_is_shown_and_never_acknowledged(practice: Practice, account_only: bool) -> None:
    order = ProvisionResponse(
        status=ProvisionStatus.SUCCESS, remote_wipe=not account_only, account_only_remote_wipe=account_only
    )
    heard = Heard(ProvisionRequest, order)

    examined = practice.examine(posed({Command.PROVISION: heard}, send=True, push=True), CHECKS)

    assert found(examined) == ["wipe-ordered"]
    says = examined.findings[0].says
    assert ("of the account alone" if account_only else "of the whole device") in says
    assert len(heard.requests) == 1
    _assert_no_word_of_a_wipe(heard)
    reached = [step.check.id for step in examined.steps if step.state is not State.NOT_REACHED]
    assert reached[-2:] == ["versions", "provisioning"]


def test_an_order_that_comes_later_is_not_acknowledged_either(practice: Practice) -> None:
    """The first Provision brings a policy; FolderSync then says that there is a wipe."""
    heard = Heard(ProvisionRequest)

    async def provision(request: Request, own: Own) -> Record | None:
        answer = await heard(request, own)
        return answer if len(heard.requests) < 3 else ProvisionResponse(status=1, remote_wipe=True)

    async def folder_sync(_request: Request, own: Own) -> Record | None:
        if len(heard.requests) < 2:
            return await own()  # the log-in's look
        return FolderSyncResponse(status=CommonStatus.REMOTE_WIPE_REQUESTED)

    changes = {Command.PROVISION: provision, Command.FOLDER_SYNC: folder_sync}
    examined = practice.examine(posed(changes, send=True, push=True), CHECKS)

    assert found(examined) == ["folder-sync-fails"]
    assert "wipe" in examined.findings[0].says
    assert len(heard.requests) == 3
    _assert_no_word_of_a_wipe(heard)


def _assert_no_word_of_a_wipe(heard: Heard) -> None:
    for request in heard.requests:
        assert isinstance(request, ProvisionRequest)
        assert request.remote_wipe is None
        assert request.account_only_remote_wipe is None
        assert request.status is None


def test_policies_are_shown_and_one_device_stays(practice: Practice) -> None:
    async def devices(overair: Overair, address: str) -> list[Device]:
        user = await overair.application.directory.find(address)
        assert user is not None
        return await overair.application.services.partnerships.devices(user.account_id)

    seen: list[list[Device]] = []
    settings = {
        "policy.required": True,
        "policy.document": {
            "device_password_enabled": True,
            "min_device_password_length": 6,
            "require_device_encryption": True,
            "allow_camera": False,
        },
    }

    @asynccontextmanager
    async def start(ward: Ward) -> AsyncIterator[Complaint]:
        address = ward.address()
        records(ward, address)
        place = msgspec.structs.replace((await ward.overair()).place, address=address, port=ward.https)
        async with ward.own_overair(place, ward.authority.issue(NAMES), settings) as overair:
            yield ward.complaint()
            seen.append(await devices(overair, ward.user))
            again = await examination(ward.complaint(), CHECKS)
            assert found(again) == ["policies-strict"]
            seen.append(await devices(overair, ward.user))

    examined = practice.examine(start, CHECKS)

    assert found(examined) == ["policies-strict"]
    assert "RequireDeviceEncryption" in examined.findings[0].says
    assert step_of(examined, provisioning.CHECK).notes == (
        "DevicePasswordEnabled=1, MinDevicePasswordLength=6, AllowCamera=0, RequireDeviceEncryption=1",
    )
    for devices_then in seen:
        assert [(one.device_id, one.device_type) for one in devices_then] == [(device_id(), DEVICE_TYPE)]
    assert device_id().startswith("OVERAIRDOCTOR")


def test_the_first_items_of_each_class_are_asked_for(practice: Practice) -> None:
    syncs, estimates = Heard(SyncRequest), Heard(GetItemEstimateRequest)
    changes = {Command.SYNC: syncs, Command.GET_ITEM_ESTIMATE: estimates}

    examined = practice.examine(posed(changes), CHECKS)

    assert found(examined) == []
    asked = [one.collections[0] for one in syncs.requests if isinstance(one, SyncRequest)]
    first, second = asked[::2], asked[1::2]
    assert [one.sync_key for one in first] == ["0"] * 5
    assert [one.collection_id for one in first] == [one.collection_id for one in second]
    assert len({one.collection_id for one in first}) == 5
    assert all(one.sync_key != "0" and one.window_size == first_sync.WINDOW for one in second)
    assert not any(one.commands for one in asked)
    assert [note.partition(":")[0] for note in step_of(examined, first_sync.CHECK).notes] == [
        "Inbox",
        "Calendar",
        "Contacts",
        "Tasks",
        "Notes",
    ]
    (estimate,) = estimates.requests
    assert isinstance(estimate, GetItemEstimateRequest)
    assert [one.collection_id for one in estimate.collections] == [first[0].collection_id]


def test_an_estimate_that_fails_is_an_oddity(practice: Practice) -> None:
    answer = GetItemEstimateResponse(status=CommonStatus.SERVER_ERROR)

    examined = practice.examine(
        posed({Command.GET_ITEM_ESTIMATE: Heard(GetItemEstimateRequest, answer)}), CHECKS
    )

    assert found(examined) == ["estimate-fails"]


@pytest.mark.parametrize(
    ("status", "illness"),
    [
        (CommonStatus.USER_DISABLED_FOR_SYNC, "eas-disabled"),
        (CommonStatus.USER_ON_NEW_MAILBOX_CANNOT_SYNC, "eas-disabled"),
        (CommonStatus.USER_ON_LEGACY_MAILBOX_CANNOT_SYNC, "eas-disabled"),
        (CommonStatus.DEVICE_IS_BLOCKED_FOR_THIS_USER, "device-blocked"),
        (CommonStatus.ACCESS_DENIED, "device-blocked"),
        (CommonStatus.ACCOUNT_DISABLED, "eas-disabled"),
        (CommonStatus.MAXIMUM_DEVICES_REACHED, "devices-too-many"),
        (CommonStatus.DEVICE_NOT_PROVISIONED, "provisioning-endless"),
        (CommonStatus.INVALID_POLICY_KEY, "provisioning-endless"),
        (CommonStatus.SERVER_ERROR, "folder-sync-fails"),
        (6, "folder-sync-fails"),
        (999, "folder-sync-fails"),
    ],
)
def test_what_a_refusal_of_the_folders_means(practice: Practice, status: int, illness: str) -> None:
    answer = FolderSyncResponse(status=status)

    async def folder_sync(_request: Request, _own: Own) -> Record | None:
        return answer

    examined = practice.examine(posed({Command.FOLDER_SYNC: folder_sync}), CHECKS)

    assert found(examined) == [illness]
