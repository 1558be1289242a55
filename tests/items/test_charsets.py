"""Character sets as mail names them, or does not."""

from __future__ import annotations

import time

import pytest

from overair.items import charsets

GERMAN, RUSSIAN, CHINESE = (
    "Grüße aus Österreich, schönen Tag",
    "Привет, как твои дела сегодня?",
    "中文编码测试文本",
)
JAPANESE, KOREAN = "日本語のテキストです。カタカナ", "한국어 텍스트입니다 뷁"
HEBREW, THAI, GREEK = "שלום לכם", "สวัสดีครับ", "Καλημέρα σας"


def read(label: str, data: bytes, *, is_html: bool = False) -> str:
    return charsets.decode(data, charsets.resolve(label, data, is_html=is_html))


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("gb2312", "gb18030", "中文镕〇𠀀"),
        ("GB_2312-80", "gbk", CHINESE),
        ("x-gbk", "gbk", CHINESE),
        ("hz-gb-2312", "hz", "中文"),
        ("ks_c_5601-1987", "cp949", KOREAN),
        ("euc-kr", "cp949", KOREAN),
        ("iso-2022-kr", "iso2022_kr", "한국어"),
        ("iso-8859-8-i", "iso8859-8", HEBREW),
        ("visual", "iso8859-8", HEBREW),
        ("windows-1255", "cp1255", HEBREW),
        ("windows-874", "cp874", THAI),
        ("tis-620", "cp874", THAI + " €"),
        ("utf-7", "utf-7", GERMAN),
        ("unicode-1-1-utf-7", "utf-7", GERMAN),
        ("x-mac-cyrillic", "mac-cyrillic", RUSSIAN),
        ("x-mac-ce", "mac-latin2", "Žluťoučký"),
        ("x-mac-greek", "mac-greek", GREEK),
        ("x-mac-roman", "mac-roman", GERMAN),
        ("macintosh", "mac-roman", GERMAN),
        ("shift_jis", "cp932", "①㈱髙﨑" + JAPANESE),
        ("x-sjis", "cp932", JAPANESE),
        ("windows-31j", "cp932", "㈱" + JAPANESE),
        ("euc-jp", "euc_jis_2004", "①" + JAPANESE),
        ("x-euc-jp", "euc_jp", JAPANESE),
        ("big5", "cp950", "繁體中文€碁"),
        ("big5-hkscs", "big5hkscs", "㗎啲"),
        ("win-1251", "cp1251", RUSSIAN),
        ("windows1252", "cp1252", "“" + GERMAN + "”"),
        ("iso-8859-1", "cp1252", "“" + GERMAN + "” €"),
        ("iso-8859-9", "cp1254", "“Şişli”"),
        ("8859-1", "cp1252", GERMAN),
        ("IBM-852", "cp852", "Žluťoučký"),
        ("koi8-r", "koi8-r", RUSSIAN),
        ('"utf-8"', "utf-8", GERMAN),
        ("UTF-8;", "utf-8", GERMAN),
        ("utf-16", "utf-16", JAPANESE),
        ("utf-16be", "utf-16-be", JAPANESE),
        ("us-ascii", "utf-8", GERMAN),
    ],
)
def test_a_label_is_read_as_what_it_is_used_for(label: str, codec: str, text: str) -> None:
    assert read(label, text.encode(codec)) == text


