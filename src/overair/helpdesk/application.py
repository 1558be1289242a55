"""The pages of the help desk: the form, an examination while it runs and when it has ended, its report."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping
from importlib.resources import files
from typing import Final

import jinja2
import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from overair.directory.throttle import network_of
from overair.doctor.check import Section
from overair.doctor.complaint import Surroundings
from overair.doctor.reporting.page import render
from overair.doctor.reporting.report import Report
from overair.doctor.reporting.telling import paragraph, parts
from overair.helpdesk import events
from overair.helpdesk.asking import (
    FIELDS,
    MAXIMUM_FORM,
    Allowance,
    NotAllowed,
    Unclear,
    complaint_of,
    fields_of,
)
from overair.helpdesk.consultation import MOST_LISTENERS, Consultation, Outcome, Shown
from overair.helpdesk.consultations import Consultations
from overair.helpdesk.guard import Guard, Tokens
from overair.helpdesk.pace import Pace, TooMany
from overair.server.help_desk_settings import HelpDesk

FORM_TYPE: Final = "application/x-www-form-urlencoded"
MINUTE: Final = 60.0
REFRESH_SECONDS: Final = 3
"""How often a page without script asks for itself again."""
ASSETS: Final = {"doctor.js": "text/javascript", "doctor.css": "text/css", "doctor.svg": "image/svg+xml"}
REPORT_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""For the page to send to somebody, which has its style in itself."""
TOLD: Final = {
    Outcome.ABANDONED: "Nobody looked at this examination any more, so it was given up.",
    Outcome.LATE: "This examination took too long and was given up.",
    Outcome.FAILED: "The doctor failed here; its log says more.",
}

_templates = jinja2.Environment(
    loader=jinja2.PackageLoader("overair.helpdesk"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Desk:
    """What answers; ``application`` is it with the guard before it."""

    def __init__(
        self,
        settings: HelpDesk,
        password: str,
        around: Surroundings,
        *,
        names: Iterable[str] = (),
        consultations: Consultations | None = None,
    ) -> None:
        self.consultations: Final = consultations or Consultations(settings.at_once)
        self._allowance: Final = Allowance(settings)
        self._around: Final = around
        each, all_ = settings.examinations_per_minute, settings.examinations_per_minute_of_all
        self._pace: Final = Pace(MINUTE, each, all_)
        self._tokens: Final = Tokens()
        routes = [
            Route("/", self._form),
            Route("/examinations", self._begin, methods=["POST"]),
            Route("/examinations/{id}", self._examination),
            Route("/examinations/{id}/events", self._events),
            Route("/examinations/{id}/report.html", self._page),
            Route("/examinations/{id}/report.json", self._json),
            Route("/assets/{name}", self._asset),
        ]
        self.application: Final = Guard(Starlette(routes=routes, lifespan=self._lifespan), names, password)

    @contextlib.asynccontextmanager
    async def _lifespan(self, _application: Starlette) -> AsyncIterator[None]:
        keeping = asyncio.create_task(self.consultations.keep())
        try:
            yield
        finally:
            keeping.cancel()
            self.consultations.leave()

    async def _form(self, _request: Request) -> Response:
        return self._shown_form({}, "", 200)

    def _shown_form(self, typed: Mapping[str, str], wrong: str, status: int, later: int = 0) -> Response:
        kept = {name: typed.get(name, "") for name in FIELDS}  # never the password
        text = _templates.get_template("form.html").render(typed=kept, wrong=wrong, token=self._tokens.make())
        return HTMLResponse(text, status, {"Retry-After": str(later)} if later else None)

    async def _begin(self, request: Request) -> Response:
        try:
            typed = await _typed(request)
        except Unclear as error:
            raise HTTPException(error.status, str(error)) from None
        if not self._tokens.good(typed.pop("token", "")):
            return self._shown_form(typed, "This page was open for too long: send it again.", 403)
        client = request.client.host if request.client is not None else ""
        try:
            # Counted first: trying who is allowed is not free, either.
            self._pace.begin(network_of(client))
            complaint = complaint_of(typed, self._allowance, self._around)
            consultation = self.consultations.begin(complaint)
        except TooMany as error:
            wrong = f"Too much was asked for. Try again in {error.seconds} seconds."
            return self._shown_form(typed, wrong, 429, error.seconds)
        except (NotAllowed, Unclear) as error:
            return self._shown_form(typed, str(error), error.status)
        return RedirectResponse(f"/examinations/{consultation.id}", 303)

    async def _examination(self, request: Request) -> Response:
        found = self._found(request)
        text = _templates.get_template("examination.html").render(
            one=found,
            running=found.outcome is None,
            refresh=REFRESH_SECONDS,
            sections=[(section.value, _of(found, section)) for section in Section],
            said=paragraph(found.report) if found.report is not None else "",
            parts=list(parts(found.report)) if found.report is not None else [],
            told=TOLD.get(found.outcome, "") if found.outcome is not None else "",
        )
        return HTMLResponse(text)

    async def _events(self, request: Request) -> Response:
        found = self._found(request)
        if found.listeners >= MOST_LISTENERS:
            raise HTTPException(503, "Too many look at this examination.")
        after = events.last_seen(request.headers.get("last-event-id"))
        return StreamingResponse(
            events.stream(found, after), media_type="text/event-stream", headers=events.HEADERS
        )

    async def _page(self, request: Request) -> Response:
        text = render(self._report(request))
        headers = {**_as_file("report.html"), "Content-Security-Policy": REPORT_POLICY}
        return HTMLResponse(text, headers=headers)

    async def _json(self, request: Request) -> Response:
        text = msgspec.json.format(msgspec.json.encode(self._report(request)), indent=2) + b"\n"
        return Response(text, media_type="application/json", headers=_as_file("report.json"))

    async def _asset(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in ASSETS:
            raise HTTPException(404)
        content = files("overair.helpdesk").joinpath("static", name).read_bytes()
        return Response(content, media_type=ASSETS[name])

    def _found(self, request: Request) -> Consultation:
        found = self.consultations.find(request.path_params["id"])
        if found is None:
            raise HTTPException(404, "There is no such examination, or no more.")
        return found

    def _report(self, request: Request) -> Report:
        report = self._found(request).report
        if report is None:
            raise HTTPException(404, "There is no report.")
        return report


def _of(consultation: Consultation, section: Section) -> list[Shown]:
    return [step for step in consultation.steps if step.section == section.value]


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="overair-{name}"'}


async def _typed(request: Request) -> dict[str, str]:
    """The fields of a form. Raises HTTPException, Unclear."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        raise HTTPException(415, "This is no form.")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAXIMUM_FORM:
            raise HTTPException(413, "The form is too long.")
    return fields_of(bytes(body))
