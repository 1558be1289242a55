"""How items of each class are written and read, one module a class."""

from __future__ import annotations

from typing import Final

from model.forms.contact import ContactForm
from model.forms.event import EventForm
from model.forms.form import Form, Writer
from model.forms.mail import MailForm
from model.forms.note import NoteForm
from model.forms.task import TaskForm
from overair.items import ItemClass

FORMS: Final[dict[ItemClass, Form]] = {
    form.item_class: form for form in (MailForm(), ContactForm(), EventForm(), TaskForm(), NoteForm())
}

__all__ = ["FORMS", "Form", "Writer"]
