"""Fields that several properties make up: categories, children, notes; and the picture."""

from __future__ import annotations

from collections import Counter
from itertools import zip_longest
from typing import Final

import msgspec

from overair.items.body import Body
from overair.items.content_lines import merged_lists, split, with_parameter, without_word
from overair.items.renditions import StoredBody
from overair.items.vcard.cards import unescaped
from overair.items.vcard.merging_values import add, set_text
from overair.items.vcard.pictures import picture_of
from overair.items.vcard.sheet import Edit, Sheet
from overair.items.vcard.styles import NEW, OLD
from overair.items.vcard.values import LINE_END
from overair.items.vcard.writing import lines_of
from overair.protocol.body_preferences import BodyType

_OF_PICTURES: Final = ("VALUE", "ENCODING", "TYPE", "MEDIATYPE")
"""The parameters that say what the value of a PHOTO is."""
_WORDS: Final = ("URL", "URI", "B", "BASE64", "JPEG", "JPG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "CID")


def merge_categories(sheet: Sheet, edit: Edit, fields: tuple[str, ...]) -> None:
    """Categories: what is gone is taken out of its list, what is new goes to the end of the last one."""
    lists = sheet.named("CATEGORIES")
    if not lists:
        add(sheet, edit, *fields)
        return
    read = [[(part, unescaped(part).strip()) for part in split(found.value, ",")] for found in lists]
    before, wanted = edit.trace.contact.categories or (), edit.new.categories or ()
    after = merged_lists(read, before, wanted, lambda text: sheet.style.escaped(text, structured=True))
    for found, parts in zip(lists, after, strict=True):
        if not parts:
            sheet.remove(found)
        elif parts != split(found.value, ","):
            sheet.draft(found).value = ",".join(parts)


def merge_children(sheet: Sheet, edit: Edit, fields: tuple[str, ...]) -> None:
    """Children: one that is called otherwise keeps its property."""
    wanted = edit.new.children or ()
    gone = list(dict.fromkeys(one for one in edit.trace.contact.children or () if one not in wanted))
    more = [one for one in wanted if one not in (edit.trace.contact.children or ())]
    renamed = dict(zip_longest(gone, more[: len(gone)]))
    for found in edit.trace.children:
        if found.text in renamed and renamed[found.text] is not None:
            set_text(sheet, found, str(renamed[found.text]), "")
        elif found.text in renamed:
            sheet.remove(found)
    rest = tuple(more[len(gone) :])
    if rest:
        alone = msgspec.structs.replace(edit, new=msgspec.structs.replace(edit.new, children=rest))
        add(sheet, alone, *fields)


def merge_picture(sheet: Sheet, edit: Edit, fields: tuple[str, ...]) -> None:
    """The picture: the first one, which is what other programs show, where phones were shown none."""
    photos = [found for found in sheet.named("PHOTO") if found.value.strip()]
    shown = [found for found in photos if picture_of([found])[0] is not None]
    if edit.new.picture is None:
        for found in shown[:1]:
            sheet.remove(found)
        return
    if not photos:
        add(sheet, edit, *fields)
        return
    photo = (shown or photos)[0]
    line = sheet.style.adapted(next(one for one in lines_of(edit.new) if one.name == "PHOTO"))
    draft = sheet.draft(photo)
    has_data = photo.value[:5].lower() == "data:"
    for name in _OF_PICTURES:
        draft.head = with_parameter(draft.head, name, None)
    draft.head = without_word(draft.head, *_WORDS)
    kind = sheet.style.head(line).partition(";")[2]
    if has_data and sheet.style.version not in (OLD, NEW):
        kind, line = "VALUE=uri", msgspec.structs.replace(line, value=_data_uri(line.value))
    draft.head += f";{kind}" if kind else ""
    draft.value = line.value


def _data_uri(data: str) -> str:
    return f"data:image/{'png' if data.startswith('iVBOR') else 'jpeg'};base64,{data}"


def merge_notes(sheet: Sheet, edit: Edit, fields: tuple[str, ...]) -> None:
    """The notes, less the lines that tell of other properties; those that are as they were stay."""
    text = _own_text(edit.new.body, edit.trace.more)
    notes = [found for found in sheet.named("NOTE") if found.text]
    said = [_plain(found.text) for found in notes]
    if text == "\n".join(said):
        return
    if not notes or edit.trace.contact.body is None:
        if text:
            body = Body(type=BodyType.PLAIN_TEXT, data=text)
            add(
                sheet, msgspec.structs.replace(edit, new=msgspec.structs.replace(edit.new, body=body)), "body"
            )
        return
    first, last, whole = 0, len(notes), f"\n{text}\n" if text else "\n"
    start, end = 1, len(whole)
    while first < last and whole.startswith(f"{said[first]}\n", start):
        start += len(said[first]) + 1
        first += 1
    while first < last and whole.endswith(f"\n{said[last - 1]}\n", start - 1, end):
        last -= 1
        end -= len(said[last]) + 1
    rest = whole[start:end].strip()
    if rest and first == last:
        # It stands between two of them: it goes to one.
        first = max(first - 1, 0)
        last = first + 1
        rest = f"{said[first]}\n{rest}" if text.startswith(said[0]) else f"{rest}\n{said[first]}"
    if rest:
        set_text(sheet, notes[first], rest, "")
    for found in notes[first + bool(rest) : last]:
        sheet.remove(found)


def _own_text(body: Body | None, more: tuple[str, ...]) -> str:
    """The notes of a contact as the phone has them, less what was put to their end in reading."""
    if body is None or not body.data:
        return ""
    text = _plain(StoredBody(body).start(BodyType.PLAIN_TEXT, None))
    told = Counter(line.strip() for line in _plain("\n".join(more)).split("\n") if line.strip())
    lines = text.split("\n")
    kept = []
    for line in reversed(lines):
        if told[line.strip()] > 0:
            told[line.strip()] -= 1
        else:
            kept.append(line)
    return "\n".join(reversed(kept)).strip()


def _plain(text: str) -> str:
    return LINE_END.sub("\n", text).strip()
