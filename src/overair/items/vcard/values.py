"""What values of a vCard say that are more than a text: telephone numbers, addresses of messengers."""

from __future__ import annotations

import re
from typing import Final

from overair.items.vcard.cards import Property
from overair.items.vcard.slots import IM_SCHEMES

LINE_END: Final = re.compile(r"\r\n|\r|\n")


def with_line_ends(text: str) -> str:
    """A text of several lines as bodies have it."""
    return LINE_END.sub("\r\n", text)


def without_scheme(text: str, scheme: str) -> str:
    """A text without the scheme of a URI at its start."""
    return text[len(scheme) :] if text[: len(scheme)].lower() == scheme else text


def telephone(text: str) -> str:
    """The number that a text or a tel URI says."""
    if text[:4].lower() != "tel:":
        return text
    number, _, parameters = text[4:].partition(";")
    extension = next((one[4:] for one in parameters.split(";") if one.lower().startswith("ext=")), "")
    return f"{number} ext. {extension}" if extension else number


def im_address(found: Property) -> str:
    """The address for instant messages that a property says, with its scheme where that is known."""
    scheme = IM_SCHEMES[found.name]
    text = found.text
    return f"{scheme}:{text}" if scheme and text and not text.startswith(f"{scheme}:") else text
