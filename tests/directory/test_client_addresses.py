"""Which address guesses are counted under: the client's, told by a trusted proxy only."""

from __future__ import annotations

import pytest
from starlette.types import Receive, Scope, Send

from overair.server.forwarded import UNIX_PEER
from overair.server.listening import listening_of
from overair.server.serving import configure
from overair.server.settings import SettingsError, load
from support.asynchronous import run

HONEST, FORGED, PROXY = "198.51.100.9", "192.0.2.66", "10.0.0.1"


def client(bind: str, proxies: list[str], peer: str, *forwarded: str) -> str:
    """The client's address of a request, as the server that these settings make sees it."""
    seen: list[str] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["client"][0])

    settings = load(None, bind=bind, trusted_proxies=proxies)
    config = configure(application, listening_of(settings))
    config.load()
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    scope = {"type": "http", "client": (peer, 1), "headers": headers, "scheme": "http"}

    async def work() -> None:
        await config.loaded_app(scope, None, None)

    run(work())
    return seen[0]


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "address"),
    [
        ([], FORGED, [HONEST], FORGED),  # nobody is believed
        ([PROXY], FORGED, [HONEST], FORGED),
        ([PROXY], PROXY, [HONEST], HONEST),
        ([PROXY], PROXY, [f"{FORGED}, {HONEST}"], HONEST),  # what the client itself said comes first
        ([PROXY], PROXY, [FORGED, HONEST], HONEST),
        ([PROXY], PROXY, [f"{HONEST}:40123"], HONEST),
        ([PROXY], PROXY, ["[2001:db8::1]:40123"], "2001:db8::1"),
        ([PROXY], f"::ffff:{PROXY}", [HONEST], HONEST),  # to a socket of both families
        (["10.0.0.0/24"], f"::ffff:{PROXY}", [f"{HONEST}, 10.0.0.7"], HONEST),
        (["2001:db8::/64"], "2001:db8::5", [HONEST], HONEST),
        ([PROXY], PROXY, [], PROXY),
    ],
)
def test_the_address_of_a_client(proxies: list[str], peer: str, forwarded: list[str], address: str) -> None:
    assert client("127.0.0.1:0", proxies, peer, *forwarded) == address


def test_a_unix_socket_is_the_proxy(tmp_path: object) -> None:
    assert client(f"unix:{tmp_path}/s", [], UNIX_PEER, f"{FORGED}, {HONEST}") == HONEST
    assert client(f"unix:{tmp_path}/s", [], UNIX_PEER) == UNIX_PEER


@pytest.mark.parametrize("proxy", ["*", "nginx", "10.0.0.1/24", "", "unix:"])
def test_a_proxy_is_named_by_its_address(proxy: str) -> None:
    with pytest.raises(SettingsError, match="trusted_proxies"):
        load(trusted_proxies=[proxy])
