"""Places on servers in one spelling, however they are written."""

from __future__ import annotations

import pytest

from overair.dav.hrefs import BadHref, canonical_name, member_name, origin, path_of, place_of, siblings


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("/joe%40example.org/a%20b.ics", "/joe@example.org/a%20b.ics"),
        ("/joe@example.org/a b.ics", "/joe@example.org/a%20b.ics"),
        ("https://other.example.org:8443/joe%40example.org/", "/joe@example.org/"),
        ("a.ics", "/home/work/a.ics"),
        ("../play/a.ics", "/home/play/a.ics"),
        ("/%e4%bd%a0/%E5%A5%BD", "/%E4%BD%A0/%E5%A5%BD"),
        ("/你/好", "/%E4%BD%A0/%E5%A5%BD"),
        ("/a%2Fb/c%23d%3Fe.ics", "/a%2Fb/c%23d%3Fe.ics"),
        ("/a%252Fb", "/a%252Fb"),
        ("/%ff", "/%FF"),
        ("//other//a//b", "/a//b"),
        ("http://other/./a/../b/", "/b/"),
        ("/home/%2E%2e/a/%2e", "/home/%2E%2E/a/%2E"),
        ("/home/q?.ics", "/home/q%3F.ics"),
        ("h#1.ics", "/home/work/h%231.ics"),
        ("  /a \n", "/a"),
        ("/it's(1)&2;,=+$!*~", "/it's(1)&2;,=+$!*~"),
        ("/%69%74", "/it"),
    ],
)
def test_one_spelling(written: str, path: str) -> None:
    assert path_of(written, "/home/work/") == path
    assert path_of(path, "/") == path


@pytest.mark.parametrize(
    "written", ["mailto:joe@example.org", "http://[broken", "urn:uuid:1", "/" + "a" * 5000]
)
def test_what_is_no_place(written: str) -> None:
    with pytest.raises(BadHref):
        path_of(written, "/")


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("/home/", "/home/"),
        ("https://DAV.example.org/home/", "/home/"),
        ("https://dav.example.org:443/home/", "/home/"),
        ("http://dav.example.org/home/", "/home/"),
        ("http://10.0.0.1:8008/home/", "/home/"),
        ("https://p07.example.org/12/", "https://p07.example.org:443/12/"),
        ("https://example.org/12/", "https://example.org:443/12/"),
        ("https://evil.example.com/home/", "/home/"),
        ("https://example.org.evil.com/home/", "/home/"),
    ],
)
def test_a_home_on_another_host_is_one_of_a_sibling(written: str, place: str) -> None:
    assert place_of(written, "/", "https://dav.example.org:443") == place


def test_siblings_share_a_domain_of_more_than_one_word() -> None:
    assert siblings("https://a.example.org:443", "https://b.example.org:8443")
    assert not siblings("https://example.org:443", "https://example.com:443")
    assert not siblings("https://example.org:443", "https://other.org:443")
    assert not siblings("https://10.0.0.1:443", "https://20.0.0.1:443")
    assert not siblings("https://org:443", "https://example.org:443")


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "/only/a/path", "https://joe@example.org/", "http://:80/"]
)
def test_what_is_no_url_of_a_server(url: str) -> None:
    with pytest.raises(BadHref):
        origin(url)


def test_origins_have_a_port() -> None:
    assert origin("https://Example.ORG./x") == "https://example.org:443"
    assert origin("http://[::1]:5232/") == "http://[::1]:5232"


def test_a_member_is_directly_in_its_collection() -> None:
    assert member_name("/home/a.ics", "/home/") == "a.ics"
    assert [member_name(path, "/home/") for path in ("/home/", "/home/sub/", "/home/sub/a", "/else/a")] == [
        *(None, None, None, None)
    ]
    assert canonical_name("a%2fb c") == "a%2Fb%20c"
