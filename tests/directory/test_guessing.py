"""Log-ins under attack: how many guesses get through, and what honest phones notice of it."""

from __future__ import annotations

import asyncio
import heapq
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from overair.directory import passwords, remembered, throttle
from overair.directory.interface import LoginHeldUp
from overair.directory.throttle import Caller, Throttle, network_of
from support.directories import Clock, World

ANNA = "anna@example.org"
HOME, OFFICE, CELLULAR, THIEF = "192.0.2.1", "203.0.113.7", "198.18.0.9", "198.51.100.7"
HOUR = 3600
DOCUMENT = Path(__file__).parents[2] / "docs" / "security.md"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(throttle, "time", clock)
    monkeypatch.setattr(remembered, "time", clock)
    return clock


@pytest.fixture
def world(tmp_path: Path, clock: Clock) -> Iterator[World]:
    world = World(tmp_path / "data")
    yield world
    world.close()


def guesses(clock: Clock, hours: int, callers: list[Caller]) -> int:
    """How many passwords are checked for callers who try again the moment they may."""
    held = Throttle()
    begun, checked = clock.now, 0
    waiting = [(begun, number) for number in range(len(callers))]
    while waiting[0][0] < begun + hours * HOUR:
        clock.now, number = heapq.heappop(waiting)
        try:
            attempt = held.begin(callers[number])
        except LoginHeldUp as error:
            heapq.heappush(waiting, (clock.now + error.retry_after, number))
            continue
        attempt.wrong = True
        attempt.end()
        checked += 1
        heapq.heappush(waiting, (clock.now + 0.01, number))
    return checked


@pytest.mark.parametrize(
    ("addresses", "hours", "most"),
    [(1, 1, 25), (1, 24, 310), (1000, 1, 60), pytest.param(1000, 24, 520, marks=pytest.mark.full)],
)
def test_guesses_at_one_account_are_few(clock: Clock, addresses: int, hours: int, most: int) -> None:
    callers = [Caller("account 1", f"10.0.{n >> 8}.{n & 255}", "") for n in range(addresses)]
    checked = guesses(clock, hours, callers)
    print(f"{addresses} addresses, {hours} h: {checked} guesses")
    assert most // 2 < checked <= most
    assert f" {most} " in DOCUMENT.read_text(encoding="utf-8"), "as docs/security.md says"


def test_guesses_of_one_network_at_many_accounts_are_few(clock: Clock) -> None:
    callers = [Caller(f"account {n}", THIEF, "") for n in range(100)]
    assert guesses(clock, 1, callers) <= 60
    assert guesses(clock, 24, callers) <= 640


def test_who_knows_the_id_of_a_device_gets_little_from_it(clock: Clock) -> None:
    callers = [Caller("account 1", f"10.0.0.{n}", "STOLENID", known=True) for n in range(100)]
    assert guesses(clock, 24, callers) <= 310


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix:", "unix:"),
        ("", ""),
    ],
)
def test_the_network_of_an_address(address: str, network: str) -> None:
    assert network_of(address) == network


def test_endless_addresses_of_one_network_are_one(world: World) -> None:
    world.add(ANNA)
    outcomes = Counter(
        world.outcome("anna", f"guess {n}".encode(), f"2001:db8::{n:x}") == 401 for n in range(1, 100)
    )
    assert outcomes == {True: 5, False: 94}
    for _ in range(10):  # another network is another matter
        assert world.outcome("anna", b"secret", "2001:db8:0:1::1") == 200


def test_a_guesser_holds_up_nobody_else(world: World) -> None:
    anna = world.add(ANNA)
    world.pair(anna, "PHONE")
    for guess in range(50):
        world.outcome("anna", f"guess {guess}".encode(), THIEF, "ANY")
    assert -2 <= world.outcome("anna", b"secret", THIEF, "ANY") < 0
    assert world.outcome("anna", b"secret", HOME, "PHONE") == 200
    world.directory._logins._remembered.forget(anna.account_id)
    assert world.outcome("anna", b"secret", THIEF, "PHONE") == 200, "known, though in the guesser's network"
    world.directory._logins._remembered.forget(anna.account_id)
    assert world.outcome("anna", b"secret", OFFICE, "NEW") == 200, "a new phone, elsewhere"


