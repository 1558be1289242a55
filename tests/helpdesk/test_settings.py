"""[doctor] in overair.toml: what is refused with one line that says what to change; counting."""

from __future__ import annotations

from pathlib import Path

import pytest

from overair.cli.application import application
from overair.cli.output import Failure
from overair.helpdesk.pace import Pace, TooMany
from overair.helpdesk.running import opened
from overair.server.settings import SettingsError, load
from overair.ward.certificates import Authority

ALLOW = 'allow = ["@example.org"]'
PASSWORD = "long enough for anybody"


def written(folder: Path, doctor: str, more: str = "") -> Path:
    path = folder / "overair.toml"
    path.write_text(f"{more}\n[doctor]\n{doctor}\n", encoding="utf-8")
    return path


def password_file(folder: Path, text: str = PASSWORD, mode: int = 0o600) -> Path:
    path = folder / "password"
    path.write_text(f"{text}\n", encoding="utf-8")
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("doctor", "said"),
    [
        ("", "doctor.allow is empty"),
        ('allow = ["example.org"]', "neither an address nor a domain"),
        ('allow = ["@"]', "neither an address nor a domain"),
        (f"{ALLOW}\nanybody = true", "anybody"),
        (f'{ALLOW}\nlisten = "8480"', "doctor.listen"),
        (f'{ALLOW}\nlisten = "0.0.0.0:8480"', "doctor.password_file: others than this machine"),
        (f'{ALLOW}\nlisten = "unix:/run/doctor.sock"', "doctor.password_file: others than this machine"),
        (f'{ALLOW}\nnames = ["desk.example.org"]', "doctor.password_file: others than this machine"),
        (f'{ALLOW}\nnames = ["https://desk.example.org/"]', "doctor.names: .* is no name"),
        (f'{ALLOW}\nservers = ["mail.example.net:99999"]', "doctor.servers: .* is no server"),
        (f"{ALLOW}\nexaminations_per_minute = 0", "examinations_per_minute"),
        (f'{ALLOW}\npassword_file = "/nowhere/at/all"', "doctor.password_file: No such file"),
    ],
)
def test_a_start_is_refused_with_one_line(tmp_path: Path, doctor: str, said: str) -> None:
    with pytest.raises(Failure, match=said) as refused:
        application(
            ["doctor", "serve", "--config", str(written(tmp_path, doctor))],
            standalone_mode=False,
            prog_name="overair",
        )
    assert refused.value.code == 2
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "mode", "said"), [("short", 0o600, "fewer than 12"), (PASSWORD, 0o644, "chmod 600")]
)
def test_the_password_is_long_and_nobody_elses(tmp_path: Path, text: str, mode: int, said: str) -> None:
    file = password_file(tmp_path, text, mode)
    path = written(tmp_path, f'{ALLOW}\npassword_file = "{file}"')
    with pytest.raises(Failure, match=said) as refused:
        application(["doctor", "serve", "--config", str(path)], standalone_mode=False)
    assert text not in str(refused.value)


def test_others_come_by_tls_and_a_password_alone(tmp_path: Path) -> None:
    doctor = (
        f'{ALLOW}\nlisten = "0.0.0.0:0"\nnames = ["desk.example.org"]\n'
        f'password_file = "{password_file(tmp_path)}"'
    )
    for tls in ("", "[tls]\nenabled = false"):
        with pytest.raises(SettingsError, match=r"doctor\.listen: .* needs TLS"):
            opened(load(written(tmp_path, doctor, tls)))
    files = Authority(tmp_path).issue(("desk.example.org",))
    tls = f'[tls]\ncertificate = "{files.chain_file}"\nprivate_key = "{files.key_file}"'

    made = opened(load(written(tmp_path, doctor, tls)))

    assert made.listening.tls is not None
    assert made.password == PASSWORD


def test_an_option_goes_before_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, 'allow = ["@example.org"]')
    made = opened(load(path, **{"doctor.allow": ["ben@example.net"], "doctor.listen": "[::1]:0"}))
    assert made.settings.doctor.allow == ("ben@example.net",)
    assert made.listening.host == "::1"
    assert made.listening.tls is None


def test_a_minute_slides() -> None:
    now = 0.0
    pace = Pace(60.0, each=2, all_=3, clock=lambda: now)
    for whose in ("a", "a", "b"):
        pace.begin(whose)
        now += 10
    for whose, wait in (("a", 30), ("c", 30)):
        with pytest.raises(TooMany) as held:
            pace.begin(whose)
        assert held.value.seconds == wait
    now = 60.0
    pace.begin("c")
    with pytest.raises(TooMany):
        pace.begin("c")
    pace.take_back("c")
    pace.begin("a")
