"""RRULE after a change: what only ends otherwise keeps the parts that no recurrence of an item has."""

from __future__ import annotations

from typing import Final

from icalendar import vRecur

from overair.items.icalendar.sheet import Node, Sheet

_ENDS: Final = ("COUNT", "UNTIL")


def set_rule(sheet: Sheet, node: Node, before: vRecur | None, after: vRecur | None) -> bool:
    """Write the rule of a component; whether it has other occurrences than it had.

    ``before`` is as the rule that stands there would be written.
    """
    line = node.first("RRULE")
    if after is None:
        node.remove("RRULE")
        return line is not None
    value = after.to_ical().decode()
    if before is not None and line is not None:
        if before.to_ical() == after.to_ical():
            return False
        ends = {name: after[name] for name in _ENDS if name in after}
        if _endless(before) == _endless(after):
            parts = [
                one for one in line.value.split(";") if one.partition("=")[0].strip().upper() not in _ENDS
            ]
            value = ";".join(filter(None, [*parts, vRecur(ends).to_ical().decode()]))
    if line is None:
        sheet.add(node, f"RRULE:{value}")
    else:
        line.value = value
    return True


def _endless(rule: vRecur) -> bytes:
    return bytes(vRecur({name: value for name, value in rule.items() if name not in _ENDS}).to_ical())
