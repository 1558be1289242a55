"""`overair cert`, beside a server that runs and without one."""

from __future__ import annotations

import json
import plistlib
import shutil
import ssl
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from overair.tls.authority import names_of
from overair.tls.files import read_pair
from support.acme_server import acme_server
from support.certified import until
from support.command import done, overair
from support.house import House, Serve
from support.packages import needs


@pytest.fixture(scope="module", name="house")
def private_house(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> House:
    return serve(tmp_path_factory.mktemp("cert") / "data")


def asked(house: House, *arguments: str) -> Any:
    return json.loads(done("cert", *arguments, "--json", "--data-dir", house.data_dir))


def served(house: House) -> x509.Certificate:
    return x509.load_pem_x509_certificate(ssl.get_server_certificate(("127.0.0.1", house.port)).encode())


def test_what_is_served_is_shown_checked_and_renewed(house: House) -> None:
    shown = asked(house, "show")
    assert (shown["source"], shown["served"], shown["key"]) == ("private", True, "RSA 2048")
    assert "localhost" in shown["names"]
    assert shown["days_left"] == pytest.approx(396, abs=1)
    assert asked(house, "check")["problems"] == []
    first = served(house)
    assert not asked(house, "renew")["renewed"]
    assert served(house) == first
    assert asked(house, "renew", "--force")["renewed"]
    assert served(house) != first


def test_a_certificate_for_a_proxy(house: House, tmp_path: Path) -> None:
    file = tmp_path / "proxy.pem"
    where = ("--output", file, "--data-dir", house.data_dir)
    text = done("cert", "issue", "Mail.example.org", "*.example.org", "192.0.2.7", *where)
    assert "*.example.org, mail.example.org, 192.0.2.7" in text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    pair = read_pair(file, file)
    assert names_of(pair.leaf)[0] == {"mail.example.org", "*.example.org"}
    pair.leaf.verify_directly_issued_by(pair.chain[1])
    again = overair("cert", "issue", "mail.example.org", *where)
    assert again.returncode == 2
    assert "--replace" in again.stderr
    wrong = overair("cert", "issue", "my_phone", "--output", tmp_path / "x", "--data-dir", house.data_dir)
    assert wrong.returncode == 1
    assert wrong.stderr.count("\n") == 1
    assert not (tmp_path / "x").exists()


def test_the_root_in_every_form(house: House, tmp_path: Path) -> None:
    where = ("--data-dir", house.data_dir)
    root = x509.load_pem_x509_certificate(done("cert", "export-root", *where).encode())
    for form in ("cer", "mobileconfig"):
        done("cert", "export-root", "--form", form, "--output", tmp_path / form, *where)
    profile = plistlib.loads((tmp_path / "mobileconfig").read_bytes())
    for data in ((tmp_path / "cer").read_bytes(), profile["PayloadContent"][0]["PayloadContent"]):
        assert x509.load_der_x509_certificate(data) == root


def test_without_a_server_and_with_problems(house: House, tmp_path: Path) -> None:
    shutil.copytree(house.data_dir / "tls", tmp_path / "data" / "tls")
    (tmp_path / "data").chmod(0o700)
    data = tmp_path / "data"
    config = tmp_path / "overair.toml"
    pem, key = data / "tls" / "server.pem", data / "tls" / "server.key"
    config.write_text(
        f'url = "https://mail.example.org"\n[tls]\ncertificate = "{pem}"\nprivate_key = "{key}"\n'
    )
    found = overair("cert", "check", "--config", config, "--data-dir", data)
    assert found.returncode == 1
    [line] = found.stdout.splitlines()
    assert line.startswith("error: the certificate is not for mail.example.org. Remedy: ")
    refused = overair("cert", "renew", "--config", config, "--data-dir", data)
    assert refused.returncode == 1
    assert "yours to renew" in refused.stderr
    # Without those settings it is the private authority's, and the store's own lock is enough.
    done("cert", "renew", "--force", "--data-dir", data)
    assert read_pair(pem, key).leaf != served(house)


def test_no_authority_and_no_directory(tmp_path: Path) -> None:
    assert "no data directory" in overair("cert", "show", "--data-dir", tmp_path / "none").stderr
    assert "no private authority" in overair("cert", "export-root", "--data-dir", tmp_path).stderr


def ordered(folder: Path) -> int:
    """How many orders pebble was given."""
    return (folder / "pebble.log").read_text().count("POST /order-plz")


@needs("pebble", "pebble-challtestsrv")
def test_a_server_that_is_killed_in_a_renewal_comes_back_with_its_certificate(tmp_path: Path) -> None:
    with acme_server(tmp_path) as acme:
        house = House(tmp_path / "data", tls=True)
        house.port = acme.tls_port
        settings = "\n".join(f"{name} = {json.dumps(value)}" for name, value in acme.settings().items())
        house._config.write_text(
            f'[tls]\npage_port = 0\nnames = ["mail.example.org"]\n[tls.acme]\n{settings}\n'
        )
        with house:
            until(lambda: "certificate in use" in house.log_text)
            first = served(house)
            [folder] = (house.data_dir / "tls" / "acme").iterdir()
            before = (folder / "server.pem").read_bytes()
            orders = ordered(tmp_path)
            with ThreadPoolExecutor() as beside:
                renewal = beside.submit(overair, "cert", "renew", "--force", "--data-dir", house.data_dir)
                until(lambda: ordered(tmp_path) > orders)
                house.kill()
                assert "stopped before it was done" in renewal.result().stderr
            assert (folder / "server.pem").read_bytes() == before
            house.start()
            assert served(house) == first
            assert asked(house, "show")["source"] == "acme"
