"""What a policy demands, of every command in every version, and both phases as raw requests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from overair.protocol.commands import messages_of
from overair.protocol.http import Command
from overair.versions import SERVED, Version
from overair.wbxml import Element, encode
from overair.wbxml.pages import FolderHierarchy, Provision, Settings
from support.phone import Answer, Phone, contents, every
from support.server import RunningServer, running_server
from support.spoken import SPOKEN

E = Element
TYPE = "MS-EAS-Provisioning-WBXML"
PASSWORD: dict[str, Any] = {
    "policy.document": {"device_password_enabled": True, "min_device_password_length": 6}
}
FOLDER_SYNC = encode(E(FolderHierarchy.FolderSync, [E(FolderHierarchy.SyncKey, "0")]))

MINIMAL = {spoken.command: encode(E(spoken.root, [])) for spoken in SPOKEN}
"""What reads as a message of the command, or breaks its schema."""


def provision(phone: Phone, *policy: Element, before: tuple[Element, ...] = ()) -> Element:
    tree = E(Provision.Provision, [*before, E(Provision.Policies, [E(Provision.Policy, list(policy))])])
    answer = phone.post(Command.PROVISION, encode(tree))
    assert answer.status == 200, answer
    return answer.tree


def described(version: Version) -> tuple[Element, ...]:
    if version < Version.V14_1:
        return ()
    return (E(Settings.DeviceInformation, [E(Settings.Set, [E(Settings.Model, "x")])]),)


def key_of(tree: Element) -> str:
    return next(node.text for node in every(tree) if node.tag is Provision.PolicyKey)


def ask(phone: Phone) -> str:
    """The first phase; returns the temporary key."""
    tree = provision(phone, E(Provision.PolicyType, TYPE), before=described(phone.version))
    assert {node.tag for node in every(tree)} >= {Provision.EASProvisionDoc, Provision.DevicePasswordEnabled}
    return key_of(tree)


def acknowledge(phone: Phone, key: str, status: str = "1") -> Element:
    policy = (E(Provision.PolicyType, TYPE), E(Provision.PolicyKey, key), E(Provision.Status, status))
    return provision(phone, *policy)


def demanded(phone: Phone, command: Command = Command.FOLDER_SYNC, body: bytes = FOLDER_SYNC) -> int | None:
    """The status that sends the phone to provision; None where the request went through."""
    answer = phone.post(command, body)
    if phone.version < Version.V14_0:
        return 449 if answer.status == 449 else None
    if not answer.body:
        return None
    # The answer is validated: a Status of the command's own in the command's own schema.
    status = answer.common_status
    return status if 139 < status < 146 else None


@pytest.mark.req(
    "MS-ASCMD_R4904",
    "MS-ASCMD_R4906",
    "MS-ASCMD_R4912",
    "MS-ASCMD_R4987",
    "MS-ASCMD_R7563",
    "MS-ASCMD_R7564",
    "MS-ASCMD_R7566",
    "MS-ASPROV_R458",
    "MS-ASPROV_R685",
    "MS-ASPROV_R487",
)
@pytest.mark.parametrize("version", SERVED)
def test_every_command_is_held_to_a_policy_that_is_required(tmp_path: Path, version: Version) -> None:
    good = {
        Command.SYNC: b"",
        Command.PING: b"",
        Command.FOLDER_SYNC: FOLDER_SYNC,
        Command.SETTINGS: MINIMAL[Command.SETTINGS],
        Command.ITEM_OPERATIONS: MINIMAL[Command.ITEM_OPERATIONS],
    }
    settings: dict[str, Any] = {**PASSWORD, "policy.required": True}
    with running_server(tmp_path, **settings) as server:
        phone = Phone(server, version)
        demanded(phone)
        before = contents(tmp_path)
        for command, body in good.items():
            for key, status in ((None, 141), (0, 142), (1234, 142)):
                phone.policy_key = key
                if command is Command.PING and key is None:
                    status = 142  # a Ping carries no key
                expected = status if version >= Version.V14_0 else 449
                assert demanded(phone, command, body) == expected, (command, key)
        if version < Version.V14_0:
            assert demanded(phone, Command.SEND_MAIL, b"To: anna@example.org\r\n\r\n") == 449
            assert phone.post(Command.GET_ATTACHMENT, attachment_name="1:1:1").status == 449
        assert contents(tmp_path) == before
        temporary = ask(phone)
        phone.policy_key = int(temporary)
        assert demanded(phone) in (142, 449)  # MS-ASPROV_R626
        phone.policy_key = int(key_of(acknowledge(phone, temporary)))
        for command, body in good.items():
            assert demanded(phone, command, body) is None
        phone.policy_key -= 1
        assert demanded(phone) in (144, 449)


@pytest.mark.req("MS-ASPROV_R483", "MS-ASPROV_R685", "MS-ASPROV_R487")
@pytest.mark.parametrize("version", SERVED)
def test_a_policy_that_is_not_required_is_for_phones_that_can_provision(
    tmp_path: Path, version: Version
) -> None:
    with running_server(tmp_path, **PASSWORD) as server:
        cannot = Phone(server, version, policy_key=None)
        assert demanded(cannot) is None
        assert demanded(cannot, Command.PING, b"") is None
        can = Phone(server, version, policy_key=0)
        assert demanded(can) in (142, 449)
        key = key_of(acknowledge(can, ask(can), "3"))  # the user said no, and is let in all the same
        can.policy_key = int(key)
        assert demanded(can) is None
        assert demanded(can, Command.PING, b"") is None
        can.policy_key -= 1
        assert demanded(can) in (144, 449)


@pytest.mark.req("MS-ASPROV_R475", "MS-ASPROV_R761", "MS-ASPROV_R692", "MS-ASPROV_R690", "MS-ASPROV_R471")
@pytest.mark.parametrize("version", SERVED)
def test_acknowledgements_that_are_wrong(tmp_path: Path, version: Version) -> None:
    with running_server(tmp_path, **PASSWORD) as server:
        phone = Phone(server, version, policy_key=0)
        temporary = ask(phone)
        before = contents(tmp_path)
        for wrong in ("0", "1", temporary + "0", "-1", "text", temporary[:-1]):
            tree = acknowledge(phone, wrong)
            statuses = [node.text for node in every(tree) if node.tag is Provision.Status]
            assert statuses == ["1", "5"]
            assert Provision.PolicyKey not in {node.tag for node in every(tree)}
        unknown = provision(
            phone, E(Provision.PolicyType, "MS-WAP-Provisioning-XML"), before=described(version)
        )
        assert [node.text for node in every(unknown) if node.tag is Provision.Status] == ["1", "3"]
        assert {k: v for k, v in contents(tmp_path).items() if k != "partnership"} == {
            k: v for k, v in before.items() if k != "partnership"
        }
        assert key_of(acknowledge(phone, temporary)) != temporary


def policies(*policy: Element) -> list[Element]:
    return [E(Provision.Policies, [E(Provision.Policy, list(policy))])]


BREACHES = {
    "no policy": [E(Provision.Policies)],
    "no type": policies(),
    "key only": policies(E(Provision.PolicyKey, "1")),
    "no number": policies(E(Provision.PolicyType, TYPE), E(Provision.Status, "x")),
    "no byte": policies(E(Provision.PolicyType, TYPE), E(Provision.Status, "256")),
    "long key": policies(E(Provision.PolicyType, TYPE), E(Provision.PolicyKey, "9" * 65)),
    "no status": policies(E(Provision.PolicyType, TYPE), E(Provision.PolicyKey, "9")),
    "two types": policies(E(Provision.PolicyType, TYPE), E(Provision.PolicyType, TYPE)),
    "empty wipe": [E(Provision.RemoteWipe)],
    "a wipe nobody ordered": [E(Provision.RemoteWipe, [E(Provision.Status, "1")])],
    "a document": [E(Provision.EASProvisionDoc)],
}


@pytest.mark.req("MS-ASPROV_R704", "MS-ASPROV_R450", "MS-ASPROV_R679", "MS-ASCMD_R4989")
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("children", BREACHES.values(), ids=BREACHES)
def test_provisions_that_are_wrong(
    server: RunningServer, data_dir: Path, version: Version, children: list[Element]
) -> None:
    phone = Phone(server, version)
    phone.folder_sync()
    before = contents(data_dir)
    answer = phone.post(Command.PROVISION, encode(E(Provision.Provision, children)))
    assert answer.common_status == 2
    assert [child.tag for child in answer.tree] == [Provision.Status]
    assert contents(data_dir) == before


@pytest.mark.req("MS-ASCMD_R4953", "MS-ASCMD_R4954", "MS-ASPROV_R368", "MS-ASPROV_R607", "MS-ASPROV_R608")
@pytest.mark.parametrize("version", SERVED)
def test_device_information_is_for_14_1_and_later(server: RunningServer, version: Version) -> None:
    phone = Phone(server, version)
    later = version >= Version.V14_1

    def answer(*before: Element) -> Answer:
        tree = E(Provision.Provision, [*before, *policies(E(Provision.PolicyType, TYPE))])
        return phone.post(Command.PROVISION, encode(tree))

    without, with_it = answer(), answer(*described(Version.V14_1))
    assert without.common_status == (165 if later else 1)
    assert with_it.common_status == (1 if later else 2)
    assert (with_it.tree.find(Settings.DeviceInformation) is not None) is later
    if later:
        told = answer(E(Settings.DeviceInformation)).tree.find(Settings.DeviceInformation)
        assert told == E(Settings.DeviceInformation, [E(Settings.Status, "2")])


def test_all_commands_that_take_wbxml_are_here() -> None:
    taken = {command for command in Command for version in SERVED if messages_of(command, version).request}
    assert taken - {Command.SMART_FORWARD, Command.SMART_REPLY} == set(MINIMAL)
