"""The password is taken out of whatever a server says back."""

from __future__ import annotations

import base64

import pytest

from overair.doctor.complaint import Complaint
from overair.doctor.reporting.anonymous import Anonymity
from overair.doctor.reporting.discretion import MOST_CHARACTERS, Discretion
from overair.doctor.secret import HIDDEN, Secret

PASSWORD = "Kaffee & Küchlein"


def told(text: str, password: str = PASSWORD) -> str:
    return Discretion(Complaint(address="anna@ward.test", password=Secret(password))).text(text)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"wrong: {PASSWORD}!", f"wrong: {HIDDEN}"),
        (f"{PASSWORD}{PASSWORD} x{PASSWORD}", f"{HIDDEN} {HIDDEN}"),
        (f"a {PASSWORD} b {PASSWORD} c", f"a {HIDDEN} b {HIDDEN} c"),
        ("GET /?p=Kaffee+%26+K%C3%BCchlein HTTP", f"GET {HIDDEN} HTTP"),
        ("nothing of it, Kaffee alone", "nothing of it, Kaffee alone"),
    ],
)
def test_the_word_around_the_password_is_hidden(said: str, shown: str) -> None:
    assert told(said) == shown


def test_so_are_credentials() -> None:
    sent = base64.b64encode(f"anna@ward.test:{PASSWORD}".encode()).decode()
    assert told(f"Authorization: Basic {sent}") == f"Authorization: Basic {HIDDEN}"


@pytest.mark.parametrize("kind", [Discretion, Anonymity])
def test_what_is_long_is_cut_after_all_is_hidden(kind: type[Discretion]) -> None:
    discretion = kind(Complaint(address="anna@ward.test", password=Secret(PASSWORD)))
    said = "x " * (MOST_CHARACTERS // 2 - 2) + f"{PASSWORD} " + "x " * MOST_CHARACTERS
    for shown in (discretion.text(said), discretion.detail("why", said), discretion.detail("name", said)):
        assert len(shown) <= MOST_CHARACTERS
        assert PASSWORD[:3] not in shown
    assert len(discretion.text(said)) == MOST_CHARACTERS


def test_no_half_of_a_password_is_left_where_a_long_text_is_cut() -> None:
    discretion = Discretion(Complaint(address="anna@ward.test", password=Secret(PASSWORD)))
    for before in range(4 * MOST_CHARACTERS - 20, 4 * MOST_CHARACTERS + 400, 7):
        # What is hidden gets so short that the place of the cut is within what is told.
        said = f"{PASSWORD}{'x' * (before - len(PASSWORD) - 1)} {PASSWORD} {'y ' * 500}"

        assert PASSWORD[:5] not in discretion.text(said)
