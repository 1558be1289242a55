"""Anonymous reports: what stands for what in them, and that no detail is unclassified."""

from __future__ import annotations

from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overair.doctor.check import Section
from overair.doctor.checks import CHECKS
from overair.doctor.complaint import Complaint
from overair.doctor.host import Host
from overair.doctor.illness import Illness
from overair.doctor.reporting.anonymous import ADDRESS, Anonymity
from overair.doctor.reporting.details import MARKS, OWN, QUOTED
from overair.doctor.reporting.pseudonyms import LEFT_OUT, Pseudonyms
from support.told import ANNA, ill, report, step

ILLNESSES = [illness for check in CHECKS for illness in check.finds]


def details_of(illness: Illness) -> frozenset[str]:
    """The names of the details that an illness is told with."""
    texts = (illness.says, illness.cure, *illness.cures.values())
    return frozenset(name for text in texts for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_it_is_known_who_words_each_detail() -> None:
    """Name a new detail in one of the sets of ``overair.doctor.reporting.details``."""
    known = OWN | QUOTED | MARKS
    unknown = {one.id: details_of(one) - known for one in ILLNESSES if not details_of(one) <= known}
    assert unknown == {}


def test_each_detail_is_worded_by_one_and_used() -> None:
    used = frozenset[str]().union(*map(details_of, ILLNESSES))
    assert len(OWN) + len(QUOTED) + len(MARKS) == len(used)
    assert used == OWN | QUOTED | MARKS


def anonymously(illness: Illness, **details: str) -> str:
    """What an anonymous report says of an illness."""
    told = report(step("x", Section.WEB, illness, details=details), discretion=Anonymity(ANNA))
    assert told.cause is not None
    return told.cause.says


SAID = {
    "Contoso Issuing CA 7": LEFT_OUT,
    "“Contoso CA”, “ward.test”": f"{LEFT_OUT}, example.org",
    "mail.ward.test": "mail.example.org",
    "geheim.ward.test": "host1.example.org",
    "*.ward.test": "*.example.org",
    "EXCH01": "HOST1",
    "exch01.contoso.local": "host1.example.net",
    "https://mail.ward.test:8443/owa/contoso?u=anna": "https://mail.example.org:8443/owa/...",
    "https://[2001:db8:ffff::9]/": "https://[2001:db8::1]/",
    "10.1.2.3, fd00::12": "192.0.2.1, 2001:db8::2",
    "a.ward.test → b.ward.test → a.ward.test": "host1.example.org → host2.example.org → host1.example.org",
    "berta@contoso.com": ADDRESS,
    "CONTOSO\\anna": "DOMAIN\\user",
    "anna": "user",
    "Negotiate, NTLM": "Negotiate, NTLM",
    "2.5, 12.1": "2.5, 12.1",
    "missing": "missing",
    "_autodiscover._tcp.ward.test": "_autodiscover._tcp.example.org",
    "/contoso/Microsoft-Server-ActiveSync": "/.../Microsoft-Server-ActiveSync",
}


@pytest.mark.parametrize(("said", "shown"), SAID.items(), ids=SAID)
def test_what_others_say_is_replaced_or_left_out(said: str, shown: str) -> None:
    assert anonymously(ill("x", says="It is {name}."), name=said) == f"It is {shown}."


def test_an_undeclared_detail_counts_as_theirs() -> None:
    assert anonymously(ill("x", says="{novelty}"), novelty="Contoso and Sons") == "HOST1 and HOST2"
    assert anonymously(ill("x", says="{novelty}"), novelty="Contoso Sons") == LEFT_OUT


@pytest.mark.parametrize("mark", sorted(MARKS))
def test_what_one_thing_alone_has_is_left_out(mark: str) -> None:
    assert anonymously(ill("x", says=f"It is {{{mark}}}."), **{mark: "ab" * 32}) == f"It is {LEFT_OUT}."


OWN_WORDS = {
    "answered by HTTP 404": "answered by HTTP 404",
    "its target exch.contoso.com has no address": "its target host1.example.net has no address",
    "all of mail.ward.test, ward.test lead to p.hotel.test": "all of mail.example.org, example.org lead to "
    "host1.example.net",
    "a redirect to sso.contoso.com/adfs/contoso": "a redirect to host1.example.net/.../...",
    "the key is " + "ab:" * 19 + "ab": f"the key is {LEFT_OUT}",
    "serial 7f3a9c0d11e24b6688aa": f"serial {LEFT_OUT}",
    "between 10.0.0.1 and 10.0.0.2": "between 192.0.2.1 and 192.0.2.2",
    "until 2026-12-01 12:30:05, TLS 1.3": "until 2026-12-01 12:30:05, TLS 1.3",
}


@pytest.mark.parametrize(("said", "shown"), OWN_WORDS.items(), ids=OWN_WORDS)
def test_names_are_replaced_in_the_doctors_own_words(said: str, shown: str) -> None:
    assert anonymously(ill("x", says="{why}"), why=said) == shown


def test_the_same_is_called_the_same_everywhere() -> None:
    one = step("one", Section.WEB, ill("x", says="{name} is not {host}"), details={"name": "x.contoso.com"})
    other = step("two", Section.WEB, host=Host("x.contoso.com", 8443), reason="asked x.contoso.com")
    told = report(one, other, discretion=Anonymity(ANNA))

    assert told.cause is not None
    assert told.cause.says == "host1.example.net is not mail.example.org"
    assert told.steps[1].host == "host1.example.net:8443"
    assert told.steps[1].reason == "asked host1.example.net"
    assert (told.anonymous, told.address) == (True, ADDRESS)


def test_a_server_called_by_one_word_is_another() -> None:
    told = report(step("one", Section.WEB, host=Host("exch01"), notes=["exch01"]), discretion=Anonymity(ANNA))

    assert "exch01" not in repr(told).lower()


LABEL = st.from_regex(r"[a-z][a-z0-9-]{2,14}[a-z0-9]", fullmatch=True)


@given(st.lists(st.tuples(LABEL, LABEL), min_size=1, max_size=6, unique=True))
def test_stand_ins_are_different_for_different_hosts(labels: list[tuple[str, str]]) -> None:
    pseudonyms = Pseudonyms(Complaint(address="anna@ward.test"))
    names = [f"{one}.{other}.ward.test" for one, other in labels] + [
        f"{one}.{other}.com" for one, other in labels
    ]

    shown = [pseudonyms.host(name) for name in names]

    assert len(set(shown)) == len(names)
    assert not any(
        "ward.test" in one or other in one for one in shown for _, other in labels if other not in KEPT
    )
    assert [pseudonyms.text(f"at {name}, too") for name in names] == [f"at {one}, too" for one in shown]


KEPT = ("example", "host", "mail", "net", "org")
