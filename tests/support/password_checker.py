"""Who may log in to Cyrus: what saslauthd would say, without the package that has it."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final


class PasswordChecker:
    """Answers on a unix socket, in a thread, in the protocol of saslauthd."""

    def __init__(self, path: Path, right: Callable[[str, str], bool]) -> None:
        """``right`` says whether a user has a password."""
        self._right: Final = right
        self._socket: Final = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        path.chmod(0o777)
        self._socket.listen(50)
        threading.Thread(target=self._serve, name="password checker", daemon=True).start()

    def close(self) -> None:
        """Answer no more."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:  # it was closed
                return
            with connection, connection.makefile("rb") as asked:
                user, password, _, _ = (
                    asked.read(struct.unpack(">H", asked.read(2))[0]).decode() for _ in range(4)
                )
                answer = b"OK" if self._right(user, password) else b"NO"
                connection.sendall(struct.pack(">H", len(answer)) + answer)
