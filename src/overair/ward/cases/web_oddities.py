"""Healthy servers behind what is commonly found in front of them."""

from __future__ import annotations

from typing import Final

from overair.ward.case import Case, Program
from overair.ward.configured import by_apache, by_haproxy

BLOCK_PAGE: Final = "<html><body>Your request was blocked. Your support ID is: 4711</body></html>"
SIGN_IN: Final = (
    "<!doctype html><html><body><h1>401 - Unauthorized</h1><form action=/owa/auth>"
    "<input name=user><input type=password name=password></form></body></html>"
)
ASKED: Final = (
    "    http-response return status 401 content-type text/html hdr WWW-Authenticate Negotiate "
    "hdr WWW-Authenticate NTLM hdr WWW-Authenticate 'Bearer realm=\"Büro, alt\"' "
    "hdr WWW-Authenticate 'Basic realm=\"Büro, neu\"' "
    f"string '{SIGN_IN}' if {{ status 401 }}"
)
"""All ways to log in, each on a line of its own, and a page for browsers."""
EXCHANGE: Final = """
    Header edit WWW-Authenticate Overair mail.ward.test
    Header always set X-FEServer MAIL01
    Header always set X-Powered-By ASP.NET
    RedirectMatch 404 ^/(owa|exchange)
    RedirectMatch 302 ^/$ /webmail/
    SetOutputFilter DEFLATE
    RewriteEngine On
    RewriteRule (?i)^<<eas>>$ <<overair>><<eas>> [P,QSA]
"""

CASES: Final = (
    Case(
        id="firewall-in-front",
        title="“Whoever opens the address in a browser is shown that he was blocked!”",
        illness=None,
        program=Program.HAPROXY,
        start=by_haproxy(
            "    http-request return status 403 content-type text/html "
            f"string '{BLOCK_PAGE}' if {{ path / }}\n"
            "    http-request return status 404 if { path -i -m end .json }\n"
            "    http-request return status 404 if { path -m beg /microsoft-server-activesync }\n"
            "    http-response del-header Server\n"
            "    http-response del-header MS-Server-ActiveSync"
        ),
        shows=("autodiscover-json-missing", "server-version-hidden", "endpoint-letter-case"),
        harmless="a block page at /, no second version of Autodiscover, headers that name the server taken "
        "away, the path of the endpoint in the usual letter case alone",
    ),
    Case(
        id="many-ways-to-log-in",
        title="“When I open the address of the phones, there is a form. Phones cannot fill in forms!”",
        illness=None,
        program=Program.HAPROXY,
        start=by_haproxy(ASKED),
        harmless="401 with a form, four ways to log in on lines of their own, realms with umlauts",
    ),
    Case(
        id="webmail-elsewhere",
        title="“OWA is gone. The phones are next, I suppose?”",
        illness=None,
        program=Program.APACHE,
        start=by_apache(EXCHANGE),
        shows=("owa-not-answering",),
        harmless="headers of Exchange without OWA at its usual path, compressed answers, any letter case",
    ),
)
"""Phones mind none of it."""
