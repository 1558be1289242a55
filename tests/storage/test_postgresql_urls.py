"""What a URL of PostgreSQL may say: TLS, services, passwords; and what is said of one that is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from overair.storage.interface import DatabaseUnavailable
from overair.storage.postgresql_connection import Connection
from overair.storage.url import described, is_mistaken
from overair.tls.machine import Machine
from overair.tls.private_ca import ensure
from support.asynchronous import run
from support.postgresql import USER, cluster, needs_postgresql

pytestmark = needs_postgresql

MACHINE = Machine(names=("localhost",), addresses=())
"""What the certificate is for: the server's name, and not its address."""


def encrypted(url: str) -> bool:
    """Whether a connection to the database is; raises DatabaseUnavailable."""

    async def work() -> bool:
        connection = await Connection.connect(url)
        try:
            row = await connection.raw.fetchrow("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            return bool(row and row[0])
        finally:
            await connection.close()

    return run(work())


def refusal(url: str) -> str:
    """The one line with which a connection fails."""
    with pytest.raises(DatabaseUnavailable) as failed:
        encrypted(url)
    assert "\n" not in str(failed.value)
    assert "secret" not in str(failed.value)
    return str(failed.value)


def address(mode: str, *, host: str = "localhost", root: Path | None = None) -> str:
    certificate = f"&sslrootcert={root}" if root is not None else ""
    return f"postgresql://{USER}@{host}:{cluster().port}/postgres?sslmode={mode}{certificate}"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The certificate of the authority of a server that has TLS."""
    folder = tmp_path_factory.mktemp("authority")
    made = ensure(folder, MACHINE)
    with cluster().tls(made.certificate_path, made.private_key_path):
        yield folder / "root.pem"


def test_a_server_without_tls_is_not_trusted_where_the_url_wants_it(tmp_path: Path) -> None:
    assert "SSL" in refusal(address("require"))
    assert not encrypted(address("prefer"))
    assert "`sslmode` parameter must be one of" in refusal(address("sometimes"))
    assert str(tmp_path / "root.pem") in refusal(address("verify-full", root=tmp_path / "root.pem"))


def test_each_mode_checks_what_it_says(root: Path, tmp_path: Path) -> None:
    assert not encrypted(address("disable"))
    for mode in ("prefer", "require", "verify-ca", "verify-full"):
        assert encrypted(address(mode, root=root)), mode
    # With another authority's root only those go on that do not look at it.
    ensure(tmp_path, MACHINE)
    assert encrypted(address("prefer", root=tmp_path / "root.pem"))
    for mode in ("require", "verify-ca", "verify-full"):
        assert "certificate is not trusted" in refusal(address(mode, root=tmp_path / "root.pem"))
    # The certificate is not one for the address.
    assert encrypted(address("verify-ca", host="127.0.0.1", root=root))
    assert "not valid for '127.0.0.1'" in refusal(address("verify-full", host="127.0.0.1", root=root))


def test_a_password_comes_from_the_file_in_the_home_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = cluster()
    there.require_password("berta", "geheim%1")
    url = f"postgresql://berta@127.0.0.1:{there.port}/postgres?sslmode=disable"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PGPASSFILE", raising=False)
    assert "refuses the log-in" in refusal(url)
    passwords = tmp_path / ".pgpass"
    passwords.write_text(f"# ours\n127.0.0.1:{there.port}:*:berta:geheim%1\n")
    passwords.chmod(0o600)
    assert not encrypted(url)
    # What others may read is not used.
    passwords.chmod(0o644)
    with pytest.warns(UserWarning, match="permissions"):
        assert "refuses the log-in" in refusal(url)


def test_a_service_names_server_database_and_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = cluster()
    there.require_password("clara", "geheim%2")
    services = tmp_path / ".pg_service.conf"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PGSERVICEFILE", raising=False)
    lines = f"[mail]\nhost=127.0.0.1\nport={there.port}\nuser=clara\ndbname=postgres\nsslmode=disable\n"
    services.write_text(f"{lines}password=geheim%%2\n")
    url = "postgresql://?service=mail"
    assert not encrypted(url)
    services.rename(tmp_path / "services")
    assert "there is no service mail" in refusal(url)
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    assert not encrypted(url)
    assert "there is no service post" in refusal("postgresql://?service=post")
    (tmp_path / "services").write_text(f"{lines}password=secret%2\n")
    assert "a % in it is written %%" in refusal(url)


@pytest.mark.parametrize("password", ["secret/1", "secret?1", "secret#1", "1/secret", "x/se@secret"])
def test_a_password_that_ends_the_host_too_early_is_not_shown(password: str) -> None:
    url = f"postgresql://anna:{password}@127.0.0.1:{cluster().port}/postgres"
    assert is_mistaken(url)
    assert "%2F for /" in refusal(url)


def test_a_url_is_shown_without_its_passwords() -> None:
    for url, shown in [
        ("postgresql://a:secret@h:1/d?sslmode=require&password=x", "postgresql://a@h:1/d?sslmode=require"),
        ("postgresql:///d?host=/run/postgresql", "postgresql:///d?host=/run/postgresql"),
        ("postgresql://h1:1,[::1]:2/d?sslpassword=x", "postgresql://h1:1,[::1]:2/d"),
        ("postgresql://h,i:2/d?user=a@b", "postgresql://h,i:2/d?user=a@b"),
    ]:
        assert described(url) == shown
        assert not is_mistaken(url)
