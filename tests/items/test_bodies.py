"""Bodies in the form that a client wants."""

from __future__ import annotations

from email import message_from_string, policy
from email.message import EmailMessage

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overair.items import Contact, Message, RenderOptions, render
from overair.items.body import Body
from overair.items.mail.message import index_message
from overair.protocol.body_preferences import BodyPartPreference, BodyPreference, BodyType
from overair.storage.blobs import FileBlobStore
from overair.versions import SERVED, Version
from overair.wbxml.element import Element
from overair.wbxml.pages import AirSyncBase, Email
from support.memory import NOW, Memory

PLAIN, HTML, RTF, MIME = BodyType.PLAIN_TEXT, BodyType.HTML, BodyType.RTF, BodyType.MIME
V14 = Version.V14_1


def stored(mime: bytes, blobs: Memory | FileBlobStore) -> Message:
    return msgspec.structs.replace(index_message(mime, NOW), blob=blobs.put(mime))


def mail(
    text: str | None = None, html: str | None = None, charset: str = "utf-8", cte: str | None = None
) -> bytes:
    message = EmailMessage()
    message["Subject"] = "S"
    if text is not None:
        message.set_content(text, charset=charset, cte=cte)
        if html is not None:
            message.add_alternative(html, subtype="html", charset=charset, cte=cte)
    elif html is not None:
        message.set_content(html, subtype="html", charset=charset, cte=cte)
    return message.as_bytes()


def body_of(message: Message, blobs: Memory, *preferences: BodyPreference, **options: int) -> Body:
    elements = render(message, RenderOptions(body_preferences=preferences, **options), V14, blobs, "5:1")  # type: ignore[arg-type]  # the options that are integers
    return body_in(elements, V14)


def body_in(elements: list[Element], version: Version) -> Body:
    [element] = [element for element in elements if element.tag is AirSyncBase.Body]
    return Body.from_element(element, version)


LONG = "Grüße, 日本 \U0001f600! " * 1_000
PAGE = "<p>Grüße <b>日本</b></p>\n" * 2_000


@pytest.mark.parametrize("cte", ["8bit", "base64", "quoted-printable"])
@pytest.mark.parametrize("body_type", [PLAIN, HTML])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 500, 5_000, 20_000])
@pytest.mark.req("MS-ASAIRS_R180", "MS-ASAIRS_R276", "MS-ASAIRS_R402", "MS-ASAIRS_R288")
def test_a_cut_body_is_the_start_of_the_whole(cte: str, body_type: BodyType, size: int) -> None:
    blobs = Memory()
    message = stored(mail(LONG, PAGE, cte=cte), blobs)
    whole = body_of(message, blobs, BodyPreference(type=body_type))
    part = body_of(message, blobs, BodyPreference(type=body_type, truncation_size=size))
    assert whole.data is not None
    assert part.data is not None
    assert whole.data.startswith(part.data)
    assert size - 4 < len(part.data.encode()) <= size
    assert (part.truncated, whole.truncated) == (True, None)
    assert part.estimated_data_size == whole.estimated_data_size == len(whole.data.encode())


def test_a_small_text_body_is_cut_without_reading_the_message() -> None:
    blobs = Memory()
    message = stored(mail(LONG, PAGE), blobs)
    body_of(message, blobs, BodyPreference(type=PLAIN, truncation_size=512))
    assert blobs.taken == 0


def test_a_cut_body_reads_only_the_start_of_its_part() -> None:
    blobs = Memory()
    message = stored(mail(LONG, PAGE * 50, cte="8bit"), blobs)
    body_of(message, blobs, BodyPreference(type=HTML, truncation_size=32_768))
    assert 0 < blobs.taken < 60_000


