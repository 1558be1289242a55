"""Does OWA's form stand between ActiveSync and the mailbox, as on Exchange 2003?"""

from __future__ import annotations

from typing import Final

from overair.doctor.bedside import Bedside
from overair.doctor.check import Check, Scope, Section
from overair.doctor.checks.web.login_page import SECOND_DIRECTORY
from overair.doctor.facts.login import LoggedIn
from overair.doctor.facts.tls import Trusted
from overair.doctor.facts.web import Endpoint, Greeting, Webmail
from overair.doctor.illness import Illness, Severity
from overair.protocol.http.responses import SERVER_VERSION

_FIRST_PATH: Final = "/exchange/"
_FIRST_VERSIONS: Final = "6."
FORMS: Final = Illness(
    id="forms-between-activesync-and-mailbox",
    severity=Severity.BREAKS,
    says="{host} is an Exchange 2003 whose OWA asks by a form, and ActiveSync fails as soon as somebody logs "
    "in: it asks /Exchange inside for the mailbox, and forms-based authentication stands there.",
    cure=SECOND_DIRECTORY,
    explains=frozenset(("server-fails-after-log-in",)),
)


async def _examine(bedside: Bedside) -> None:
    webmail, greeting = bedside.fact(Webmail), bedside.fact(Greeting)
    answers = [one for one in (greeting.post, greeting.options) if one is not None]
    is_2003 = webmail.path == _FIRST_PATH or any(
        one.headers.get(SERVER_VERSION, "").startswith(_FIRST_VERSIONS) for one in answers
    )
    # OPTIONS took the log-in, and the first command did not come through.
    failed = bedside.wanted(LoggedIn) is None and bedside.attempts.is_taken(greeting.url)
    if is_2003 and webmail.forms and failed:
        bedside.find(FORMS)


CHECK: Final = Check(
    id="endpoint-forms-inside",
    title="Does ActiveSync reach the mailbox past OWA's form?",
    section=Section.WEB,
    scope=Scope.SERVER,
    examine=_examine,
    needs=(Endpoint, Greeting, Webmail, Trusted),
    wants=(LoggedIn,),
    finds=(FORMS,),
)
