"""The demo's contacts as vCards with photos."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

import msgspec
import vobject

from overair.cli.demo import pictures


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"accounts": "in"}):
    """One entry of people.toml."""

    accounts: tuple[str, ...]
    first: str
    last: str
    email: str
    colours: tuple[str, str, str, str]
    mobile: str = ""
    work: str = ""
    home: str = ""
    company: str = ""
    department: str = ""
    title: str = ""
    street: str = ""
    city: str = ""
    code: str = ""
    country: str = ""
    birthday: str = ""
    note: str = ""


class _People(msgspec.Struct, frozen=True):
    person: tuple[Person, ...]


def vcards(account: str, domain: str) -> Iterator[str]:
    """The contacts of an account of the demo, each as a vCard 3.0."""
    text = files("overair.cli.demo").joinpath("people.toml").read_text(encoding="utf-8")
    for person in msgspec.toml.decode(text.replace("DOMAIN", domain), type=_People).person:
        if account in person.accounts:
            yield _vcard(person)


def _vcard(person: Person) -> str:
    card = vobject.vCard()
    card.add("n").value = vobject.vcard.Name(family=person.last, given=person.first)
    card.add("fn").value = f"{person.first} {person.last}"
    email = card.add("email")
    email.value, email.type_param = person.email, "INTERNET"
    for kind, number in (("CELL", person.mobile), ("WORK", person.work), ("HOME", person.home)):
        if number:
            telephone = card.add("tel")
            telephone.value, telephone.type_param = number, kind
    if person.company:
        card.add("org").value = [person.company, *([person.department] if person.department else [])]
    if person.city:
        address = card.add("adr")
        address.type_param = "HOME"
        address.value = vobject.vcard.Address(
            street=person.street, city=person.city, code=person.code, country=person.country
        )
    for name, text in (("title", person.title), ("bday", person.birthday), ("note", person.note)):
        if text:
            card.add(name).value = text
    photo = card.add("photo")
    background, skin, hair, clothes = map(pictures.colour, person.colours)
    photo.value = pictures.portrait(background, skin, hair, clothes)
    photo.encoding_param, photo.type_param = "b", "PNG"
    return str(card.serialize())