@pytest.mark.parametrize("long", ["", "x" * 30_000])
def test_texts_one_behind_the_other_do_not_run_together(long: str) -> None:
    blobs = Memory()
    head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    texts = [f"one{long}", "two\r\n", "", "<p>three</p>", "four"]
    parts = [
        f"--b\r\nContent-Type: text/{'html' if '<' in text else 'plain'}\r\n\r\n{text}\r\n" for text in texts
    ]
    message = stored(f"{head}{''.join(parts)}--b--\r\n".encode(), blobs)
    whole = body_of(message, blobs, BodyPreference(type=PLAIN))
    assert whole.data is not None
    assert whole.data.split() == [f"one{long}", "two", "three", "four"]
    assert "\r\n\r\n" not in whole.data
    assert whole.estimated_data_size == len(whole.data.encode())
    for size in (2, 3, 4, 5, 6, 10, 29_000, len(whole.data) - 2):
        part = body_of(message, blobs, BodyPreference(type=PLAIN, truncation_size=size))
        assert part.data is not None
        assert whole.data.startswith(part.data)
    html = body_of(
        stored(head.encode() + b"--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n", blobs),
        blobs,
        BodyPreference(type=HTML),
    )
    assert html.data is not None
    assert html.estimated_data_size == len(html.data.encode())
    assert "onetwo" not in html.data


@pytest.mark.req("MS-ASAIRS_R77", "MS-ASAIRS_R241", "MS-ASAIRS_R2412")
@pytest.mark.parametrize(
    ("text", "html", "asked", "served"),
    [
        ("t", None, [PLAIN, HTML], PLAIN),
        ("t", None, [HTML, PLAIN], PLAIN),
        ("t", None, [HTML], HTML),
        ("t", "<p>h</p>", [PLAIN, HTML], HTML),
        (None, "<p>h</p>", [PLAIN, HTML], HTML),
        (None, "<p>h</p>", [PLAIN], PLAIN),
        ("t", "<p>h</p>", [RTF, PLAIN], RTF),
        ("t", "<p>h</p>", [PLAIN, RTF], PLAIN),
        ("t", "<p>h</p>", [RTF], RTF),
        ("t", "<p>h</p>", [], HTML),
        ("t", None, [], PLAIN),
        ("t", "<p>h</p>", [MIME, PLAIN], PLAIN),
        ("t", "<p>h</p>", [MIME], HTML),
    ],
)
def test_the_type_that_is_served(
    text: str | None, html: str | None, asked: list[BodyType], served: BodyType
) -> None:
    blobs = Memory()
    message = stored(mail(text, html), blobs)
    body = body_of(message, blobs, *(BodyPreference(type=one) for one in asked))
    assert body.type == served
    assert message.native_body_type == (2 if html else 1)


def test_text_is_made_from_html_and_html_from_text() -> None:
    blobs = Memory()
    rich = stored(mail(html="<p>a &amp; b</p><p>c</p>"), blobs)
    assert body_of(rich, blobs, BodyPreference(type=PLAIN)).data == "a & b\n\nc"
    plain = stored(mail("a < b\n"), blobs)
    assert "a &lt; b<br>" in (body_of(plain, blobs, BodyPreference(type=HTML)).data or "")


def test_long_text_from_html_is_whole() -> None:
    blobs = Memory()
    message = stored(mail(html=PAGE), blobs)
    body = body_of(message, blobs, BodyPreference(type=PLAIN))
    assert body.data == "\n\n".join(["Grüße 日本"] * 2_000)
    assert body.estimated_data_size == len(body.data.encode())


@pytest.mark.req("MS-ASAIRS_R78", "MS-ASAIRS_R80", "MS-ASAIRS_R385", "MS-ASAIRS_R376")
def test_all_or_none_gives_way_to_the_next() -> None:
    blobs = Memory()
    message = stored(mail("t" * 100, "<p>" + "h" * 100 + "</p>"), blobs)
    strict = BodyPreference(type=HTML, truncation_size=50, all_or_none=True)
    body = body_of(message, blobs, strict, BodyPreference(type=PLAIN, truncation_size=50))
    assert (body.type, body.data, body.truncated) == (PLAIN, "t" * 50, True)
    alone = body_of(message, blobs, strict)
    assert (alone.type, alone.data, alone.truncated, alone.estimated_data_size) == (HTML, None, True, 108)


