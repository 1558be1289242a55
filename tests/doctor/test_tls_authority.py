"""What the doctor says of a root, by who knows it."""

from __future__ import annotations

from pathlib import Path

import certifi
import pytest

from overair.doctor.certificates.certificate import Certificate, read
from overair.doctor.certificates.issuers import authorities_of
from overair.doctor.certificates.stores import Knows, Store, StoreName
from overair.doctor.checks.tls import authority as checked
from overair.doctor.complaint import Surroundings
from overair.doctor.facts.tls import Chain, Link, Origin, RootStores
from overair.ward.certificates import Authority
from support.asynchronous import run
from support.bedside import HOST, bedside_of

EVERYBODY = tuple(StoreName)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def chain_to(root: Certificate, authority: Authority) -> Chain:
    own, intermediate = map(read, authority.issue((HOST.name,)).chain)
    links = (Link(own, Origin.SENT), Link(intermediate, Origin.SENT), Link(root, Origin.MOZILLA))
    return Chain(links, (root,))


def found(chain: Chain, around: Surroundings) -> tuple[list[str], RootStores]:
    bedside = bedside_of(checked.CHECK, chain, around=around)
    stores = run(checked.examine(bedside))
    for finding in bedside.findings:
        assert finding.says
        assert "{" not in finding.says + finding.cure()
    return [finding.id for finding in bedside.findings], stores


class KnownTo:
    """Has only some lists know a root."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, root: Certificate) -> None:
        self._monkeypatch, self.root = monkeypatch, root

    def __call__(self, *names: StoreName) -> None:
        def known(name: StoreName) -> Store:
            roots = {self.root.fingerprint: self.root.name} if name in names else {}
            return Store(name.value, "1", "2026-01-01", ("https://example.org",), roots, ())

        self._monkeypatch.setattr(checked, "store", known)


@pytest.fixture
def known_to(monkeypatch: pytest.MonkeyPatch, authority: Authority) -> KnownTo:
    """The lists as they are, but for the root of these tests."""
    return KnownTo(monkeypatch, root_of(authority))


def root_of(authority: Authority) -> Certificate:
    [(root,)] = authorities_of((authority.root_file,)).values()
    return root


def test_a_root_that_everybody_knows(authority: Authority, known_to: KnownTo) -> None:
    known_to(*EVERYBODY)
    around = Surroundings(authorities=(authority.root_file,))

    ids, stores = found(chain_to(known_to.root, authority), around)

    assert ids == []
    assert set(stores.known.values()) == {Knows.YES}


def test_it_is_said_when_it_is_this_machine_that_lacks_a_root(
    authority: Authority, known_to: KnownTo
) -> None:
    known_to(*EVERYBODY)

    ids, _ = found(chain_to(known_to.root, authority), Surroundings())

    assert ids == ["root-not-here"]


@pytest.mark.parametrize(
    ("lacking", "illness"),
    [
        (StoreName.MOZILLA, "root-withdrawn"),
        (StoreName.IOS, "root-unknown-to-ios"),
        (StoreName.ANDROID, "root-unknown-to-android"),
        (StoreName.WINDOWS_MOBILE, None),
    ],
)
def test_a_public_root_that_one_list_lacks(
    authority: Authority, known_to: KnownTo, lacking: StoreName, illness: str | None
) -> None:
    known_to(*(name for name in EVERYBODY if name is not lacking))
    around = Surroundings(authorities=(authority.root_file,))

    ids, stores = found(chain_to(known_to.root, authority), around)

    assert ids == ([] if illness is None else [illness])
    assert stores.known[lacking] is Knows.NO


def test_what_only_windows_mobile_knows_is_not_public_any_more(
    authority: Authority, known_to: KnownTo
) -> None:
    known_to(StoreName.WINDOWS_MOBILE)

    assert found(chain_to(known_to.root, authority), Surroundings())[0] == ["private-authority"]


def test_what_is_installed_on_the_devices_is_known_to_all(authority: Authority, known_to: KnownTo) -> None:
    known_to()
    around = Surroundings(device_authorities=(authority.root_file,))

    ids, stores = found(chain_to(known_to.root, authority), around)

    assert ids == []
    assert set(stores.known.values()) == {Knows.YES}


def test_a_root_of_today_is_known_to_the_lists_as_they_are(authority: Authority) -> None:
    mozilla = authorities_of((Path(certifi.where()),))
    root = next(one for alike in mozilla.values() for one in alike if one.name == "ISRG Root X1")
    around = Surroundings(authorities=(Path(certifi.where()),))

    assert found(chain_to(root, authority), around)[0] == []
