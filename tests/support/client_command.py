"""`overair client` in this process, as the tests of it run it."""

from __future__ import annotations

from typer.testing import CliRunner

from overair.cli.application import application
from overair.cli.output import Failure
from support.server import PASSWORD, RunningServer


class Told:
    """What a command printed, and with which code it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


def phone(*arguments: str, stdin: str = "", password: str = PASSWORD) -> Told:
    """Run ``overair client`` in this process."""
    result = CliRunner().invoke(
        application, ["client", *arguments], input=stdin, env={"OVERAIR_PASSWORD": password}
    )
    if isinstance(result.exception, Failure):
        return Told(result.exception.code, result.stdout, str(result.exception))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Told(result.exit_code, result.stdout, result.stderr)


def done(*arguments: str, stdin: str = "") -> str:
    """Run it; it must succeed."""
    told = phone(*arguments, stdin=stdin)
    assert told.code == 0, told.err
    return told.out


def failed(*arguments: str, password: str = PASSWORD) -> str:
    """Run it; it must fail, in one line."""
    told = phone(*arguments, password=password)
    assert told.code != 0
    assert told.out == ""
    assert "\n" not in told.err
    assert PASSWORD not in told.err
    return told.err


def at(server: RunningServer) -> tuple[str, ...]:
    """The options that reach a server."""
    return ("--url", server.url)