@pytest.mark.req("MS-ASAIRS_R75", "MS-ASAIRS_R401")
def test_all_or_none_means_nothing_without_a_size() -> None:
    blobs = Memory()
    message = stored(mail("t"), blobs)
    assert body_of(message, blobs, BodyPreference(type=PLAIN, all_or_none=True)) == body_of(
        message, blobs, BodyPreference(type=PLAIN)
    )


@pytest.mark.req("MS-ASEMAIL_R1057")
def test_no_data_for_a_size_of_zero() -> None:
    blobs = Memory()
    body = body_of(stored(mail("text"), blobs), blobs, BodyPreference(type=PLAIN, truncation_size=0))
    assert (body.data, body.truncated, body.estimated_data_size) == (None, True, 5)


@pytest.mark.req("MS-ASAIRS_R250", "MS-ASAIRS_R1001036")
def test_a_preview_stands_beside_html_only() -> None:
    blobs = Memory()
    message = stored(mail("one\n two three", "<p>one two three</p>"), blobs)
    assert body_of(message, blobs, BodyPreference(type=HTML, preview=5)).preview == "one t"
    assert body_of(message, blobs, BodyPreference(type=PLAIN, preview=5)).preview is None
    assert (
        body_of(message, blobs, BodyPreference(type=PLAIN, truncation_size=0, preview=5)).preview == "one t"
    )
    early = RenderOptions(body_preferences=(BodyPreference(type=HTML, preview=5),))
    assert body_in(render(message, early, Version.V12_1, blobs, "5:1"), Version.V12_1).preview is None


SIGNED = (
    b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=s\n\n'
    b"--s\nContent-Type: text/plain\n\nsigned\n"
    b"--s\nContent-Type: application/pkcs7-signature; name=smime.p7s\n\nx\n--s--\n"
)


@pytest.mark.req(
    "MS-ASCMD_R3409", "MS-ASCMD_R3396", "MS-ASCMD_R3397", "MS-ASCMD_R3398", "MS-ASCMD_R3399", "MS-ASCMD_R3413"
)
@pytest.mark.parametrize(
    ("support", "signed", "served"),
    [
        (0, True, PLAIN),
        (0, False, PLAIN),
        (1, True, MIME),
        (1, False, PLAIN),
        (2, True, MIME),
        (2, False, MIME),
    ],
)
def test_mime_support(support: int, signed: bool, served: BodyType) -> None:
    blobs = Memory()
    mime = SIGNED if signed else mail("text")
    message = stored(mime, blobs)
    wanted = BodyPreference(type=MIME), BodyPreference(type=PLAIN)
    body = body_of(message, blobs, *wanted, mime_support=support)
    assert body.type == served
    if served == MIME:
        assert (body.data, body.estimated_data_size, body.truncated) == (mime.decode(), len(mime), False)


@pytest.mark.req("MS-ASCMD_R3418", "MS-ASCMD_R3419", "MS-ASCMD_R3426")
def test_mime_truncation() -> None:
    blobs = Memory()
    message = stored(mail("x" * 70 + "\n" * 6_000), blobs)
    wanted = BodyPreference(type=MIME)
    lengths = [
        len(body_of(message, blobs, wanted, mime_support=2, mime_truncation=value).data or "")
        for value in (0, 1, 2, 8)
    ]
    assert message.index is not None
    assert lengths == [0, 4_096, 5_120, message.index.size]


def test_mime_in_another_charset_is_encoded_for_transfer() -> None:
    blobs = Memory()
    message = stored(b"Content-Type: text/plain; charset=iso-8859-1\n\nGr\xfc\xdfe\n", blobs)
    body = body_of(message, blobs, BodyPreference(type=MIME), mime_support=2)
    assert body.data is not None
    again = index_message(body.data.encode(), NOW)
    assert again.index is not None
    assert again.index.text.strip() == "Grüße"


