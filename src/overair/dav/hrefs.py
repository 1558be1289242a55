"""URLs as servers write them, in one spelling.

A server may answer with another percent-encoding than it was asked with, with absolute URLs, and behind
a proxy with a scheme and a host of its own. A place is kept as an absolute path in one encoding, or as a
whole URL where it is on another host than the account's server.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

_SAFE: Final = "!$&'()*+,;=:@~"
"""What may stand in a segment of a path as it is (RFC 3986, pchar)."""
LONGEST: Final = 4_000
"""Characters of a URL."""


class BadHref(ValueError):
    """What a server names as a place is none that can be asked."""


def canonical_path(path: str) -> str:
    """A path, percent-encoded in the one way; a slash that is encoded stays so."""
    return "/".join(canonical_name(segment) for segment in path.split("/"))


@lru_cache(maxsize=64)
def _canonical_directory(path: str) -> str:
    return canonical_path(path)


def canonical_name(segment: str) -> str:
    """One segment of a path, percent-encoded in the one way; points that are encoded are no steps."""
    name = quote(unquote_to_bytes(segment), safe=_SAFE)
    return name.replace(".", "%2E") if name in (".", "..") and name != segment else name


def origin(url: str) -> str:
    """Scheme, host and port of an absolute URL, as ``https://host:443``. Raises BadHref."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadHref("is no URL") from None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in _PORTS or not host or parts.username is not None:
        raise BadHref("is no URL of a server")
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port or _PORTS[parts.scheme]}"


_PORTS: Final = {"http": 80, "https": 443}


def path_of(href: str, base: str) -> str:
    """The path of an href in one spelling, whatever host it names; ``base`` is the path of what was asked.

    Raises BadHref.
    """
    if len(href) > LONGEST:
        raise BadHref("is too long")
    # No resource of DAV has a query or a fragment: Cyrus leaves these characters of a name as they are.
    written = href.strip().replace("?", "%3F").replace("#", "%23")
    if written.startswith("/") and not written.startswith("//") and "/." not in written:
        # As nearly all are: of thousands in one answer only the names differ.
        directory, slash, name = written.rpartition("/")
        return _canonical_directory(directory) + slash + canonical_name(name)
    try:
        parts = urlsplit(joined(f"//server{base}", written))
    except ValueError:
        raise BadHref("is no URL") from None
    if not parts.path.startswith("/"):
        raise BadHref("has no path")
    # Two slashes at its start would make a host of its first segment when it is read again, and of a whole
    # URL the steps up and on the spot are still there.
    return canonical_path(urlsplit(joined("//server/", "/" + parts.path.lstrip("/"))).path)


def place_of(href: str, base_path: str, base_origin: str) -> str:
    """The place that an href of a trusted answer names: a path, or a whole URL on a sibling host.

    Behind a proxy a server may not know its own scheme and host: plain HTTP is never followed from
    HTTPS, its path is asked where the answer came from. Raises BadHref.
    """
    path = path_of(href, base_path)
    try:
        there = origin(joined(base_origin + base_path, href))
    except BadHref:
        return path
    if there == base_origin or not there.startswith("https://") or not siblings(there, base_origin):
        return path
    return there + path


def joined(url: str, href: str) -> str:
    """The URL that an href at another one names. Raises BadHref."""
    try:
        return urljoin(url, href.strip())
    except ValueError:
        raise BadHref("is no URL") from None


def split(place: str) -> tuple[str, str]:
    """The origin of a place and its path; the origin of a path is empty."""
    if place.startswith("/"):
        return "", place
    path = urlsplit(place).path
    return place.removesuffix(path), path


def siblings(one: str, other: str) -> bool:
    """Whether the hosts of two origins are below the same domain, as pNN.example.org and example.org."""
    first, second = (_host(origin_) for origin_ in (one, other))
    if first == second:
        return True
    return any(
        mine.count(".") >= 1 and (yours == mine or yours.endswith(f".{mine}"))
        for mine, yours in ((_parent(first), second), (_parent(second), first))
    )


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower().rstrip(".")


def _parent(host: str) -> str:
    """The domain that a host is in; the host itself where that would be a single word."""
    _, _, above = host.partition(".")
    return above if "." in above and not above.replace(".", "").isdigit() else host


def member_name(path: str, collection: str) -> str | None:
    """The last segment of the path of a member of a collection; None for what is not directly in it."""
    if not path.startswith(collection):
        return None
    name = path[len(collection) :]
    return name if name and "/" not in name else None


def with_slash(path: str) -> str:
    """The path of a collection, which ends with a slash."""
    return path if path.endswith("/") else f"{path}/"
