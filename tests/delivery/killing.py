"""A server that is killed while mail comes in from several sides."""

from __future__ import annotations

import contextlib
import smtplib
import threading
import time
from collections.abc import Callable

from support.house import House

SENDERS = 4


def killed_while_mail_comes(
    house: House, send: Callable[[smtplib.LMTP, int, int], str], *, enough: int
) -> list[str]:
    """Start a server and kill it once ``enough`` letters were acknowledged; returns their names.

    ``send`` delivers one, by the numbers of its sender and its letter, and returns its name.
    """
    acknowledged: list[str] = []

    def deliver(sender: int) -> None:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            lmtp = smtplib.LMTP(str(house.lmtp))
            for number in range(10_000):
                name = send(lmtp, sender, number)
                acknowledged.append(name)

    senders = [threading.Thread(target=deliver, args=(sender,)) for sender in range(SENDERS)]
    with house:
        for sender in senders:
            sender.start()
        end = time.monotonic() + 60
        while len(acknowledged) < enough:
            assert time.monotonic() < end
            time.sleep(0.001)
        house.kill()
    for sender in senders:
        sender.join()
    return acknowledged