@pytest.mark.req("MS-ASAIRS_R120", "MS-ASAIRS_R126", "MS-ASAIRS_R256")
def test_a_body_part_is_shown_where_it_is_asked_for() -> None:
    blobs = Memory()
    message = stored(mail("text", "<p>html</p>"), blobs)
    options = RenderOptions(body_part_preference=BodyPartPreference(type=HTML, truncation_size=6, preview=4))
    part = Message.from_children(render(message, options, V14, blobs, "5:1"), V14).body_part
    assert part is not None
    assert (part.status, part.data, part.truncated, part.preview) == (1, "<p>htm", True, "html")
    assert AirSyncBase.BodyPart not in [
        element.tag for element in render(message, options, Version.V14_0, blobs, "5:1")
    ]


@settings(max_examples=50)
@given(
    text=st.text(max_size=3_000),
    size=st.integers(0, 4_000),
    cte=st.sampled_from(["base64", "quoted-printable"]),
    charset=st.sampled_from(["utf-8", "utf-16", "utf-7"]),
)
def test_any_text_is_cut_between_characters(text: str, size: int, cte: str, charset: str) -> None:
    try:
        mime = mail(text * 3, charset=charset, cte=cte)
    except UnicodeEncodeError:
        return
    blobs = Memory()
    message = stored(mime, blobs)
    whole = body_of(message, blobs, BodyPreference(type=PLAIN)).data or ""
    part = body_of(message, blobs, BodyPreference(type=PLAIN, truncation_size=size)).data or ""
    assert whole.startswith(part)
    assert len(part.encode()) <= size or part == whole


@pytest.mark.req("MS-ASCNTC_R459", "MS-ASCNTC_R460")
def test_the_notes_of_a_contact_are_cut_and_converted() -> None:
    contact = Contact(body=Body(type=HTML, data="<p>Likes tea</p>"))

    def shown(*preferences: BodyPreference) -> Body:
        elements = render(contact, RenderOptions(body_preferences=preferences), V14, Memory(), "7:1")
        return body_in(elements, V14)

    assert shown(BodyPreference(type=PLAIN, truncation_size=5)).data == "Likes"
    assert shown(BodyPreference(type=PLAIN)).data == "Likes tea"
    assert shown().data == "<p>Likes tea</p>"


@pytest.mark.parametrize("version", SERVED)
def test_every_version_can_read_what_it_is_told(version: Version) -> None:
    blobs = Memory()
    message = stored(mail("text", "<p>html</p>"), blobs)
    elements = render(message, RenderOptions(), version, blobs, "5:1")
    read = Message.from_children(elements, version)
    assert (read.subject, read.read, read.message_class) == ("S", False, "IPM.Note")
    assert (read.is_draft is None) == (version < Version.V16_0)
    assert (read.conversation_id is None) == (version < Version.V14_0)
    assert (Email.Categories in [element.tag for element in elements]) == (version >= Version.V14_0)


def test_mime_with_escapes_keeps_every_character() -> None:
    """Japanese mail is ISO-2022-JP as a rule, whose escapes no string of an answer can hold."""
    words = "田中様、お世話になっております。\r\n"
    blobs = Memory()
    head = "Subject: 会議\r\nContent-Type: text/plain; charset=ISO-2022-JP\r\n\r\n"
    message = stored((head + words).encode("iso-2022-jp"), blobs)
    whole = body_of(message, blobs, BodyPreference(type=MIME), mime_support=2)
    data = whole.data
    assert data is not None
    size = len(data.encode())
    assert message.index is not None
    assert whole.estimated_data_size == size > message.index.size
    cut = body_of(message, blobs, BodyPreference(type=MIME, truncation_size=size - 1), mime_support=2)
    assert cut.truncated
    assert cut.estimated_data_size == size
    assert len((cut.data or "").encode()) < size
    shown = message_from_string(data, policy=policy.default)
    assert isinstance(shown, EmailMessage)
    assert shown.get_content().splitlines() == words.splitlines()
    assert "Subject: 会議" in data
