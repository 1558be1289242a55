"""Contacts: the marker is the first name, the value the last one. A Change is whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import msgspec

from model.edit import Edit
from model.forms.form import Form, Writer, text_of
from model.shown import VALUE, Shown, plain
from overair.items import Contact, ItemClass
from overair.versions import Version
from overair.wbxml.element import Element, Tag
from overair.wbxml.pages import Contacts
from phones.handset import e


class ContactForm(Form):
    """Contacts."""

    item_class: ClassVar = ItemClass.CONTACTS

    def of(self, item: Contact) -> Shown:
        return plain(item.first_name or "", item.last_name or "")

    def made(self, marker: str, says: Mapping[str, str]) -> Contact:
        return Contact(first_name=marker, last_name=says[VALUE])

    def edited(self, item: Contact, edit: Edit) -> Contact:
        return msgspec.structs.replace(item, last_name=edit.applied(self.of(item)).value)

    def data(self, edit: Edit, before: Shown, writer: Writer) -> list[Element]:
        shown = edit.applied(before)
        return [e(Contacts.FirstName, shown.marker), e(Contacts.LastName, shown.value)]

    def read(self, data: Mapping[Tag, Element], known: Shown, version: Version) -> Shown:
        return plain(text_of(data, Contacts.FirstName), text_of(data, Contacts.LastName))
