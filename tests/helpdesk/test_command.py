"""`overair doctor serve` in a process of its own."""

from __future__ import annotations

import re
import signal
import time
import urllib.request
from pathlib import Path

from support.command import OVERAIR, SECONDS, environment
from support.nursery import nursery


def test_it_says_where_it_is_and_leaves_when_told(tmp_path: Path) -> None:
    out, err = tmp_path / "out", tmp_path / "err"
    out.touch()
    command = [str(OVERAIR), "doctor", "serve", "--listen", "127.0.0.1:0", "--allow", "@example.org"]
    process = nursery().fork(command, environment(), out=out, err=err)
    try:
        deadline = time.monotonic() + SECONDS
        while not (found := re.search(r"The doctor is at (http://127\.0\.0\.1:\d+/)", out.read_text())):
            assert time.monotonic() < deadline
            assert process.poll() is None, err.read_text()
            time.sleep(0.05)
        with urllib.request.urlopen(found[1], timeout=SECONDS) as answer:
            assert b"Why does a phone not sync?" in answer.read()
        process.send_signal(signal.SIGTERM)
        status = process.wait(SECONDS)
    finally:
        process.kill()

    assert status == 0
    assert "Traceback" not in err.read_text()
