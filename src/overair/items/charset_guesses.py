"""Which character set a text is in that does not say so, or says what cannot be."""

from __future__ import annotations

import re
from typing import Final

from charset_normalizer import CharsetMatch, CharsetMatches, from_bytes

FALLBACK: Final = "cp1252"
_GUESS_BYTES: Final = 4_096
"""How much is looked at in guessing; the guess costs much more than the decoding."""
_ADJACENT: Final = re.compile(rb"[\x80-\xff]{2}")
"""What no East Asian text is without, and a European one mostly is: one accent does not make it Chinese."""
_CANDIDATES: Final = (
    *("cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256"),
    *("cp932", "euc_jp", "cp949", "gb18030", "big5"),
)
"""What a guess can be: the character sets that mail came in without saying so. Each one costs time."""
_CENTRAL: Final = re.compile(rb"[\x8a\x8d-\x8f\x9a\x9d-\x9f]")
"""S, T and Z with a caron or an acute in cp1250: no Western text has one, most Central European ones do."""


def is_nearly(codec: str, data: bytes) -> bool:
    """Whether most characters beyond ASCII are sound: a text that was cut or damaged somewhere."""
    text = data.decode(codec, "replace")
    damaged = text.count("\ufffd")
    return len(text) - len(text.encode("ascii", "ignore")) > 10 * damaged


def guess(data: bytes) -> str:
    """The name of the codec that a text seems to be in, which is not UTF-8."""
    # Some ASCII at the start tells nothing: look at the surroundings of the first other byte.
    first = next((position for position, byte in enumerate(data[:1_000_000]) if byte >= 0x80), 0)
    start = max(0, first - 256)
    sample = data[start : start + _GUESS_BYTES]
    matches = from_bytes(sample, cp_isolation=list(_CANDIDATES), preemptive_behaviour=False)
    best = matches.best()
    if best is None:
        return FALLBACK
    codec = best.encoding
    if codec == "cp1250" and not _CENTRAL.search(sample) and _western(matches, best):
        return FALLBACK
    if not _ADJACENT.search(sample) and len(sample.decode(codec, "replace")) < len(sample):
        return FALLBACK
    return codec


def _western(matches: CharsetMatches, central: CharsetMatch) -> bool:
    """Whether the text reads as well in cp1252: the two have most letters at the same places."""
    return any(
        FALLBACK in match.could_be_from_charset
        and match.chaos <= central.chaos
        and match.coherence >= central.coherence
        for match in matches
    )
