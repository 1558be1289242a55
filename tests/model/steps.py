"""What a story is made of, and how a seed makes one.

A step names nothing by its id: numbers choose among what is there when it runs. So a story from which
steps were taken out is still a story, and one without any ballast can be found.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, TypeVar

import msgspec

from model.drive import Fate
from model.forms.zones import OWN
from model.owner import Owner, Temper
from overair.items import ItemClass
from overair.protocol.sync_options import Conflict
from overair.versions import SERVED

T = TypeVar("T")

ACCOUNTS: Final = ("anna", "ben")
WINDOWS: Final = (None, 1, 2, 3, 5, 25, 100, 512)
FAULTS: Final = (
    "kill",
    "restart",
    "busy",
    "full",
    "slow",
    "jump",
    "notification lost",
    "notification late",
    "item broken",
)
"""What a Trouble can be."""


class Among(StrEnum):
    """The folders among which the numbers of a step choose."""

    MAIL = "mail and contacts"
    PLANS = "calendars, tasks and notes"


CLASSES: Final = {
    Among.MAIL: frozenset({ItemClass.EMAIL, ItemClass.CONTACTS}),
    Among.PLANS: frozenset({ItemClass.CALENDAR, ItemClass.TASKS, ItemClass.NOTES}),
}
"""What their items are."""


class Step(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Base of the steps."""


class Edit(Step, frozen=True, omit_defaults=True):
    """The owner of a phone does something there: see OWNER."""

    phone: int
    what: str
    folder: int = 0
    choice: int = 0
    among: Among = Among.MAIL


OWNER: Final[Mapping[str, float]] = {
    "add": 4,
    "change": 6,
    "mark": 3,
    "delete": 3,
    "draft": 2,
    "send draft": 2,
    "letter": 2,
    "answer": 3,
    "think again": 1,
    "filter": 1,
    "conversations": 1,
    "upgrade": 0.2,
}
OWNER_OF_PLANS: Final[Mapping[str, float]] = {
    "add": 6,
    "change": 5,
    "change more": 5,
    "change occurrence": 6,
    "cancel occurrence": 3,
    "mark": 2,
    "delete": 3,
    "think again": 1,
    "filter": 2,
}
"""What owners do, and how often: with mail and contacts, and with calendars, tasks and notes."""


class Ask(Step, frozen=True, omit_defaults=True):
    """A phone asks for something: see REQUESTS. ``choice`` says of what, ``moment`` when its fate comes.

    ``again`` repeats the last request of the kind to which there is no answer, if there is one.
    ``at_once`` goes on without waiting for the answer.
    """

    phone: int
    what: str
    folder: int = 0
    choice: int = 0
    window: int | None = None
    fate: Fate = Fate.GOOD
    moment: int = 0
    again: bool = False
    at_once: bool = False
    among: Among = Among.MAIL


REQUESTS: Final = {
    "sync": 12,
    "sync all": 6,
    "sync and wait": 3,
    "sync without a body": 2,
    "partial sync": 2,
    "ping": 6,
    "search": 2,
    "folders": 2,
    "send": 3,
    "move": 3,
    "move conversation": 4,
    "create folder": 1,
    "rename folder": 1,
    "delete folder": 1,
    "restart": 1,
}
"""What phones ask for, and how often."""


class Outside(Step, frozen=True, omit_defaults=True):
    """Something happens in the mailbox by another hand: see WORLD."""

    account: int
    what: str
    folder: int = 0
    choice: int = 0
    among: Among = Among.MAIL


WORLD: Final = {
    "deliver": 8,
    "add": 3,
    "change": 3,
    "mark": 2,
    "remove": 2,
    "move": 2,
    "create folder": 1,
    "rename folder": 1,
    "delete folder": 1,
}
WORLD_OF_PLANS: Final = {
    "add": 4,
    "change": 3,
    "change more": 2,
    "change occurrence": 4,
    "cancel occurrence": 2,
    "mark": 1,
    "remove": 2,
    "move": 2,
}
"""What others do, and how often."""
PLANS: Final = 0.45
"""How much of everything is about calendars, tasks and notes."""


class Pass(Step, frozen=True):
    """Time goes by."""

    seconds: float


class Trouble(Step, frozen=True, omit_defaults=True):
    """A fault of the house: see FAULTS."""

    fault: str
    amount: int = 0


class Relief(Step, frozen=True):
    """The faults of the house end."""


class Rest(Step, frozen=True):
    """The faults end, every phone comes to rest, and all agree."""


AnyStep = Edit | Ask | Outside | Pass | Trouble | Relief | Rest