def attack(world: World, guess: int, networks: int) -> int:
    """One guess at Anna from one of many networks."""
    n = guess % networks
    return world.outcome("anna", f"guess {guess}".encode(), f"10.0.{n >> 8}.{n & 255}", f"BOT{guess}")


def test_known_phones_notice_nothing_of_a_thousand_guessers(world: World, clock: Clock) -> None:
    """Two hours: the owner's phone on the move, an old password at home, an office with one address."""
    anna = world.add(ANNA)
    world.pair(anna, "PHONE")
    office = [world.add(f"user{n}@example.org", f"pw{n}") for n in range(40)]
    for user in office:
        world.pair(user, f"DEV{user.account_id}")
    seen: Counter[tuple[str, int]] = Counter()
    for second in range(0, 2 * HOUR, 5):
        clock.now += 5
        for extra in range(3):
            seen["attack", attack(world, second * 3 + extra, 1000)] += 1
        seen["old", world.outcome("anna", b"last year's", HOME, "TABLET")] += 1
        place = (HOME, CELLULAR, f"198.18.{second % 250}.1")[second // 300 % 3]
        seen["owner", world.outcome("anna", b"secret", place, "PHONE")] += 1
        user = office[second % 40]
        right = second % 3  # a third of the office's phones have an old password
        word = f"pw{second % 40}".encode() if right else b"old"
        device = f"DEV{user.account_id}"
        seen["office", world.outcome(f"user{second % 40}", word, OFFICE, device)] += 1
    checked = seen["attack", 401]
    print(f"in two hours {checked} guesses, the owner's phone: {seen['owner', 200]} of {2 * HOUR // 5}")
    assert 30 < checked < 90
    assert {status for who, status in seen if who == "owner"} == {200}
    assert {status for who, status in seen if who == "office"} == {200, 401}
    assert {status for who, status in seen if who == "old"} == {401}


def test_a_restart_or_a_new_password_under_attack_does_not_lock_the_owner_out(
    tmp_path: Path, clock: Clock
) -> None:
    first = World(tmp_path / "data")
    first.pair(first.add(ANNA), "PHONE")
    first.close()
    second = World(tmp_path / "data")
    for guess in range(200):
        attack(second, guess, 200)
    assert second.outcome("anna", b"secret", OFFICE, "NEW") < 0
    assert second.outcome("anna", b"secret", HOME, "PHONE") == 200
    second.runner.run(second.directory.set_password(ANNA, "new"))
    for guess in range(200, 400):
        attack(second, guess, 200)
    assert second.outcome("anna", b"secret", HOME, "PHONE") == 401
    assert second.outcome("anna", b"new", HOME, "PHONE") == 200
    second.close()


def test_an_old_password_is_hashed_once_and_counts_once(world: World, clock: Clock) -> None:
    """Days of a phone that was forgotten in a drawer, in the network of the one with the right password."""
    world.add(ANNA)
    before = world.directory._logins._throttle._accounts
    for _ in range(3 * 24 * 20):
        clock.now += 180
        assert world.outcome("anna", b"last year's", HOME, "DRAWER") == 401
    assert before.level("account 1", clock.now) == 0, "forgotten, and never counted again"
    assert world.outcome("anna", b"secret", HOME, "NEW") == 200
    world.runner.run(world.directory.set_password(ANNA, "last year's"))
    assert world.outcome("anna", b"last year's", HOME, "DRAWER") == 200, "what was wrong has become right"


def test_success_does_not_buy_guesses(world: World, clock: Clock) -> None:
    """Who knows the device's id and sits in its network gains nothing by the owner's own requests."""
    user = world.add(ANNA)
    world.pair(user, "PHONE")
    checked = 0
    for second in range(0, HOUR, 3):
        clock.now += 3
        assert second or world.outcome("anna", b"secret", HOME, "PHONE") == 200
        world.outcome("anna", b"secret", HOME, "PHONE")
        checked += world.outcome("anna", f"guess {second}".encode(), HOME, "PHONE") == 401
    assert checked <= 25


def test_a_name_and_its_forms_are_one_account(world: World) -> None:
    world.add("jürgen@example.org")
    forms = ["jürgen", "JÜRGEN", "ju\u0308rgen@example.org", "x\\Jürgen", "EXAMPLE\\jürgen", " jürgen "]
    outcomes = [world.outcome(forms[n % 6], f"guess {n}".encode(), THIEF) for n in range(12)]
    assert outcomes.count(401) == 5
    outcomes = [world.outcome(f"d{n}\\nobody", f"guess {n}".encode(), OFFICE) for n in range(12)]
    assert outcomes.count(401) == 5, "somebody who does not exist alike"


def test_other_forms_of_the_name_cost_a_user_no_hash(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.add(ANNA)
    assert world.login("anna", b"secret") is not None
    monkeypatch.setattr(passwords, "_matches", lambda *_: pytest.fail("hashed"))
    for n in range(100):
        assert world.login(f"domain{n}\\anna", b"secret") is not None


@pytest.mark.parametrize("login", ["x" * 3_000_000, "é" * 1_000_000, "a@" * 500_000, "\\" * 1_000_000])
def test_names_of_megabytes(world: World, login: str) -> None:
    assert world.login(login, b"secret") is None
    counts = world.directory._logins._throttle._accounts._counts
    assert all(len(key) < 100 for key in counts)


@pytest.mark.parametrize("password", [b"", b"x" * 10_000_000, b"\xff" * 10_000_000, b"\x00"])
def test_odd_passwords(world: World, password: bytes) -> None:
    world.add(ANNA)
    started = time.process_time()
    assert world.login("anna", password) is None
    assert time.process_time() - started < 5


def test_a_thousand_guesses_at_once(world: World) -> None:
    world.add(ANNA)

    async def guess_all(addresses: int) -> list[object]:
        attempts = (
            world.directory.authenticate("anna", f"{addresses} {n}".encode(), f"10.0.0.{n % addresses}", "")
            for n in range(1000)
        )
        return await asyncio.gather(*attempts, return_exceptions=True)

    outcomes = world.runner.run(guess_all(1))
    assert outcomes.count(None) == 5
    assert sum(isinstance(outcome, LoginHeldUp) for outcome in outcomes) == 995
    outcomes = world.runner.run(guess_all(200))
    assert 20 <= outcomes.count(None) <= 30


def test_one_phone_on_many_connections_is_checked_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    user = world.add(ANNA)
    checked: list[str] = []
    real = passwords._matches

    def matches(kept: str, text: str) -> bool:
        checked.append(text)
        return real(kept, text)

    monkeypatch.setattr(passwords, "_matches", matches)

    async def connect() -> list[object]:
        attempts = [world.directory.authenticate("anna", b"secret", HOME, "P") for _ in range(20)]
        return list(await asyncio.gather(*attempts))

    assert world.runner.run(connect()) == [user] * 20
    assert len(checked) == 1


def test_tables_have_an_end(clock: Clock) -> None:
    held = Throttle()
    known, trusted = remembered.WrongPasswords(), remembered.TrustedDevices()
    key = remembered.CredentialsKey()
    for n in range(2 * throttle.LIMIT):
        attempt = held.begin(Caller(f"account {n}", f"network {n}", f"device {n}", known=n % 3 == 0))
        attempt.wrong = True
        attempt.end()
        known.add(key.digest(b"%d" % n))
        trusted.trust(n % 2, f"device {n}", HOME)
    assert max(len(table) for table in vars(held).values()) == throttle.LIMIT
    for n in range(remembered.WRONG_LIMIT):
        known.add(key.digest(b"x%d" % n))
    assert len(known._digests) == remembered.WRONG_LIMIT
    assert {len(devices) for devices in trusted._accounts.values()} == {remembered.TRUSTED_PER_ACCOUNT}
