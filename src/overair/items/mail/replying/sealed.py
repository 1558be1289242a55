"""Messages whose parts belong together byte for byte, because they are signed or encrypted."""

from __future__ import annotations

import re
from typing import Final

from overair.items.mail.structure import LocatedMessage, leaves

_OPEN: Final = frozenset(("multipart/mixed", "multipart/alternative", "multipart/related"))
"""The multiparts whose parts are what they are whatever stands beside them."""
_ENVELOPES: Final = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
_ARMOR: Final = re.compile(rb"^-----BEGIN PGP (?:SIGNED )?MESSAGE-----", re.MULTILINE)


def is_sealed(tree: LocatedMessage, mime: bytes) -> bool:
    """Whether a message is signed or encrypted (S/MIME, PGP), or of a kind that nothing is put into."""
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        kind = part.get_content_type()
        if part.children and kind != "message/rfc822":
            if kind not in _OPEN:
                return True
            waiting += part.children
        elif kind in _ENVELOPES:
            return True
    return any(
        leaf.get_content_maintype() == "text" and _ARMOR.search(mime[leaf.content : leaf.end]) is not None
        for leaf in leaves(tree)
    )
