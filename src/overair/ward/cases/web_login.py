"""Endpoints at which nobody can log in as phones do."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Final

from overair.doctor.complaint import Complaint
from overair.ward.case import Case, Program
from overair.ward.configured import by_haproxy, by_nginx
from overair.ward.fronts import behind_apache
from overair.ward.site import MAIL, records
from overair.ward.ward import Ward

FORM: Final = """\
    <Location /Microsoft-Server-ActiveSync>
        AuthType form
        AuthName portal
        AuthFormProvider file
        AuthUserFile {accounts}
        AuthFormLoginRequiredLocation "https://{host}/portal/login.html"
        Session On
        SessionCookieName portal path=/
        Require valid-user
    </Location>
"""
EXCHANGE_2003: Final = """
    set $asked "$request_method $http_authorization";
    location /exchange {
        return 302 https://$host/exchweb/bin/auth/owalogon.asp?url=https://$host/exchange&reason=0;
    }
    location <<eas>> {
        if ($asked ~ "^POST Basic") { return 500; }
<<proxied>>
        proxy_hide_header MS-Server-ActiveSync;
        add_header MS-Server-ActiveSync 6.5.7638.1 always;
    }
    <<usual>>
"""
"""Its OWA asks by a form, and so it does when ActiveSync asks it for the mailbox."""


@contextlib.asynccontextmanager
async def _portal(ward: Ward) -> AsyncIterator[Complaint]:
    """A single sign-on in front of everything, forgotten for phones."""
    address, folder = ward.address(), ward.folder()
    records(ward, address)
    folder.chmod(0o755)
    (folder / "accounts").write_text("")
    async with behind_apache(ward, address, server=FORM.format(accounts=folder / "accounts", host=MAIL)):
        yield ward.complaint()


CASES: Final = (
    Case(
        id="owa-form-in-front",
        title="“It asks for the password again and again, and the password is right.”",
        illness="forms-based-authentication",
        program=Program.NGINX,
        start=by_nginx(
            "location <<eas>> { return 302 https://$host/owa/auth/logon.aspx?url=https://$host<<eas>>; } "
            "<<usual>>"
        ),
    ),
    Case(
        id="login-timeout",
        title="“Phones have seen nothing new since we published OWA through the firewall.”",
        illness="forms-based-authentication",
        program=Program.NGINX,
        start=by_nginx("location <<eas>> { return 440; } <<usual>>"),
    ),
    Case(
        id="exchange-2003-form",
        title="“OWA works with the same password. The old Exchange has always been fine.”",
        illness="forms-between-activesync-and-mailbox",
        program=Program.NGINX,
        start=by_nginx(EXCHANGE_2003),
    ),
    Case(
        id="portal-in-front",
        title="“Everything is behind the single sign-on now, which is much safer.”",
        illness="login-page-in-front",
        program=Program.APACHE,
        start=_portal,
    ),
    Case(
        id="windows-authentication-only",
        title="“I have ticked Integrated Windows Authentication, as the book says.”",
        illness="integrated-authentication-only",
        program=Program.NGINX,
        start=by_nginx(
            "location <<eas>> { <<proxied>> proxy_hide_header WWW-Authenticate; add_header WWW-Authenticate "
            "Negotiate always; add_header WWW-Authenticate NTLM always; } <<usual>>"
        ),
    ),
    Case(
        id="challenge-taken-away",
        title="“Phones do not even ask for the password.”",
        illness="basic-not-offered",
        program=Program.HAPROXY,
        start=by_haproxy("    http-response del-header WWW-Authenticate"),
    ),
    Case(
        id="anonymous",
        title="“Every user sees the same mails. Is that a new function?”",
        illness="anonymous-access",
        program=Program.NGINX,
        start=by_nginx(
            'location <<eas>> { <<proxied>> proxy_set_header Authorization "<<log_in>>"; } <<usual>>'
        ),
    ),
    Case(
        id="authorization-dropped",
        title="“Wrong password, it says. I have set three new ones today.”",
        illness="authorization-lost",
        program=Program.NGINX,
        start=by_nginx('location <<eas>> { <<proxied>> proxy_set_header Authorization ""; } <<usual>>'),
    ),
)
"""Sick while somebody logs in."""
