"""Something that somebody does to an item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from model.shown import VALUE, Shown


class Kind(StrEnum):
    """What the owner did to an item on the phone."""

    ADD = "add"
    CHANGE = "change"
    DELETE = "delete"


@dataclass(frozen=True)
class Edit:
    """Something that the owner did and the server has not confirmed."""

    kind: Kind
    marker: str
    says: Mapping[str, str] = field(default_factory=dict)
    """The new values, by register; the others are not spoken of."""
    ticked: bool | None = None
    known: Mapping[str, int] = field(default_factory=dict)
    """How many values of each register had been seen when it was asked for."""
    send: bool = False
    """A draft that is to leave as mail."""
    permanent: bool = False
    """A deletion that does not move."""

    @property
    def value(self) -> str | None:
        """The new value of the item itself; None where it says nothing of that."""
        return self.says.get(VALUE)

    def applied(self, shown: Shown) -> Shown:
        """The item as the phone shows it afterwards."""
        said = {name: value for name, value in {**shown.said, **self.says}.items() if value}
        ticked = shown.ticked if self.ticked is None else self.ticked
        return replace(shown, marker=self.marker, said=said, ticked=ticked)

    def without(self, done: Edit) -> Edit | None:
        """What is left of it when some of it is done; None where that is nothing."""
        says = {name: value for name, value in self.says.items() if done.says.get(name) != value}
        ticked = None if self.ticked == done.ticked else self.ticked
        left = replace(self, says=says, ticked=ticked)
        return left if says or ticked is not None or self.send else None

    def says_more(self, later: Edit) -> Edit:
        """This with what the owner did after it."""
        return replace(
            later,
            kind=self.kind if later.kind is Kind.CHANGE else later.kind,
            says={**self.says, **later.says},
            ticked=self.ticked if later.ticked is None else later.ticked,
            known={**self.known, **later.known},
            send=self.send or later.send,
        )
