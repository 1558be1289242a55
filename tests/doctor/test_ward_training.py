"""`overair ward`: the list, and a case that is started and examined as a trainee does it."""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from overair.cli.application import application
from overair.cli.output import Failure
from overair.doctor.complaint import Complaint, Surroundings
from overair.ward import training
from overair.ward.cases import CASES
from support.command import OVERAIR, SECONDS, environment
from support.packages import needs


def run(*words: str) -> None:
    application([*words], standalone_mode=False, prog_name="overair")


def listed(capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, str]]:
    run("ward", "list", "--json", *options)
    found: list[dict[str, str]] = json.loads(capsys.readouterr().out)
    return found


def test_the_list_tells_the_illness_only_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    plain, answered = listed(capsys), listed(capsys, "--answers")

    assert [row["case"] for row in plain] == [case.id for case in CASES]
    assert all(set(row) == {"case", "program", "complaint"} for row in plain)
    illnesses = {row["case"]: row["illness"] for row in answered}
    assert illnesses["only-2.5"] == "versions-too-old"
    assert illnesses["healthy-nginx"] == "none"


def test_an_unknown_case_is_named() -> None:
    with pytest.raises(Failure, match="there is no case 'nothing'") as refused:
        run("ward", "start", "nothing")
    assert refused.value.code == 2


def test_a_program_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_arguments, **_options: None)
    with pytest.raises(Failure, match="nginx is not installed: apt-get install nginx"):
        run("ward", "start", "only-2.5")


def test_what_no_command_can_say_is_told() -> None:
    usual = Complaint(
        address="anna@ward.test", surroundings=Surroundings(proxies={}, landmarks=("127.0.0.1",))
    )
    proxy = {"https": "http://proxy.office.test:3128", "no": "localhost"}
    around = replace(usual.surroundings, hosts={}, landmarks=("fe80::1",), proxies=proxy)
    odd = replace(usual, surroundings=around)

    assert (training.pretended(usual), training.variables(usual)) == ([], [])
    assert training.pretended(odd) == ["its network", "its hosts file"]
    assert training.variables(odd) == ["https_proxy=http://proxy.office.test:3128", "no_proxy=localhost"]


@needs("nginx")
def test_a_trainee_starts_a_case_and_examines_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    process = subprocess.Popen(
        [OVERAIR, "ward", "start", "only-2.5"], stdout=subprocess.PIPE, text=True, env=environment()
    )
    try:
        assert process.stdout is not None
        said = ""
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        found = re.search(r"^ +overair (doctor .*)$", said, re.MULTILINE)
        password = re.search(r"^The password is (.*)$", said, re.MULTILINE)
        assert found is not None
        assert password is not None
        words = shlex.split(found[1])
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(password[1].encode() + b"\n")))
        run(*words, "--password-stdin")
        assert "ActiveSync 2.5 at most" in capsys.readouterr().out
        root = Path(words[words.index("--device-ca-file") + 1])
        assert root.exists()
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(SECONDS)

    assert code == 0
    assert not root.parents[1].exists()
