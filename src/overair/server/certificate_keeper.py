"""Keeps the certificate of a running server: read again when it changes, renewed in time, its end told."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import ssl
import sys
import threading
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Final, TypeVar

import structlog

from overair.times import utc_now
from overair.tls.attempts import Attempts
from overair.tls.authority import names_of
from overair.tls.checks import days_left, shown_from
from overair.tls.contexts import refusing_context, tls_context
from overair.tls.files import CertificateError, Pair
from overair.tls.live import LiveContext
from overair.tls.responder import Responder
from overair.tls.sources import Source

T = TypeVar("T")
LOOK_SECONDS: Final = 10.0
"""How often files are looked at, and whether a renewal is due."""

_log = structlog.get_logger("overair.certificate")


class CertificateKeeper:
    """The certificate of one server, and the TLS context of its listeners.

    Without a source TLS is ended elsewhere, and there is nothing to keep.
    """

    def __init__(
        self,
        source: Source | None,
        folder: Path,
        *,
        legacy: bool = False,
        responder: Responder | None = None,
        over_http: bool = False,
        look_seconds: float = LOOK_SECONDS,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.source: Final = source
        self.attempts: Final = Attempts(folder)
        self.responder: Final = responder
        """What an ACME server is shown; None without one."""
        self.over_http: Final = over_http
        """Whether it is shown that over plain HTTP (http-01)."""
        self.pair: Pair | None = None
        self.context: LiveContext | None = None
        self._legacy = legacy
        self._look_seconds = look_seconds
        self._clock = clock
        self._seen: object = None
        self._complained = ""
        self._told: date | None = None
        self._renewal: asyncio.Task[bool] | None = None
        self._awake = asyncio.Event()
        self._asked = False

    def prepare(self) -> None:
        """Make and read what a server needs before it listens.

        A certificate that has to be ordered first may be missing or damaged: until it is there,
        handshakes fail. Raises CertificateError, ssl.SSLError, OSError.
        """
        if self.source is None:
            return
        if self.source.made_here:
            self.source.renew(self._clock(), force=False)
        self._seen = self._stamps()
        try:
            self.pair, context = self._read()
        except (CertificateError, ssl.SSLError) as error:
            if self.source.kind != "acme":
                raise
            _log.error("the certificate cannot be used and is ordered anew", reason=str(error))
            self.pair, context = None, refusing_context(legacy=self._legacy)
        self.context = live = LiveContext(context)
        if self.responder is not None:
            self.responder.over_tls(lambda contexts: setattr(live, "challenges", contexts))

    def look_once(self) -> None:
        """Read what is there where no server runs, which has it. Raises CertificateError, OSError."""
        if self.context is None and self.source is not None:
            self.pair = self.source.load()

    def now(self) -> datetime:
        """The time by which this goes."""
        return self._clock()

    def days_left(self) -> float | None:
        """Days until the certificate that is served ends; None where there is none."""
        return None if self.pair is None else days_left(self.pair.leaf, self._clock())

    def expiry(self) -> tuple[str, datetime] | None:
        """Whose certificate is served, and when it ends; None where there is none."""
        if self.pair is None:
            return None
        hosts, addresses = names_of(self.pair.leaf)
        name = self.pair.leaf.subject.rfc4514_string() or min((*hosts, *map(str, addresses)), default="")
        return name, self.pair.leaf.not_valid_after_utc

    def wake(self, *, asked: bool = False) -> None:
        """Look now at what is due; when asked to, read the certificate again whatever its files look like."""
        self._asked = self._asked or asked
        self._awake.set()

    async def run(self) -> None:
        """Look after the certificate until cancelled; on SIGHUP at once."""
        loop = asyncio.get_running_loop()
        # A terminal that is closed says SIGHUP, too, and then the server leaves as ever.
        on_terminal = sys.stderr.isatty()

        def hang_up() -> None:
            if on_terminal and not sys.stderr.isatty():
                signal.raise_signal(signal.SIGTERM)
            self.wake(asked=True)

        with contextlib.suppress(ValueError, RuntimeError):  # signals only reach the main thread
            loop.add_signal_handler(signal.SIGHUP, hang_up)
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._awake.wait(), self._look_seconds)
                self._awake.clear()
                asked, self._asked = self._asked, False
                try:
                    await self._look(asked=asked)
                except Exception:
                    _log.exception("the certificate was not looked at")
        finally:
            loop.remove_signal_handler(signal.SIGHUP)

    async def reload(self) -> None:
        """Read the certificate again and show it to the connections that come.

        What cannot be used changes nothing. Raises CertificateError, OSError.
        """
        if self.source is None or self.context is None:
            return
        seen = self._stamps()
        try:
            pair, context = await _in_thread(self._read)
        except ssl.SSLError as error:
            raise CertificateError(f"the certificate cannot be used: {error}") from None
        changed = pair is not None and (self.pair is None or pair.leaf != self.pair.leaf)
        self._seen, self._complained = seen, ""
        self.pair = pair
        self.context.change(context)
        if changed and pair is not None:
            _log.info("certificate in use", ends=_day(pair), source=self.source.kind)

    async def renew(self, *, force: bool) -> bool:
        """Renew the certificate where that is due, or in any case; whether it was.

        Who asks while it is being renewed waits for that one. Raises NotRenewable,
        CertificateError, OSError.
        """
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew(force))
        return await asyncio.shield(self._renewal)

    async def _renew(self, force: bool) -> bool:
        source = self.source
        if source is None:
            return False
        now = self._clock()
        try:
            renewed = await _in_thread(lambda: source.renew(now, force=force))
            if renewed:
                await self.reload()
        except (CertificateError, OSError) as error:
            self._failed(_reason(error))
            raise
        self.attempts.success()
        return renewed

    def _failed(self, reason: str) -> None:
        now = self._clock()
        try:
            again = self.attempts.failure(now, reason)
        except OSError as error:
            again = self.attempts.next(now)
            _log.warning("the failure cannot be noted", reason=_reason(error))
        left = self.days_left()
        _log.error(
            "the certificate was not renewed",
            reason=reason,
            next_attempt=f"{again:%Y-%m-%dT%H:%M:%SZ}",
            days_left=None if left is None else round(left, 1),
        )

    async def _look(self, *, asked: bool) -> None:
        """One look at files, at what is due and at the time that is left."""
        source = self.source
        if source is None:
            if asked:
                _log.info("there is no certificate to read again: TLS is ended elsewhere")
            return
        if asked or self._stamps() != self._seen:
            await self._reload_or_complain(asked=asked)
        now = self._clock()
        pair = self.pair
        if now >= self.attempts.next(now):
            try:
                due = await _in_thread(lambda: source.is_due(pair, now))
            except (CertificateError, OSError) as error:
                self._failed(_reason(error))
            else:
                if due:
                    with contextlib.suppress(CertificateError, OSError):  # it was noted and logged
                        await self.renew(force=False)
        self._tell_end()

    async def _reload_or_complain(self, *, asked: bool) -> None:
        try:
            await self.reload()
        except (CertificateError, OSError) as error:
            reason = _reason(error)
            if asked or reason != self._complained:
                self._complained = reason
                _log.error("the certificate was not read again; the old one stays in use", reason=reason)
        else:
            if asked:
                _log.info("certificate read again")

    def _tell_end(self) -> None:
        """Once a day, when the end comes near."""
        today = self._clock().date()
        left = self.days_left()
        if self.pair is None or left is None or self._told == today:
            return
        if left <= shown_from(self.pair.leaf).days:
            self._told = today
            tell = _log.error if left <= 0 else _log.warning
            tell("the certificate ends", ends=_day(self.pair), days_left=round(left, 1))

    def _read(self) -> tuple[Pair | None, ssl.SSLContext]:
        pair = self.source.load() if self.source is not None else None
        if pair is None:
            return None, refusing_context(legacy=self._legacy)
        return pair, tls_context(pair.certificate_path, pair.private_key_path, legacy=self._legacy)

    def _stamps(self) -> object:
        """What changes with the files."""
        return tuple(map(_stamp, self.source.paths)) if self.source is not None else ()


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split()) or type(error).__name__


def _day(pair: Pair) -> str:
    return f"{pair.leaf.not_valid_after_utc:%Y-%m-%dT%H:%M:%SZ}"


async def _in_thread(work: Callable[[], T]) -> T:
    """Run what may block in a thread that nobody waits for when the server leaves."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]  # it is T where there is no error

    def run() -> None:
        result, failure = None, None
        try:
            result = work()
        except BaseException as error:  # is raised where it is waited for
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name="certificate", daemon=True).start()
    return await done
