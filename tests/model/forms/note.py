"""Notes: the subject is the marker, the text the value, beside it a category. A Change is whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Final

import msgspec

from model.edit import Edit
from model.forms.form import Form, Writer, text_of
from model.shown import VALUE, Shown
from overair.items import ItemClass
from overair.items.body import Body
from overair.items.note import Note
from overair.protocol.body_preferences import BodyType
from overair.versions import Version
from overair.wbxml.element import Element, Tag
from overair.wbxml.pages import AirSyncBase, Notes
from phones.handset import e, text

CATEGORY: Final = "category"
"""The register of its category."""


class NoteForm(Form):
    """Notes, which exist since 14.0."""

    item_class: ClassVar = ItemClass.NOTES
    since: ClassVar = Version.V14_0
    registers: ClassVar = (VALUE, CATEGORY)

    def of(self, item: Note) -> Shown:
        value = item.body.data if item.body is not None else None
        return _shown(item.subject or "", value or "", ",".join(item.categories or ()))

    def made(self, marker: str, says: Mapping[str, str]) -> Note:
        category = says.get(CATEGORY)
        return Note(
            subject=marker,
            body=Body(type=BodyType.PLAIN_TEXT, data=says[VALUE]),
            categories=(category,) if category else None,
        )

    def edited(self, item: Note, edit: Edit) -> Note:
        shown = edit.applied(self.of(item))
        again = self.made(shown.marker, shown.said)
        return msgspec.structs.replace(item, body=again.body, categories=again.categories)

    def more(
        self, number: int, choice: int, today: datetime, shown: Shown, writer: Writer
    ) -> Mapping[str, str]:
        return {CATEGORY: f"c{number}"}

    def data(self, edit: Edit, before: Shown, writer: Writer) -> list[Element]:
        shown = edit.applied(before)
        category = shown.said.get(CATEGORY)
        return [
            e(Notes.Subject, shown.marker),
            e(AirSyncBase.Body, e(AirSyncBase.Type, "1"), e(AirSyncBase.Data, shown.value)),
            *([e(Notes.Categories, e(Notes.Category, category))] if category else []),
        ]

    def read(self, data: Mapping[Tag, Element], known: Shown, version: Version) -> Shown:
        body = data.get(AirSyncBase.Body)
        value = text(body, AirSyncBase.Data) if body is not None else ""
        categories = ",".join(one.text for one in data.get(Notes.Categories) or ())
        return _shown(text_of(data, Notes.Subject), value, categories)


def _shown(marker: str, value: str, category: str) -> Shown:
    said = {VALUE: value, CATEGORY: category}
    return Shown(marker, {name: one for name, one in said.items() if one})
