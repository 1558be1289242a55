"""What is known of devices: the same in the doctor's tables, on its page and on the pages of the devices."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools import device_tables

from overair.doctor.certificates.certificate import Certificate, read
from overair.doctor.certificates.stores import Knows, StoreName
from overair.doctor.check import Check, Scope
from overair.doctor.checks import CHECKS
from overair.doctor.complaint import Complaint
from overair.doctor.devices.answers import ENCODING, OAUTH, OFFER, POLICIES, WITHOUT_PASSWORD
from overair.doctor.devices.demands import ALIKE, DEMANDS, Shown, doubts, objections
from overair.doctor.devices.device import CURRENT, EVERY, Device
from overair.doctor.devices.illnesses import SUFFERING
from overair.doctor.devices.opinion import Question
from overair.doctor.devices.policies import OBEDIENCE
from overair.doctor.devices.profiles import PROFILES
from overair.doctor.diagnosis import diagnose
from overair.doctor.examination import Examined
from overair.doctor.facts.hosts import Method, Server, Source
from overair.doctor.facts.tls import Chain, Link, Origin, Presented, RootStores, Versions
from overair.doctor.host import Host
from overair.doctor.illness import Finding, Illness, Severity
from overair.doctor.reporting.report import Verdict, verdict
from overair.doctor.step import State, Step
from overair.protocol.policy import EASProvisionDoc
from overair.versions import Version
from overair.ward.certificates import Authority

DOCS = Path(__file__).parents[2] / "docs"
MAIL = Host("mail.example.org")
SERVER = Server(MAIL, "/Microsoft-Server-ActiveSync", Source.AUTODISCOVER)


def page(device: Device) -> str:
    return (DOCS / "devices" / f"{PROFILES[device].page}.md").read_text(encoding="utf-8")


def row(name: str) -> str:
    """What docs/autodiscover.md says of how a client looks."""
    text = (DOCS / "autodiscover.md").read_text(encoding="utf-8")
    [found] = [line for line in text.splitlines() if line.startswith(f"| {name} ") or f"| {name} |" in line]
    return found


def test_the_page_has_the_tables_as_they_are() -> None:
    """`python -m tools.device_tables` writes them anew."""
    text = device_tables.PAGE.read_text(encoding="utf-8")

    assert device_tables.filled(text) == text
    for one in SUFFERING.values():
        assert f"### {one.illness.id}\n" in text
    assert all(f"| `{question}` |" in text for question in Question)


def test_every_kind_is_in_every_table() -> None:
    assert set(PROFILES) == set(DEMANDS) == set(OBEDIENCE) == EVERY
    assert set(SUFFERING) == set(Question)


def test_illnesses_that_say_the_same_exist() -> None:
    known = {illness.id for check in CHECKS for illness in check.finds}
    named = (*ALIKE.values(), OFFER, POLICIES, WITHOUT_PASSWORD, OAUTH, ENCODING)

    assert frozenset().union(*named) <= known


def test_settings_are_those_of_policies() -> None:
    known = {one.field.tag.name for one in EASProvisionDoc.fields()}
    for one in OBEDIENCE.values():
        assert one.keeps | one.cannot <= known
        assert not one.keeps & one.cannot


def test_the_pages_of_the_devices_say_the_same() -> None:
    oldest = page(Device.WINDOWS_MOBILE)
    rows = [line for line in oldest.splitlines() if re.match(r"\| Windows Mobile \d", line)]
    spoken = set(re.findall(r"\b(?:2\.5|1[2-6]\.[01])\b", " ".join(line.split("|")[2] for line in rows)))
    assert {one.text for one in PROFILES[Device.WINDOWS_MOBILE].versions} == spoken
    assert "no TLS newer than 1.0" in oldest
    assert DEMANDS[Device.WINDOWS_MOBILE].versions == ("TLSv1",)
    assert f"Versions {max(PROFILES[Device.IOS].versions).text} and older" in page(Device.IOS)
    assert "Gmail does not look for SRV records" in page(Device.ANDROID)
    assert "the cloud trusts no private one" in page(Device.OUTLOOK)
    assert not DEMANDS[Device.OUTLOOK].installs_roots
    assert "which versions of the protocol its cloud speaks, is Microsoft's to say" in page(Device.OUTLOOK)
    assert not PROFILES[Device.OUTLOOK].versions


@pytest.mark.parametrize("device", Device)
def test_how_clients_look_is_told_alike(device: Device) -> None:
    profile = PROFILES[device]
    told = {
        Device.IOS: "iPhone, iPad",
        Device.ANDROID: "Android",
        Device.SAMSUNG: "Android",
        Device.OUTLOOK: "Outlook for phones",
        Device.WINDOWS_MOBILE: "Windows Mobile",
    }
    said = row(told[device])
    looked = {*profile.methods, *profile.perhaps_methods}
    assert profile.methods[:2] == (Method.DOMAIN, Method.AUTODISCOVER)
    assert profile.json == ("JSON" in said)
    if device is Device.ANDROID:
        assert ("no SRV" in said) == (Method.SRV not in looked)
        assert ("plain HTTP" in said) == (Method.REDIRECT in profile.methods)


def partial() -> list[Illness]:
    """Those that do not concern every kind, or stop some that they do not stop in general."""
    known: dict[str, Illness] = {}
    for check in CHECKS:
        for one in check.finds:
            if one.hits != EVERY or one.breaks:
                known[one.id] = one
    return list(known.values())


def seen_as(illness: Illness, device: Device) -> tuple[str | None, Verdict]:
    """The cause and the verdict where a check has found that alone, and nothing else was looked at."""
    check = next(check for check in CHECKS if illness in check.finds)
    host = MAIL if check.scope in (Scope.HOST, Scope.SERVER) else None
    finding = Finding(illness, check.id, host, {})
    step = Step(check=check, host=host, state=State.FOUND, findings=(finding,))
    examined = Examined(Complaint(address="anna@example.org"), (step,), {}, SERVER, (), 1.0)
    diagnosis = diagnose(examined, device)
    return diagnosis.cause.id if diagnosis.cause else None, verdict(examined, diagnosis)


@pytest.mark.parametrize("illness", partial(), ids=lambda one: one.id)
def test_an_illness_is_the_cause_for_those_that_it_concerns(illness: Illness) -> None:
    for device in Device:
        cause, told = seen_as(illness, device)
        counts = device in illness.hits and illness.severity_for(device) is not Severity.ODDITY
        assert cause == (illness.id if counts else None)
        stopped = counts and illness.severity_for(device) is Severity.BREAKS
        assert (told is Verdict.BROKEN) == stopped
    assert illness.breaks <= illness.hits


def finding_step(name: str, illness: Illness) -> Step:
    base = next(check for check in CHECKS if check.id == "tls-trusted")
    check = Check(id=name, title=name, section=base.section, scope=Scope.HOST, examine=base.examine)
    return Step(check=check, host=MAIL, state=State.FOUND, findings=(Finding(illness, name, MAIL, {}),))


def test_what_does_not_concern_a_device_still_explains_what_the_doctor_met() -> None:
    """The doctor's machine is like other devices there: what follows for it does not follow for this one."""
    reason = Illness(
        id="reason",
        severity=Severity.BREAKS,
        says="",
        cure="",
        explains=frozenset(("met",)),
        hits=frozenset((Device.ANDROID,)),
    )
    met = Illness(id="met", severity=Severity.BREAKS, says="", cure="")
    steps = (finding_step("one", reason), finding_step("two", met))
    examined = Examined(Complaint(address="anna@example.org"), steps, {}, SERVER, (), 1.0)

    assert diagnose(examined, Device.IOS).cause is None
    android = diagnose(examined, Device.ANDROID).cause
    assert android is not None
    assert android.id == "reason"


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Certificate, ...]:
    files = Authority(tmp_path_factory.mktemp("authority")).issue(("mail.example.org",), key="rsa2048")
    return tuple(read(der) for der in files.chain)


def test_a_public_root_leaves_open_whether_the_cloud_trusts_it(chain: tuple[Certificate, ...]) -> None:
    def shown(*, private: bool, knows: Knows = Knows.YES) -> Shown:
        links = tuple(Link(one, Origin.SENT) for one in chain)
        stores = RootStores(dict.fromkeys(StoreName, knows), private=private)
        return Shown(Presented(chain), Chain(links, ()), stores, Versions(("TLSv1.2",)))

    assert not objections(Device.OUTLOOK, shown(private=False))
    assert any("not at hand" in one for one in doubts(Device.OUTLOOK, shown(private=False)))
    assert objections(Device.OUTLOOK, shown(private=True))
    for device in CURRENT - {Device.OUTLOOK}:
        assert not objections(device, shown(private=True))
        assert not doubts(device, shown(private=True))
        assert doubts(device, shown(private=False, knows=Knows.UNKNOWN))


def test_versions_are_known_or_perhaps() -> None:
    for one in PROFILES.values():
        assert one.versions or one.perhaps_versions
        assert not one.versions & one.perhaps_versions
        assert one.versions | one.perhaps_versions <= frozenset(Version)