class Story(msgspec.Struct, frozen=True):
    """Whose phones they are, and what happens. ``seed`` only says when the database is how fast."""

    seed: int
    phones: tuple[Owner, ...]
    steps: tuple[AnyStep, ...]


FATES: Final = {
    Temper.PATIENT: {Fate.GOOD: 20, Fate.ANSWER_LOST: 1},
    Temper.IMPATIENT: {Fate.GOOD: 6, Fate.HANGS_UP: 4, Fate.TWICE: 1, Fate.REQUEST_CUT: 1},
    Temper.STUBBORN: {Fate.GOOD: 6, Fate.ANSWER_LOST: 3, Fate.REQUEST_LOST: 1, Fate.KILLED: 1, Fate.TWICE: 1},
    Temper.FICKLE: {
        Fate.GOOD: 6,
        Fate.ANSWER_LOST: 3,
        Fate.ANSWER_CUT: 1,
        Fate.KILLED: 1,
        Fate.REQUEST_LOST: 1,
    },
    Temper.FORGETFUL: {Fate.GOOD: 10, Fate.ANSWER_LOST: 3, Fate.KILLED: 1},
}
"""What becomes of a phone's requests, and how often."""
AGAIN: Final = {
    Temper.STUBBORN: 0.9,
    Temper.FICKLE: 0.1,
    Temper.PATIENT: 0.5,
    Temper.IMPATIENT: 0.5,
    Temper.FORGETFUL: 0.2,
}
"""How often a phone repeats a request without an answer as it was."""


def phones(chance: random.Random) -> tuple[Owner, ...]:
    """Three phones of one account and two of another; two of them have the same DeviceId."""
    device_ids = ("PHONE1", "PHONE2", "PHONE3", "PHONE1", "PHONE5")
    accounts = ("anna", "anna", "anna", "ben", "ben")
    return tuple(
        Owner(
            account,
            device_id,
            chance.choice(sorted(SERVED)),
            chance.choice(list(Temper)),
            chance.choice(list(Conflict)),
            chance.choice(OWN),
            chance.random() < 0.2,
        )
        for account, device_id in zip(accounts, device_ids, strict=True)
    )


def make(seed: int, length: int, faults: Sequence[str]) -> Story:
    """The story of a seed: ``length`` steps, with a rest at the end and often one in the middle."""
    chance = random.Random(seed)
    owners = phones(chance)
    steps: list[AnyStep] = []
    for number in range(length - 1):
        if number == length // 2 and seed % 2 == 0:
            steps.append(Rest())
        else:
            steps.append(_step(chance, owners, faults))
    return Story(seed, owners, (*steps, Rest()))


def _step(chance: random.Random, owners: Sequence[Owner], faults: Sequence[str]) -> AnyStep:
    kind = chance.random()
    among = Among.PLANS if chance.random() < PLANS else Among.MAIL
    if kind < 0.57:
        return Edit(
            chance.randrange(len(owners)),
            _weighted(chance, OWNER_OF_PLANS if among is Among.PLANS else OWNER),
            chance.randrange(12),
            chance.randrange(100),
            among,
        )
    if kind < 0.84:
        return _ask(chance, owners, among)
    if kind < 0.93:
        return Outside(
            chance.randrange(len(ACCOUNTS)),
            _weighted(chance, WORLD_OF_PLANS if among is Among.PLANS else WORLD),
            chance.randrange(12),
            chance.randrange(100),
            among,
        )
    if kind < 0.96:
        return Pass(chance.choice([0.1, 5, 60, 900, 40_000, 100_000]))
    if kind < 0.98 and faults:
        return Trouble(chance.choice(list(faults)), chance.randrange(100))
    return Relief()


def _ask(chance: random.Random, owners: Sequence[Owner], among: Among) -> Ask:
    phone = chance.randrange(len(owners))
    temper = owners[phone].temper
    what = _weighted(chance, REQUESTS)
    if temper is Temper.FORGETFUL and chance.random() < 0.1:
        what = "restart"
    return Ask(
        phone=phone,
        what=what,
        folder=chance.randrange(12),
        choice=chance.randrange(100),
        window=chance.choice(WINDOWS),
        fate=_weighted(chance, FATES[temper]),
        moment=chance.randrange(40),
        again=chance.random() < AGAIN[temper],
        at_once=chance.random() < (0.3 if temper is Temper.IMPATIENT else 0.05),
        among=among,
    )


def _weighted(chance: random.Random, table: Mapping[T, float]) -> T:
    return chance.choices(list(table), list(table.values()))[0]