@pytest.mark.parametrize(
    ("label", "data", "text"),
    [
        ("iso-2022-jp", JAPANESE.encode("iso2022_jp"), JAPANESE),
        ("iso-2022-jp", b"\x1b(I1234\x1b(B!", "ｱｲｳｴ!"),
        ("iso-2022-jp", b"\x0e1234\x0f!", "ｱｲｳｴ!"),
        ("iso-2022-jp", b"\x1b$B-!-j\x1b(B.", "①㈱."),
        ("csISO2022JP", b"\x1b$BF|\nab", "日\n痰"),
        ("iso-2022-jp-2", "日本".encode("iso2022_jp_2"), "日本"),
        ("", JAPANESE.encode("iso2022_jp"), JAPANESE),
        ("us-ascii", JAPANESE.encode("iso2022_jp"), JAPANESE),
    ],
)
def test_japanese_in_escapes(label: str, data: bytes, text: str) -> None:
    assert read(label, data) == text


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("iso-8859-1", "utf-8", GERMAN),
        ("iso-8859-1", "utf-8", "café"),
        ("windows-1252", "utf-8", RUSSIAN),
        ("koi8-r", "utf-8", RUSSIAN),
        ("gb2312", "utf-8", CHINESE),
        ("shift_jis", "utf-8", JAPANESE),
        ("iso-2022-jp", "utf-8", JAPANESE),
        ("iso-2022-jp", "cp932", JAPANESE),
        ("utf-8", "cp1252", GERMAN),
        ("utf-8", "koi8-r", RUSSIAN * 3),
        ("x-unknown", "cp1251", RUSSIAN * 3),
        ("", "cp932", JAPANESE * 2),
        ("", "utf-8", "é"),
        ("us-ascii", "cp1252", GERMAN),
    ],
)
def test_a_wrong_or_missing_label_is_seen_through(label: str, codec: str, text: str) -> None:
    assert read(label, text.encode(codec)) == text


def test_a_few_characters_that_could_be_utf_8_are_what_is_claimed() -> None:
    assert read("gb2312", "联通".encode("gbk")) == "联通"


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("label", ["", "iso-8859-1", "utf-8"])
def test_a_byte_order_mark_goes_before_every_label(label: str, codec: str) -> None:
    assert read(label, GERMAN.encode(codec)) == GERMAN


META = "<html><head><meta {}></head><body>{}"


@pytest.mark.parametrize(
    ("said", "codec", "text"),
    [
        ("charset=koi8-r", "koi8-r", "мир"),
        ('http-equiv="Content-Type" content="text/html; charset=windows-1251"', "cp1251", "мир"),
        ("charset='iso-2022-jp'", "iso2022_jp", JAPANESE),
        ("charset=windows-1251", "utf-8", "мир"),
        ("charset=utf-16", "utf-8", "мир"),
    ],
)
@pytest.mark.parametrize("label", ["", "us-ascii", "unknown-8bit"])
def test_html_may_say_itself_what_it_is_in(label: str, said: str, codec: str, text: str) -> None:
    page = META.format(said, text)
    assert read(label, page.encode(codec), is_html=True) == page


def test_what_the_part_says_goes_before_what_html_says() -> None:
    page = META.format("charset=koi8-r", "мир")
    assert read("windows-1251", page.encode("cp1251"), is_html=True) == page


@pytest.mark.parametrize(
    "label", ["hex", "rot13", "idna", "punycode", "unicode_escape", "x-", "", "\udc80", "é"]
)
def test_what_is_no_character_set_is_unknown(label: str) -> None:
    assert charsets.codec_of(label) is None
    assert charsets.code_page(label) == "65001"


@pytest.mark.parametrize(
    ("label", "page"),
    [
        ("iso-8859-1", "28591"),
        ("windows-1251", "1251"),
        ("ks_c_5601-1987", "51949"),
        ("x-sjis", "932"),
        ("us-ascii", "20127"),
    ],
)
@pytest.mark.req("MS-ASEMAIL_R496")
def test_code_pages(label: str, page: str) -> None:
    assert charsets.code_page(label) == page


@pytest.mark.parametrize("codec", ["cp932", "iso2022_jp", "utf-8", "gb18030", "utf-7"])
def test_a_start_of_bytes_is_a_start_of_the_text(codec: str) -> None:
    data = (JAPANESE + " ①ab\n" if codec == "cp932" else JAPANESE + "ab\n").encode(codec)
    whole = charsets.decode(data, codec)
    for size in range(len(data)):
        assert whole.startswith(charsets.decode_start(data[:size], codec).removesuffix("\ufffd"))


@pytest.mark.parametrize("piece", [b"\x1b$B", b"\x1b", b"\x1b$BF|\x1b(B", b"\x0e", b"<meta ", b"\x80a"])
def test_hostile_bytes_take_linear_time(piece: bytes) -> None:
    data = piece * (200_000 // len(piece))
    began = time.process_time()
    for label in ("iso-2022-jp", "", "gb2312"):
        read(label, data, is_html=True)
    assert time.process_time() - began < 4
