"""overair.toml: what is read, and one clear line for what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from overair.server.settings import Settings, SettingsError, load, parse_address

WHOLE = """
data_dir = "/srv/overair"
bind = "[::1]:8443"
domain = "mail.example.org"
trusted_proxies = ["127.0.0.1"]

[tls]
legacy = true

[limits]
request_body = 1000000
recipients = 50

[heartbeat]
longest = 900

[policy]
required = true
allow_partial = false
document = { device_password_enabled = true, min_device_password_length = 6 }

[delivery]
lmtp = ""

[calendar]
time_zone = "Asia/Kolkata"
first_day_of_week = "monday"
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "overair.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults() -> None:
    settings = load()
    assert settings == Settings()
    assert settings.tls.enabled
    assert not settings.policy.required


def test_a_whole_file(tmp_path: Path) -> None:
    settings = load(written(tmp_path, WHOLE))
    assert settings.data_path == Path("/srv/overair")
    assert settings.address == ("::1", 8443)
    assert settings.trusted_proxies == ("127.0.0.1",)
    assert (settings.tls.legacy, settings.limits.request_body) == (True, 1_000_000)
    assert settings.heartbeat.longest == 900
    assert settings.policy.document["min_device_password_length"] == 6
    assert settings.delivery.lmtp == ""
    assert settings.calendar.time_zone == "Asia/Kolkata"
    assert (settings.calendar.week_begins, Settings().calendar.week_begins) == (1, 0)


def test_the_command_line_is_stronger(tmp_path: Path) -> None:
    overrides: dict[str, Any] = {"data_dir": "/other", "bind": None, "tls.enabled": False}
    settings = load(written(tmp_path, WHOLE), **overrides)
    assert settings.data_dir == "/other"
    assert settings.bind == "[::1]:8443"
    assert not settings.tls.enabled
    assert settings.tls.legacy


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("bind = 8443", "bind"),
        ('bind = "8443"', "HOST:PORT"),
        ('bind = "localhost:99999"', "HOST:PORT"),
        ("proxy_protocol = true", "trusted_proxies"),
        ("trusted_proxies = ['proxy']", "trusted_proxies: 'proxy' is neither"),
        ("[monitoring]\nbind = '9464'", "monitoring.bind: '9464' is not an address"),
        ("[log]\nformat = 'xml'", "log.format: Invalid"),
        ("colour = 1", "colour"),
        ("[limits]\nrequest_body = 0", "limits.request_body"),
        ("[limits]\nrequest_body = 'much'", "toml: limits.request_body: Expected"),
        ("[smtp]\nhost = 'x'\ntls = 'yes'", "toml: smtp.tls: Invalid"),
        ("[delivery]\nlmtp = 'host'", "delivery.lmtp: 'host' is not an address"),
        ("[heartbeat]\nshortest = 100\nlongest = 60", "heartbeat.shortest"),
        ("[heartbeat]\nlongest = 4000", "heartbeat.longest"),
        ("[tls]\ncertificate = 'x.pem'", "tls.private_key"),
        ("[policy]\ndocument = { device_password = true }", "device_password"),
        ("[policy]\ndocument = { min_device_password_length = 99 }", "MinDevicePasswordLength"),
        ("[policy]\ndocument = { allow_camera = 'no' }", "allow_camera"),
        ("[calendar]\ntime_zone = 'Berlin'", "calendar.time_zone: 'Berlin' is no time zone"),
        ("[calendar]\ntime_zone = '../../etc/passwd'", "calendar.time_zone"),
        ("[calendar]\ntime_zone = 'W. Europe Standard Time'", "such as Europe/Berlin"),
        ("[calendar]\ntime_zone = 1", "calendar.time_zone"),
        ("[calendar]\nfirst_day_of_week = 'Montag'", "calendar.first_day_of_week"),
        ("[calendar]\nfirst_day_of_week = 1", "calendar.first_day_of_week"),
        ("[policy\n", "overair.toml"),
        ('tls = "no"', "tls"),
    ],
)
def test_one_line_says_what_is_wrong(tmp_path: Path, text: str, part: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SettingsError) as raised:
        load(path)
    message = str(raised.value)
    assert part in message
    assert "\n" not in message


def test_the_time_zone_is_the_machine_s_where_none_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    assert load().calendar.time_zone == "Pacific/Auckland"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml: No such file"):
        load(tmp_path / "nowhere.toml")


def test_a_value_where_a_table_belongs(tmp_path: Path) -> None:
    overrides: dict[str, Any] = {"tls.enabled": False}
    with pytest.raises(SettingsError, match="tls is a table"):
        load(written(tmp_path, 'tls = "no"'), **overrides)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("0.0.0.0:80", ("0.0.0.0", 80)),
        ("[::]:443", ("::", 443)),
        ("mail.example.org:1", ("mail.example.org", 1)),
    ],
)
def test_addresses(text: str, address: tuple[str, int]) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize("text", ["", ":80", "host", "host:", "host:x", "host:70000", "host:-1"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(SettingsError):
        parse_address(text)
