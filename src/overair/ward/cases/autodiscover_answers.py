"""Autodiscover that answers, and what it answers is of no use to phones."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Final

from overair.doctor.complaint import Complaint
from overair.ward.case import Case, Program
from overair.ward.configured import at_autodiscover, by_apache, by_haproxy, by_nginx
from overair.ward.site import healthy_site
from overair.ward.ward import DOMAIN, Ward

OF_A_PANEL: Final = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">'
    '<Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">'
    "<Account><AccountType>email</AccountType><Action>settings</Action>"
    "<Protocol><Type>IMAP</Type><Server>imap.ward.test</Server><Port>993</Port><SSL>on</SSL></Protocol>"
    "</Account></Response></Autodiscover>"
)
PAGE: Final = "<!doctype html><html><body><h1>Welcome</h1><p>This page has moved.</p></body></html>"
WARNING: Final = "<br />Warning: Undefined variable in /srv/autodiscover/config.php on line 47<br />"
REWRITTEN: Final = """
<<proxied>>
    proxy_set_header Accept-Encoding "";
    sub_filter_types *;
    sub_filter '%s' '%s';
"""
"""Overair's answer with something in it replaced."""


@contextlib.asynccontextmanager
async def _unknown_address(ward: Ward) -> AsyncIterator[Complaint]:
    async with healthy_site(ward):
        yield ward.complaint(address=f"letters@{DOMAIN}", user=ward.user)


CASES: Final = (
    Case(
        id="autodiscover-unknown-address",
        title="“I have typed in the address that stands on our letters.”",
        illness="autodiscover-error",
        program=Program.OVERAIR,
        start=_unknown_address,
    ),
    Case(
        id="autodiscover-of-a-panel",
        title="“Outlook on the computer finds everything by itself. The phones find nothing.”",
        illness="autodiscover-outlook-only",
        program=Program.NGINX,
        start=by_nginx(at_autodiscover(f"default_type text/xml; return 200 '{OF_A_PANEL}';")),
    ),
    Case(
        id="autodiscover-without-external-url",
        title="“The server is brand-new, with everything at its defaults.”",
        illness="autodiscover-without-server",
        program=Program.NGINX,
        start=by_nginx(at_autodiscover(REWRITTEN % ("<Type>MobileSync</Type>", "<Type>CertEnroll</Type>"))),
    ),
    Case(
        id="autodiscover-with-a-warning",
        title="“We have updated PHP. The web site looks as before.”",
        illness="autodiscover-malformed",
        program=Program.APACHE,
        start=by_apache(
            "    <Location /autodiscover>\n"
            "        RequestHeader unset Accept-Encoding\n"
            "        SetOutputFilter SUBSTITUTE\n"
            f'        Substitute "s|<.xml|{WARNING}<?xml|"\n'
            "    </Location>"
        ),
    ),
    Case(
        id="autodiscover-web-site",
        title="“The new web site shows a friendly page for whatever one types in.”",
        illness="autodiscover-web-page",
        program=Program.NGINX,
        start=by_nginx(at_autodiscover(f"default_type text/html; return 200 '{PAGE}';")),
    ),
    Case(
        id="autodiscover-for-windows",
        title="“Computers of the domain set themselves up. Phones ask for the password for ever.”",
        illness="autodiscover-without-basic",
        program=Program.NGINX,
        start=by_nginx(
            at_autodiscover(
                "<<proxied>> proxy_hide_header WWW-Authenticate; add_header WWW-Authenticate Negotiate "
                "always; add_header WWW-Authenticate NTLM always;"
            )
        ),
    ),
    Case(
        id="autodiscover-protected",
        title="“It refuses my password while I set it up. Typed in by hand the account works.”",
        illness="autodiscover-refuses-log-in",
        program=Program.NGINX,
        start=by_nginx(
            at_autodiscover(
                '<<proxied>> auth_basic "Web site under construction"; auth_basic_user_file /dev/null;'
            )
        ),
    ),
    Case(
        id="autodiscover-lower-case",
        title="“Android phones set themselves up. The others want the name of the server.”",
        illness="autodiscover-letter-case",
        program=Program.HAPROXY,
        start=by_haproxy("    http-request return status 404 if { path_beg /Autodiscover }"),
    ),
    Case(
        id="autodiscover-no-url",
        title="“In the settings of the server I have filled in its name, as I was asked to.”",
        illness="autodiscover-names-no-url",
        program=Program.NGINX,
        start=by_nginx(
            at_autodiscover(
                REWRITTEN % ("<Url>https://mail.ward.test<<eas>></Url>", "<Url>mail.ward.test</Url>")
            )
        ),
    ),
    Case(
        id="autodiscover-http-url",
        title="“The server behind the proxy needs no certificate of its own any more.”",
        illness="autodiscover-names-http",
        program=Program.NGINX,
        start=by_nginx(at_autodiscover(REWRITTEN % ("<Url>https://", "<Url>http://"))),
    ),
    Case(
        id="autodiscover-internal-url",
        title="“In the office every phone sets itself up. Outside none does.”",
        illness="autodiscover-names-internal",
        program=Program.NGINX,
        start=by_nginx(
            at_autodiscover(REWRITTEN % ("<Url>https://mail.ward.test", "<Url>https://ex01.corp.lan"))
        ),
    ),
    Case(
        id="autodiscover-old-url",
        title="“We have switched the old server off. New phones cannot be set up since.”",
        illness="autodiscover-names-unreachable",
        program=Program.NGINX,
        start=by_nginx(
            at_autodiscover(REWRITTEN % ("<Url>https://mail.ward.test", "<Url>https://old.ward.test"))
        ),
    ),
    Case(
        id="autodiscover-no-path",
        title="“Some makes of phones work. Others say that this is no Exchange server.”",
        illness="autodiscover-names-no-path",
        program=Program.NGINX,
        start=by_nginx(at_autodiscover(REWRITTEN % ("<<eas>></Url>", "</Url>"))),
    ),
    Case(
        id="autodiscover-two-servers",
        title="“The app of Outlook still shows me the mails of last year.”",
        illness="autodiscover-json-differs",
        program=Program.NGINX,
        start=by_nginx(
            "location ~* ^/autodiscover/autodiscover.json { "
            + REWRITTEN % ("https://mail.ward.test", "https://old.ward.test")
            + "} <<usual>>"
        ),
    ),
)
"""Sick in what is said; phones that are set up by hand work."""
