"""The embedded directory: who may log in, what is remembered, and the address list."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from overair.directory.accounts import AddressTaken, NoSuchUser
from overair.directory.interface import AddressListEntry
from overair.directory.names import InvalidAddress
from overair.mailboxes.embedded import EmbeddedMailbox
from support import hashing
from support.directories import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with hashing.true():
        world = World(tmp_path / "data")
        yield world
        world.close()


@pytest.mark.parametrize(
    "login",
    ["anna", "ANNA", "anna@example.org", "Anna@Example.Org", "EXAMPLE\\anna", "example.org\\Anna", "\\anna"],
)
def test_a_login_has_three_forms(world: World, login: str) -> None:
    anna = world.add("Anna@example.org")
    assert world.login(login, b"secret") == anna
    assert world.login(login, b"Secret") is None


def test_a_domain_tells_users_of_the_same_name_apart(world: World) -> None:
    here, there = world.add("anna@example.org", "here"), world.add("anna@example.net", "there")
    assert world.login("anna", b"here") is None
    assert world.login("example.org\\anna", b"here") == here
    assert world.login("example.net\\anna", b"there") == there
    assert world.login("anna@example.net", b"there") == there
    assert world.login("example\\anna", b"here") is None, "the first label is that of both"


@pytest.mark.parametrize("password", ["grün", "пароль 密码", "ÃŒ", "Ü" * 200])
def test_passwords_come_in_utf_8_and_latin_1(world: World, password: str) -> None:
    user = world.add("a@example.org", password)
    assert world.login("a", password.encode()) == user
    if all(character < "\u0100" for character in password):
        assert world.login("a", password.encode("latin-1")) == user
    assert world.login("a", password.encode() + b" ") is None
    assert world.login("a", b"\xff\x00") is None


def test_a_new_password_counts_at_once(world: World) -> None:
    user = world.add("a@example.org", "old")
    assert world.login("a", b"new") is None
    assert world.login("a", b"old") == user
    world.runner.run(world.directory.set_password("A@example.org", "new"))
    assert world.login("a", b"old") is None
    assert world.login("a", b"new") == user


def test_a_verified_login_is_remembered_and_costs_no_statement(world: World) -> None:
    user = world.add("a@example.org")
    world.login("a", b"secret")
    before = world.storage.database.statements
    started = time.process_time()
    for _ in range(100):
        assert world.login("a", b"secret") == user
    assert time.process_time() - started < 1
    assert world.storage.database.statements == before


def test_a_password_is_neither_in_memory_nor_on_disk(world: World, tmp_path: Path) -> None:
    password = "correct horse battery staple"
    world.add("a@example.org", password)
    world.login("a", password.encode())
    world.login("a", b"almost " + password.encode())
    for path in (tmp_path / "data").glob("*"):
        if path.is_file():
            assert b"battery" not in path.read_bytes()
    for holder in vars(world.directory._logins).values():
        assert "battery" not in repr(getattr(holder, "__dict__", holder))


def test_an_unknown_user_takes_as_long_as_a_known_one(world: World) -> None:
    world.add("known@example.org")

    def fastest(login: str) -> float:
        times = []
        for attempt in range(4):
            started = time.process_time()
            assert world.login(login, f"{login} {attempt}".encode()) is None
            times.append(time.process_time() - started)
        return min(times)

    known, unknown = fastest("known"), fastest("unknown")
    assert 0.5 < known / unknown < 2


def test_one_wrong_password_counts_once_and_is_not_hashed_again(world: World) -> None:
    world.add("a@example.org")
    world.login("a", b"old password", "192.0.2.1", "PHONE")
    started = time.process_time()
    for _ in range(50):
        assert world.login("a", b"old password", "192.0.2.1", "PHONE") is None
    assert time.process_time() - started < 0.5
    assert world.login("a", b"secret", "192.0.2.1", "PHONE") is not None


@pytest.mark.parametrize(
    "login", ["", "\\", "@", "a\x00b", "ü" * 500, "a@b@c", "\ud800", "'; DROP TABLE users; --"]
)
def test_odd_logins_are_nobody(world: World, login: str) -> None:
    world.add("a@example.org")
    assert world.login(login, b"secret") is None


@pytest.mark.parametrize(
    "address", ["", "anna", "@example.org", "a b@c", "a@", "a@b@c", "a\r\n@b", "x" * 260 + "@b"]
)
def test_what_is_no_address_is_refused(world: World, address: str) -> None:
    with pytest.raises(InvalidAddress):
        world.add(address)
    assert world.runner.run(world.directory.list_users()) == []


def test_an_account_comes_and_goes_with_its_mailbox(world: World) -> None:
    user = world.add("a@example.org")
    mailbox = EmbeddedMailbox(user.account_id, world.storage.database, world.storage.blobs)
    assert len(world.runner.run(mailbox.inspect(lambda session: session.folders()))) == 11
    assert world.login("a", b"secret") == user
    assert world.runner.run(world.directory.remove_user("a@example.org")) == user
    assert world.runner.run(mailbox.inspect(lambda session: session.folders())) == ()
    assert world.login("a", b"secret") is None
    assert world.search("Somebody") == ([], 0)
    with pytest.raises(NoSuchUser):
        world.runner.run(world.directory.remove_user("a@example.org"))
    assert world.add("a@example.org").account_id > user.account_id


def test_an_address_belongs_to_one_account(world: World) -> None:
    world.add("a@example.org")
    world.add("b@example.org")
    run, directory = world.runner.run, world.directory
    user = run(directory.add_alias("a@example.org", "Alias@Example.org"))
    assert user.aliases == ("alias@example.org",)
    assert user.owns("ALIAS@example.org")
    assert run(directory.find("alias@EXAMPLE.org")) == user
    assert run(directory.find("nobody@example.org")) is None
    assert run(directory.find("not an address")) is None
    assert world.login("alias@example.org", b"secret") == user
    for taken in ("alias@example.org", "b@example.org", "A@example.org"):
        with pytest.raises(AddressTaken):
            run(directory.add_alias("b@example.org", taken))
        with pytest.raises(AddressTaken):
            world.add(taken)
    with pytest.raises(ValueError, match="primary"):
        run(directory.remove_alias("a@example.org"))
    assert run(directory.remove_alias("ALIAS@example.org")).aliases == ()
    assert run(directory.find("alias@example.org")) is None
    assert [user.address for user in run(directory.list_users())] == ["a@example.org", "b@example.org"]


@pytest.mark.req("MS-ASCMD_R421", "MS-ASCMD_R132000", "MS-ASCMD_R426", "MS-ASCMD_R132004")
def test_the_address_list_is_searched_by_the_beginnings_of_words(world: World) -> None:
    world.add("anna.mueller@example.org", name="Anna-Lena Müller")
    world.add("michael@example.org", name="Michael Alexander")
    world.add("m.allen@example.org", name="Michael Allen")
    world.add("zoe@example.org", name="zoe 100% O'Brien")
    for text in ("anna", "ANNA-LENA", "lena", "mull", "müller an", "anna.mueller@ex", "Müller, Anna"):
        assert world.search(text) == (["Anna-Lena Müller"], 1), text
    assert world.search("michael a.") == (["Michael Alexander", "Michael Allen"], 2)
    assert world.search("michael", 1, 1) == (["Michael Allen"], 2)
    assert world.search("michael", 5, 10) == ([], 2)
    assert world.search("o'b") == (["zoe 100% O'Brien"], 1)
    for nothing in ("nna", "", "  ", "%", "_", "\x00", "ü" * 3000):
        assert world.search(nothing) == ([], 0), nothing


def test_the_address_list_shows_what_was_described(world: World) -> None:
    world.add("a@example.org", name="Before")
    entry = AddressListEntry(
        "After", "a@example.org", "a", "First", "Last", "+49 1", title="Pilot", picture=b"\x89PNG"
    )
    user = world.runner.run(world.directory.describe("a@example.org", entry))
    assert user.display_name == "After"
    assert world.runner.run(world.directory.search("last", 0, 10)) == ([entry], 1)
    assert world.search("before") == ([], 0)
    assert world.login("a", b"secret") == user


def test_users_survive_a_restart(tmp_path: Path) -> None:
    first = World(tmp_path / "data")
    user = first.add("a@example.org", "secret")
    first.close()
    second = World(tmp_path / "data")
    assert second.login("a", b"secret") == user
    second.close()
