"""Names of mailboxes as a tree: which namespace they are in, which levels they have, what stands above."""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple

from overair.imap.responses import Namespace, Namespaces
from overair.mailboxes.interface import Refused

INBOX: Final = "INBOX"


class Whose(Enum):
    """Whose mailboxes a namespace has."""

    OWN = 0
    OTHERS = 1
    SHARED = 2


class Located(NamedTuple):
    """Where a mailbox stands: its levels below ``root``, which is the path of its namespace, "" for none."""

    whose: Whose
    root: str
    levels: tuple[str, ...]
    delimiter: str

    @property
    def parent(self) -> str | None:
        """The path of what stands above; None at the top."""
        if len(self.levels) > 1:
            return self._path(self.levels[:-1])
        if not self.levels or self.whose is Whose.OWN:
            return None
        return self.root.removesuffix(self.delimiter) or None

    def _path(self, levels: tuple[str, ...]) -> str:
        if levels[0].upper() == INBOX and self.whose is Whose.OWN:
            return self.delimiter.join(levels)
        return self.root + self.delimiter.join(levels)


class Hierarchy:
    """The namespaces of a log-in. ``delimiter`` is the one that LIST told, where NAMESPACE did not."""

    def __init__(self, namespaces: Namespaces, delimiter: str | None) -> None:
        self._spaces = sorted(
            (
                (whose, space)
                for whose, spaces in (
                    (Whose.OWN, namespaces.personal),
                    (Whose.OTHERS, namespaces.others),
                    (Whose.SHARED, namespaces.shared),
                )
                for space in spaces
            ),
            key=lambda pair: (-len(pair[1].prefix), pair[0].value),
        )
        own = namespaces.personal[0] if namespaces.personal else Namespace("", delimiter)
        self.prefix: Final = own.prefix
        self.delimiter: Final = own.delimiter or delimiter or ""

    def located(self, path: str) -> Located:
        """Where a mailbox stands. The root of a namespace has no levels."""
        if path.upper() == INBOX:
            return Located(Whose.OWN, "", (INBOX,), self.delimiter)
        for whose, space in self._spaces:
            delimiter = space.delimiter or self.delimiter
            if space.prefix and delimiter and path + delimiter == space.prefix:
                return Located(whose, space.prefix, (), delimiter)
            if path.startswith(space.prefix):
                rest = path[len(space.prefix) :]
                levels = tuple(rest.split(delimiter)) if delimiter else (rest,)
                return Located(whose, space.prefix, levels, delimiter)
        return Located(
            Whose.OWN, "", tuple(path.split(self.delimiter)) if self.delimiter else (path,), self.delimiter
        )

    def path_of(self, parent: str | None, name: str) -> str:
        """The path of a mailbox of a name below another one, or at the top of the user's own.

        Raises Refused where the server has no such names.
        """
        delimiter = self.located(parent).delimiter if parent is not None else self.delimiter
        if not name.strip() or (delimiter and delimiter in name) or not name.isprintable():
            raise Refused("the IMAP server takes no mailbox of that name")
        if parent is None:
            return self.prefix + name
        if not delimiter:
            raise Refused("the IMAP server has no mailboxes below others")
        return parent + delimiter + name
