"""RRULE after a change: what only ends otherwise keeps the parts that no recurrence of an item has."""

from __future__ import annotations

from typing import Final

from icalendar import vRecur

from overair.items.icalendar.sheet import Node, Sheet

_ENDS: Final = ("COUNT", "UNTIL")
_TIMES: Final = ("BYHOUR", "BYMINUTE", "BYSECOND")


def set_rule(
    sheet: Sheet, node: Node, before: vRecur | None, after: vRecur | None, *, moves: bool = False
) -> bool:
    """Write the rule of a component; whether it has other occurrences than it had.

    ``before`` is as the rule that stands there would be written. ``moves`` says that the time of the day
    may be another one, which the rule may repeat.
    """
    line = node.first("RRULE")
    if after is None:
        node.remove("RRULE")
        return line is not None
    value = after.to_ical().decode()
    if line is None:
        sheet.add(node, f"RRULE:{value}")
        return True
    if moves:
        line.value = _without(line.value, _TIMES)
    if before is not None:
        if before.to_ical() == after.to_ical():
            return False
        if _endless(before) == _endless(after):
            ends = vRecur({name: after[name] for name in _ENDS if name in after}).to_ical().decode()
            value = ";".join(filter(None, (_without(line.value, _ENDS), ends)))
    line.value = value
    return True


def _without(rule: str, names: tuple[str, ...]) -> str:
    """A rule as it stands, without some of its parts."""
    return ";".join(part for part in rule.split(";") if part.partition("=")[0].strip().upper() not in names)


def _endless(rule: vRecur) -> bytes:
    return bytes(vRecur({name: value for name, value in rule.items() if name not in _ENDS}).to_ical())
