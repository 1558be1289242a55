"""What a client gets for every combination of what it may ask for, against the rules in their own words."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from itertools import permutations, product
from typing import NamedTuple

import msgspec
import pytest

from overair.items import Contact, Event, Item, Note, RenderOptions, Task, render, rtf
from overair.items.body import Body
from overair.items.mail.message import index_message
from overair.protocol.body_preferences import BodyPartPreference, BodyPreference, BodyType
from overair.versions import SERVED, Version
from overair.wbxml.pages import AirSyncBase
from support.memory import NOW, Memory

PLAIN, HTML, RTF, MIME = BodyType.PLAIN_TEXT, BodyType.HTML, BodyType.RTF, BodyType.MIME
TEXT = "Grüße an alle!\r\n" * 12
PAGE = "<p>Grüße <b>an</b> alle!</p>\r\n" * 12
RTF_TEXT = rtf.from_text("Grüße an alle!\n" * 12)
SIZES = (None, 0, 60, 100_000)
STRICT = (None, True)
PREFERENCES = {
    body_type: [
        BodyPreference(type=body_type, truncation_size=size, all_or_none=strict)
        for size, strict in product(SIZES, STRICT)
    ]
    for body_type in BodyType
}


class Case(NamedTuple):
    """An item, the type of its body, and what it is whole in each type."""

    item: Item
    native: BodyType
    whole: dict[BodyType, str]
    signed: bool = False


def letter(*, html: bool, signed: bool) -> bytes:
    message = EmailMessage()
    message["Subject"] = "S"
    message.set_content(TEXT, cte="8bit")
    if html:
        message.add_alternative(PAGE, subtype="html", cte="8bit")
    mime = message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    if signed:
        mime = (
            b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=s\r\n\r\n'
            b"--s\r\n" + mime + b"\r\n--s\r\nContent-Type: application/pkcs7-signature\r\n\r\nx\r\n--s--\r\n"
        )
    return mime


def whole_of(item: Item, blobs: Memory, version: Version, body_type: BodyType) -> str:
    preference = BodyPreference(type=body_type)
    return shown(item, blobs, version, [preference], mime_support=2).data or ""


def shown(
    item: Item, blobs: Memory, version: Version, preferences: Sequence[BodyPreference], **options: int | None
) -> Body:
    wanted = RenderOptions(body_preferences=tuple(preferences), **options)  # type: ignore[arg-type]  # integers
    [found] = [one for one in render(item, wanted, version, blobs, "5:1") if one.tag is AirSyncBase.Body]
    return Body.from_element(found, version)


BLOBS = Memory()


def cases() -> Iterator[Case]:
    for html, signed in product((False, True), (False, True)):
        mime = letter(html=html, signed=signed)
        message = msgspec.structs.replace(index_message(mime, NOW), blob=BLOBS.put(mime))
        whole = {one: whole_of(message, BLOBS, Version.V14_1, one) for one in BodyType}
        yield Case(message, HTML if html else PLAIN, whole, signed)


CASES = tuple(cases())


def test_what_the_bodies_are_whole() -> None:
    for case in CASES:
        assert case.whole[PLAIN].rstrip() == TEXT.rstrip()
        assert (case.whole[HTML].rstrip() == PAGE.rstrip()) == (case.native is HTML)
        assert case.whole[HTML].count("Grüße") == 12
        assert rtf.to_text(base64.b64decode(case.whole[RTF])).split() == TEXT.split()
        assert ("pkcs7" in case.whole[MIME]) == case.signed


def expected(case: Case, preferences: Sequence[BodyPreference], allowed: set[BodyType]) -> BodyPreference:
    """MS-ASAIRS 2.2.2.3.2: the native format, unless AllOrNone forbids it; then what brings most."""
    asked = [one for one in preferences if one.type in allowed]
    if not asked:
        return BodyPreference(type=case.native)

    def fits(one: BodyPreference) -> bool:
        return one.truncation_size is None or len(case.whole[one.type].encode()) <= one.truncation_size

    first = next((one for one in asked if one.type is MIME), None)
    near = (case.native, HTML) if case.native is RTF else (case.native,)
    for native in near:
        first = first or next((one for one in asked if one.type is native), None)
    first = first or asked[0]
    if fits(first) or not first.all_or_none:
        return first
    others = [one for one in asked if one is not first and (fits(one) or not one.all_or_none)]
    for other in others:
        if fits(other):
            return other
    return max(others, key=lambda one: one.truncation_size or 0, default=first)


def check(case: Case, preference: BodyPreference, body: Body) -> None:
    assert body.type is preference.type
    whole = case.whole[preference.type]
    size, limit = len(whole.encode()), preference.truncation_size
    assert body.estimated_data_size == size
    cut = limit is not None and size > limit
    nothing = "" if isinstance(case.item, Note) else None  # MS-ASNOTE_R123
    assert bool(body.truncated) is cut
    assert (body.truncated is None) == (not cut and body.type is not MIME)
    if not cut:
        # MS-ASEMAIL_R1057: with a size of zero not even nothing.
        assert body.data == (nothing if limit == 0 else whole)
    elif limit == 0 or preference.all_or_none:
        assert body.data == nothing
    else:
        assert body.data is not None
        assert len(body.data.encode()) <= (limit or 0)
        if body.type is not RTF:
            assert whole.startswith(body.data)
            assert len(body.data.encode()) > (limit or 0) - 12
        else:
            assert whole.startswith(body.data[:40])
            rtf.to_text(base64.b64decode(body.data, validate=True))


@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("support", [0, 1, 2])
@pytest.mark.req(
    *(
        "MS-ASAIRS_R373",
        "MS-ASAIRS_R376",
        "MS-ASAIRS_R378",
        "MS-ASAIRS_R381",
        "MS-ASAIRS_R420",
        "MS-ASAIRS_R423",
    ),
    *(
        "MS-ASAIRS_R54",
        "MS-ASAIRS_R377",
        "MS-ASAIRS_R379",
        "MS-ASAIRS_R382",
        "MS-ASAIRS_R421",
        "MS-ASAIRS_R424",
    ),
    *(
        "MS-ASAIRS_R77",
        "MS-ASAIRS_R78",
        "MS-ASAIRS_R75",
        "MS-ASAIRS_R401",
        "MS-ASAIRS_R300",
        "MS-ASAIRS_R180",
    ),
    *(
        "MS-ASAIRS_R276",
        "MS-ASAIRS_R277",
        "MS-ASAIRS_R402",
        "MS-ASAIRS_R178",
        "MS-ASAIRS_R179",
        "MS-ASAIRS_R288",
    ),
    *("MS-ASEMAIL_R1057", "MS-ASCMD_R3396", "MS-ASCMD_R3397", "MS-ASCMD_R3398", "MS-ASCMD_R3399"),
)
def test_one_preference(version: Version, support: int) -> None:
    for case, preferences in product(CASES, PREFERENCES.values()):
        allowed = {PLAIN, HTML, RTF} | ({MIME} if support == 2 or (support == 1 and case.signed) else set())
        for preference in preferences:
            body = shown(case.item, BLOBS, version, [preference], mime_support=support)
            check(case, expected(case, [preference], allowed), body)


@pytest.mark.parametrize("types", list(permutations(BodyType, 2)))
@pytest.mark.req("MS-ASAIRS_R77", "MS-ASAIRS_R78", "MS-ASAIRS_R80", "MS-ASAIRS_R385")
def test_two_preferences(types: tuple[BodyType, BodyType]) -> None:
    for case in (CASES[0], CASES[3]):
        for pair in product(PREFERENCES[types[0]], PREFERENCES[types[1]]):
            body = shown(case.item, BLOBS, Version.V14_1, pair, mime_support=2)
            check(case, expected(case, pair, set(BodyType)), body)


@pytest.mark.req("MS-ASAIRS_R77", "MS-ASAIRS_R80")
def test_four_preferences() -> None:
    for case, types in product(CASES, permutations(BodyType)):
        for strict, size in product(STRICT, (60, 100_000)):
            asked = [BodyPreference(type=one, truncation_size=size, all_or_none=strict) for one in types]
            body = shown(case.item, BLOBS, Version.V16_1, asked, mime_support=1)
            allowed = {PLAIN, HTML, RTF} | ({MIME} if case.signed else set())
            check(case, expected(case, asked, allowed), body)


@pytest.mark.parametrize("value", range(9))
@pytest.mark.parametrize("version", SERVED)
@pytest.mark.req(
    *("MS-ASCMD_R3418", "MS-ASCMD_R3419", "MS-ASCMD_R3420", "MS-ASCMD_R3421", "MS-ASCMD_R3422"),
    *("MS-ASCMD_R3423", "MS-ASCMD_R3424", "MS-ASCMD_R3425", "MS-ASCMD_R3426", "MS-ASCMD_R3409"),
)
def test_mime_truncation_counts_characters(value: int, version: Version) -> None:
    characters = (0, 4_096, 5_120, 7_168, 10_240, 20_480, 51_200, 102_400, None)[value]
    for length in (100, (characters or 0) - 300, (characters or 0) + 10, 110_000):
        mime = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + ("äb" * max(0, length // 2)).encode()
        message = msgspec.structs.replace(index_message(mime, NOW), blob=BLOBS.put(mime))
        for size in (None, 1_000, 6_001):
            wanted = BodyPreference(type=MIME, truncation_size=size)
            body = shown(message, BLOBS, version, [wanted], mime_support=2, mime_truncation=value)
            whole = mime.decode()
            left = whole if characters is None else whole[:characters]
            if size is not None:
                left = left.encode()[:size].decode(errors="ignore")
            assert (body.data or "", body.truncated) == (left, left != whole)
            assert body.estimated_data_size == len(mime)


HELD = {PLAIN: TEXT.strip(), HTML: PAGE.strip(), RTF: base64.b64encode(RTF_TEXT).decode()}


@pytest.mark.parametrize("version", SERVED)
@pytest.mark.parametrize("native", HELD)
@pytest.mark.parametrize("model", [Contact, Event, Task, Note])
@pytest.mark.req(
    "MS-ASAIRS_R1400", "MS-ASAIRS_R1401", "MS-ASAIRS_R14000918", "MS-ASAIRS_R14010918", "MS-ASNOTE_R37"
)
def test_items_that_hold_their_body(
    model: type[Contact | Event | Task | Note], native: BodyType, version: Version
) -> None:
    if version < model.first_version:
        return
    item = model(body=Body(type=native, data=HELD[native]))
    types = [PLAIN, HTML] if model is Event and version >= Version.V16_0 else [PLAIN, HTML, RTF]
    whole = {one: whole_of(item, BLOBS, version, one) for one in types}
    for one in types:
        text = rtf.to_text(base64.b64decode(whole[one])) if one is RTF else whole[one]
        assert text.count("Grüße") == 12
    if native in types:
        assert whole[native] == HELD[native]
    case = Case(item, native if native in types else HTML, whole)
    for asked in ([], [MIME], *([one] for one in BodyType), *permutations(BodyType, 3)):
        for size, strict in product(SIZES, STRICT):
            preferences = [
                BodyPreference(type=one, truncation_size=size, all_or_none=strict) for one in asked
            ]
            body = shown(item, BLOBS, version, preferences, mime_support=2)
            if not asked or not set(asked) & set(types):
                assert (body.type, body.data) == (case.native, whole[case.native])
            else:
                check(case, expected(case, preferences, set(types)), body)


ORDER = [
    *(AirSyncBase.Status, AirSyncBase.Type, AirSyncBase.EstimatedDataSize, AirSyncBase.Truncated),
    *(AirSyncBase.Data, AirSyncBase.Preview),
]


@pytest.mark.parametrize("version", [Version.V14_1, Version.V16_1])
@pytest.mark.req(
    *(
        "MS-ASAIRS_R59",
        "MS-ASAIRS_R74",
        "MS-ASAIRS_R106",
        "MS-ASAIRS_R112",
        "MS-ASAIRS_R113",
        "MS-ASAIRS_R121",
    ),
    *(
        "MS-ASAIRS_R135",
        "MS-ASAIRS_R148",
        "MS-ASAIRS_R172",
        "MS-ASAIRS_R174",
        "MS-ASAIRS_R183",
        "MS-ASAIRS_R185",
    ),
    *(
        "MS-ASAIRS_R195",
        "MS-ASAIRS_R202",
        "MS-ASAIRS_R203",
        "MS-ASAIRS_R204",
        "MS-ASAIRS_R205",
        "MS-ASAIRS_R206",
    ),
    *(
        "MS-ASAIRS_R207",
        "MS-ASAIRS_R208",
        "MS-ASAIRS_R248",
        "MS-ASAIRS_R249",
        "MS-ASAIRS_R251",
        "MS-ASAIRS_R252",
    ),
    *(
        "MS-ASAIRS_R253",
        "MS-ASAIRS_R254",
        "MS-ASAIRS_R257",
        "MS-ASAIRS_R258",
        "MS-ASAIRS_R269",
        "MS-ASAIRS_R270",
    ),
    *(
        "MS-ASAIRS_R274",
        "MS-ASAIRS_R280",
        "MS-ASAIRS_R286",
        "MS-ASAIRS_R291",
        "MS-ASAIRS_R297",
        "MS-ASAIRS_R302",
    ),
    *(
        "MS-ASAIRS_R303",
        "MS-ASAIRS_R304",
        "MS-ASAIRS_R305",
        "MS-ASAIRS_R307",
        "MS-ASAIRS_R308",
        "MS-ASAIRS_R312",
    ),
    *(
        "MS-ASAIRS_R313",
        "MS-ASAIRS_R314",
        "MS-ASAIRS_R317",
        "MS-ASAIRS_R318",
        "MS-ASAIRS_R405",
        "MS-ASAIRS_R231",
    ),
    *(
        "MS-ASAIRS_R232",
        "MS-ASAIRS_R235",
        "MS-ASAIRS_R237",
        "MS-ASAIRS_R238",
        "MS-ASAIRS_R2411",
        "MS-ASAIRS_R124",
    ),
)
def test_the_elements_of_an_answer(version: Version) -> None:
    for case, one, strict, size in product(CASES, BodyType, STRICT, SIZES):
        wanted = RenderOptions(
            body_preferences=(BodyPreference(type=one, truncation_size=size, all_or_none=strict, preview=9),),
            body_part_preference=BodyPartPreference(
                type=HTML, truncation_size=size, all_or_none=strict, preview=9
            ),
            mime_support=2,
        )
        elements = render(case.item, wanted, version, BLOBS, "5:1")
        assert [element.tag for element in elements].count(AirSyncBase.NativeBodyType) == 1
        native = next(element for element in elements if element.tag is AirSyncBase.NativeBodyType)
        assert native.text == str(int(case.native))
        for tag in (AirSyncBase.Body, AirSyncBase.BodyPart):
            [found] = [element for element in elements if element.tag is tag]
            tags = [child.tag for child in found.children]
            assert tags == [known for known in ORDER if known in tags]
            values = {child.tag: child.text for child in found.children}
            assert AirSyncBase.Type in values
            assert (AirSyncBase.Status in values) == (tag is AirSyncBase.BodyPart)
            assert values.get(AirSyncBase.Status, "1") == "1"
            assert values[AirSyncBase.EstimatedDataSize].isdigit()
            assert values.get(AirSyncBase.Truncated, "0") in ("0", "1")
            assert len(values.get(AirSyncBase.Preview, "")) <= 9
        alone = render(case.item, RenderOptions(), version, BLOBS, "5:1")
        body = Body.from_element(next(e for e in alone if e.tag is AirSyncBase.Body), version)
        assert (body.type, body.data) == (case.native, case.whole[case.native])
