"""Which devices would trust what a server shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from overair.doctor.certificates.certificate import read_chain
from overair.doctor.certificates.stores import Knows, StoreName
from overair.doctor.devices.demands import DEMANDS, Shown, doubts, objections
from overair.doctor.devices.device import Device
from overair.doctor.facts.tls import Chain, Ciphers, Link, Nameless, Origin, Presented, RootStores, Versions
from overair.ward.certificates import Authority, CertificateFiles

ALL = frozenset(Device)
MODERN = ALL - {Device.WINDOWS_MOBILE}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def shown(files: CertificateFiles, *, fetched: bool = False) -> Shown:
    """A server that every device trusts, but for its certificate."""
    own, intermediate = read_chain(files.chain)
    links = (
        Link(own, Origin.SENT),
        Link(intermediate, Origin.FETCHED if fetched else Origin.SENT),
    )
    return Shown(
        presented=Presented((own, intermediate)),
        chain=Chain(links, ()),
        stores=RootStores(dict.fromkeys(StoreName, Knows.YES)),
        versions=Versions(("TLSv1", "TLSv1.2", "TLSv1.3")),
        ciphers=Ciphers(forward_secret=True, authenticated=True, plain_rsa=True),
        nameless=Nameless(own),
    )


def objecting(case: Shown) -> frozenset[Device]:
    return frozenset(device for device in Device if objections(device, case))


@pytest.fixture(scope="module")
def usual(authority: Authority) -> Shown:
    return shown(authority.issue(("mail.ward.test",)))


def test_every_device_has_its_demands() -> None:
    assert set(DEMANDS) == set(Device)


def test_nothing_seen_is_nothing_to_object_to() -> None:
    assert not objecting(Shown())


def test_an_ec_key_is_for_all_but_the_oldest(usual: Shown) -> None:
    assert objecting(usual) == {Device.WINDOWS_MOBILE}


def test_versions(usual: Shown) -> None:
    old = replace(usual, versions=Versions(("TLSv1", "TLSv1.1")))
    assert objecting(old) == ALL - {Device.IOS}  # the oldest object to the key
    assert doubts(Device.IOS, old)
    assert objecting(replace(usual, versions=Versions(("TLSv1.3",)))) == {Device.WINDOWS_MOBILE}


@pytest.mark.parametrize(
    ("store", "device"),
    [(StoreName.IOS, {Device.IOS}), (StoreName.ANDROID, {Device.ANDROID, Device.SAMSUNG})],
)
def test_roots(usual: Shown, store: StoreName, device: set[Device]) -> None:
    known = dict.fromkeys(StoreName, Knows.YES) | {store: Knows.NO}

    assert objecting(replace(usual, stores=RootStores(known))) & MODERN == device
    unknown = dict.fromkeys(StoreName, Knows.UNKNOWN)
    assert not objecting(replace(usual, stores=RootStores(unknown))) & MODERN


def test_a_missing_intermediate_is_fetched_by_some(authority: Authority) -> None:
    case = shown(authority.issue(("mail.ward.test",)), fetched=True)

    assert objecting(case) == ALL - {Device.IOS, Device.OUTLOOK}
    assert any("intermediate" in one for one in doubts(Device.OUTLOOK, case))
    assert not doubts(Device.IOS, case)


def test_what_only_iphones_refuse(authority: Authority) -> None:
    for files in (
        authority.issue(("mail.ward.test",), purpose=None),
        authority.issue(("mail.ward.test",), end=900),
        authority.issue(("mail.ward.test",), key="rsa1024"),
    ):
        assert objecting(shown(files)) & MODERN == {Device.IOS}


def test_common_names_count_for_the_oldest_alone(authority: Authority) -> None:
    case = shown(authority.issue(("mail.ward.test",), common_name_only=True))

    assert objecting(case) >= MODERN


def test_the_oldest_say_no_name_and_know_few_ciphers(usual: Shown, authority: Authority) -> None:
    [other, _] = read_chain(authority.issue(("other.test",)).chain)
    oldest = Device.WINDOWS_MOBILE
    weak = Ciphers(forward_secret=True, authenticated=True, plain_rsa=False)

    assert (
        len(objections(oldest, replace(usual, nameless=Nameless(other))))
        == len(objections(oldest, usual)) + 1
    )
    assert len(objections(oldest, replace(usual, ciphers=weak))) == len(objections(oldest, usual)) + 1
    assert not objections(Device.ANDROID, replace(usual, nameless=Nameless(other), ciphers=weak))
