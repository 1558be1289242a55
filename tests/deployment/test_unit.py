"""The systemd unit: that systemd understands it, how closed it is, and that the server runs in it."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import smtplib
import subprocess
import sys
from pathlib import Path

import pytest

from overair.client import Client
from support.asynchronous import run
from support.command import OVERAIR, done
from support.house import House
from support.letters import letter
from support.packages import needs

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "overair.service"
EXPOSURE = 20
"""Tenths on systemd's scale from 0 to 10."""
ANNA = "anna@example.org"
CONFINED = """
mount --make-rprivate /
mount --bind "$1" "$1"
for place in $(awk '{print length($5), $5}' /proc/self/mountinfo | sort -n | cut -d' ' -f2); do
    case $place in "$1"|/proc*|/dev*|/sys*) ;; *) mount -o remount,bind,ro "$place" || exit 9 ;; esac
done
mount -t tmpfs tmpfs /dev/shm
mount -t proc -o subset=pid,hidepid=invisible proc /proc || exit 9
shift
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all "$@"
"""
"""What mount namespaces can do of the unit: $1 is the only place that can be written."""
DENY_WRITE_EXECUTE = """
import ctypes, os, sys
PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 65, 1
if ctypes.CDLL(None).prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0):
    print("this kernel cannot deny memory that is writable and executable", file=sys.stderr)
os.execv(sys.argv[1], sys.argv[1:])
"""


def service() -> dict[str, str]:
    """The settings of the section Service; of one that is repeated, the last."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # the documented way to keep case
    parser.read(UNIT, encoding="utf-8")
    return dict(parser["Service"])


def can_confine() -> bool:
    """Whether this user may make the namespaces of the test."""
    tools = all(map(shutil.which, ("unshare", "setpriv", "mount", "awk")))
    if not tools or os.geteuid() != 0:
        return False
    return (
        subprocess.run(["unshare", "-m", "-p", "-f", "true"], capture_output=True, check=False).returncode
        == 0
    )


@needs("systemd-analyze")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    """The command's place is that of this checkout, as systemd looks whether it is there."""
    text = UNIT.read_text(encoding="utf-8").replace("/opt/overair/.venv/bin/overair", str(OVERAIR))
    copy = tmp_path / UNIT.name
    copy.write_text(text)
    result = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", copy],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    complaints = [line for line in result.stderr.splitlines() if UNIT.name in line]
    assert complaints == []
    copy.write_text(text.replace("ProtectSystem=strict", "ProtectSistem=strict"))
    wrong = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", copy],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "ProtectSistem" in wrong.stderr


@needs("systemd-analyze")
def test_the_unit_is_closed() -> None:
    result = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", UNIT],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-500:] + result.stderr
    found = re.search(r"exposure level for overair.service: ([0-9.]+)", result.stdout)
    assert found is not None
    document = (ROOT / "docs" / "systemd.md").read_text(encoding="utf-8")
    stated = re.search(r"gives ([0-9.]+) on its scale", document)
    assert stated is not None
    assert abs(float(found[1]) - float(stated[1])) < 0.3  # versions of systemd weigh differently


def test_the_unit_says_what_the_document_says() -> None:
    unit = service()
    assert unit["UMask"] == "0077"
    assert unit["StateDirectoryMode"] == "0700"
    assert f"/var/lib/{unit['StateDirectory']}" in unit["ExecStart"]
    assert int(unit["LimitNOFILE"]) > 10_000
    assert int(unit["TimeoutStopSec"]) > 3 + 10_000 // 1_000
    document = (ROOT / "docs" / "systemd.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Z][A-Za-z]+)=?\w*`", document)) - {"DynamicUser", "PrivateUsers"}
    assert {name for name in named if name[1:].lower() == name[1:] or name in unit} <= unit.keys()


@pytest.mark.skipif(not can_confine(), reason="namespaces need root and unshare, setpriv, mount")
def test_the_server_writes_its_data_directory_only(tmp_path: Path) -> None:
    """Everything else read-only, no capability, /proc cut down, no memory both writable and executable."""
    data = tmp_path / "state" / "data"
    data.parent.mkdir()
    done("user", "add", ANNA, "--password-stdin", "--data-dir", data, stdin="secret\n")
    before = ("unshare", "-m", "-p", "-f", "--kill-child", "sh", "-c", CONFINED, "sh", str(data))
    with House(data, tls=True, before=(*before, sys.executable, "-c", DENY_WRITE_EXECUTE)) as served:
        server = max(int(one) for one in children(served.pid))
        status = Path(f"/proc/{server}/status").read_text(encoding="ascii")
        assert re.search(r"^CapBnd:\s0+$", status, re.MULTILINE)
        assert re.search(r"^NoNewPrivs:\s1$", status, re.MULTILINE)
        mounts = Path(f"/proc/{server}/mounts").read_text(encoding="ascii").splitlines()
        writable = {line.split()[1] for line in mounts if re.search(r" rw[, ]", line)}
        assert {place for place in writable if not place.startswith(("/proc", "/dev", "/sys"))} == {str(data)}
        with smtplib.LMTP(str(data / "lmtp.sock")) as lmtp:
            lmtp.sendmail("ben@example.org", [ANNA], letter(1, attachment=bytes(100_000)))
        done("user", "add", "ben@example.org", "--generate", "--data-dir", data)

        async def phone() -> int:
            async with Client(served.url, ANNA, "secret", device_id="UNIT", ssl=served.trust) as device:
                await device.folder_sync()
                await device.send_mail(letter(2), client_id="1")
                return len(device.folders)

        assert run(phone()) >= 11
        log = served.log_text
    assert "Read-only" not in log
    assert "cannot deny" not in log


def children(pid: int) -> list[str]:
    """The processes under one, itself included."""
    below = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [str(pid), *(one for child in below for one in children(int(child)))]
