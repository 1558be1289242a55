"""The page in a browser: the form, live steps, the answer; with scripts and without."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from overair.ward.site import healthy_site
from support.browser import Tab, tab
from support.help_desk import PATIENT, RunningDesk, running_desk
from support.packages import needs

pytestmark = needs("chromium", "nginx")
STATES = "[...document.querySelectorAll('#steps li')].map((line) => line.dataset.state)"


@pytest.fixture(scope="module")
def desk() -> Iterator[RunningDesk]:
    with running_desk(healthy_site, surroundings=PATIENT) as desk:
        yield desk


async def send(page: Tab, desk: RunningDesk) -> None:
    """Fill in the form and press the button."""
    await page.open(f"{desk.url}/")
    for field, text in (("address", desk.ward.user), ("password", desk.ward.password)):
        assert await page.look(f"document.getElementById('{field}').focus() ?? true")
        await page.tell("Input.insertText", text=text)
    await page.look("document.querySelector('button').click()")
    await page.until("location.pathname.startsWith('/examinations/')")


async def steps_until_the_answer(page: Tab) -> set[str]:
    """The states that steps were seen in."""
    met: set[str] = set()
    while not await page.look("document.getElementById('answer') !== null"):
        met |= set(await page.look(STATES) or ())
    await page.until("document.readyState === 'complete'")
    return met


def test_a_browser_shows_live_steps_and_the_answer(desk: RunningDesk) -> None:
    async def watched() -> None:
        async with tab() as page:
            await send(page, desk)
            met = await steps_until_the_answer(page)
            assert {"waiting", "running", "passed"} <= met
            assert not {"waiting", "running"} & set(await page.look(STATES))
            text = await page.look("document.documentElement.outerHTML")
            assert "Phones should work." in text
            assert desk.ward.password not in text
            assert page.complaints == []

            await page.tell("Emulation.setScriptExecutionDisabled", value=True)
            await send(page, desk)
            await steps_until_the_answer(page)
            assert "Phones should work." in await page.look("document.body.textContent")

    asyncio.run(watched())
