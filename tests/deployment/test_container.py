"""The container recipe: that its files agree, and that its commands make a server that is healthy."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Final

import pytest

from overair.server.settings import load
from support.ports import free_port

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "deploy" / "container"
RECIPE: Final = re.sub(r"\\\n\s*", "", (FOLDER / "Containerfile").read_text(encoding="utf-8"))
COMPOSE: Final = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
STAGES: Final = re.split(r"^FROM .*\n", RECIPE, flags=re.MULTILINE)


def instructions(text: str) -> list[tuple[str, str]]:
    """Names and arguments."""
    return re.findall(r"^([A-Z]+) (.*)$", text, re.MULTILINE)


def last(name: str) -> str:
    """The last instruction of a name."""
    return [argument for one, argument in instructions(RECIPE) if one == name][-1]


def copied(text: str) -> list[tuple[list[str], str]]:
    """What is copied out of the context, and where to."""
    words = [argument.split() for name, argument in instructions(text) if name == "COPY"]
    return [(sources, target) for *sources, target in words if not sources[0].startswith("--from")]


def test_the_image_is_set_as_the_server_understands() -> None:
    settings = load(FOLDER / "overair.toml")
    port = settings.address[1]
    assert str(port) in last("EXPOSE").split()
    assert str(settings.tls.page_port) in last("EXPOSE").split()
    assert f"http://{settings.monitoring.bind}/readyz" in last("HEALTHCHECK")
    assert settings.monitoring.bind.startswith("127.0.0.1:")
    assert re.findall(r'"(\d+):(\d+)"', COMPOSE) == [
        ("443", str(port)),
        ("8080", str(settings.tls.page_port)),
    ]
    [command, config, path] = json.loads(last("CMD"))
    assert (command, config) == ("serve", "--config")
    assert any(target == path for _, target in copied(RECIPE))


def test_it_runs_as_somebody_without_rights() -> None:
    user, group = last("USER").split(":")
    assert int(user) > 1000
    assert f"--uid {user}" in RECIPE
    assert f"--gid {group}" in RECIPE
    assert f"/run/overair:uid={user},gid={group},mode=0750" in COMPOSE
    for word in ("read_only: true", "- ALL", "no-new-privileges:true"):
        assert word in COMPOSE
    data = last("VOLUME")
    assert f"data:{data}" in COMPOSE
    [config] = [target for _, target in copied(RECIPE) if target.endswith(".toml")]
    assert f"./overair.toml:{config}:ro" in COMPOSE
    assert f"OVERAIR_DATA_DIR={data}" in last("ENV")


def test_what_is_copied_is_in_the_context_and_nothing_else() -> None:
    let_in = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    sources = {source for sources, _ in copied(RECIPE) for source in sources}
    assert sources == set(let_in)
    for source in sources:
        assert (ROOT / source).exists(), source


def test_compose_asks_for_what_the_document_writes() -> None:
    document = (ROOT / "docs" / "containers.md").read_text(encoding="utf-8")
    for variable in set(re.findall(r"\$\{(\w+)", COMPOSE)):
        assert f"{variable}=" in document
    assert "OVERAIR_DATABASE_URL: postgresql://" in COMPOSE
    user, database = re.findall(r"postgresql://(\w+)@\w+/(\w+)", COMPOSE)[0]
    assert f"POSTGRES_USER: {user}" in COMPOSE
    assert f"POSTGRES_DB: {database}" in COMPOSE


@pytest.mark.full
@pytest.mark.timeout(1200)
@pytest.mark.skipif(importlib.util.find_spec("ensurepip") is None, reason="python3-venv is not installed")
def test_the_recipe_makes_a_healthy_server(tmp_path: Path) -> None:
    """Its own commands, with the image's folders inside another one."""
    place = {
        name: f"{tmp_path}{name}" for name in ("/opt/overair", "/build", "/var/lib/overair", "/etc/overair")
    }

    def here(text: str) -> str:
        return re.sub(rf"(?<!\w)({'|'.join(place)})(?!\w)", lambda found: place[found[0]], text)

    work = Path(place["/build"])
    work.mkdir()
    (tmp_path / "opt").mkdir()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(Path(sys.executable).resolve())
    environment = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))}
    environment |= {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "HOME": str(tmp_path)}
    if (pip := Path("/etc/pip.conf")).exists():
        environment["PIP_CONFIG_FILE"] = str(pip)
    for name, argument in instructions(STAGES[1]):
        if name == "RUN":
            subprocess.run(["sh", "-euc", here(argument)], cwd=work, env=environment, check=True)
        elif name == "COPY":
            *sources, target = argument.split()
            for source in sources:
                to = work / target / Path(source).name if target.endswith("/") else work / target
                to.parent.mkdir(parents=True, exist_ok=True)
                if (ROOT / source).is_dir():
                    shutil.copytree(ROOT / source, work / target, dirs_exist_ok=True)
                else:
                    shutil.copy(ROOT / source, work / Path(source).name if target == "./" else to)
    values = tomllib.loads((FOLDER / "overair.toml").read_text(encoding="utf-8"))
    monitoring, port = free_port(), free_port()
    values["bind"] = f"127.0.0.1:{port}"
    values["monitoring"]["bind"] = f"127.0.0.1:{monitoring}"
    values["tls"] = {"page_port": 0}
    config = Path(place["/etc/overair"]) / "overair.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        "\n".join(
            f"[{name}]\n" + "\n".join(f"{key} = {json.dumps(one)}" for key, one in value.items())
            if isinstance(value, dict)
            else f"{name} = {json.dumps(value)}"
            for name, value in values.items()
        )
    )
    environment |= {
        "PATH": f"{place['/opt/overair']}/bin:/usr/bin:/bin",
        "OVERAIR_DATA_DIR": place["/var/lib/overair"],
    }
    command = [*json.loads(last("ENTRYPOINT")), *map(here, json.loads(last("CMD")))]
    health = json.loads(last("HEALTHCHECK").partition("CMD ")[2])
    health = [one.replace("9464", str(monitoring)) for one in health]
    server = subprocess.Popen(command, cwd=tmp_path, env=environment)
    try:
        deadline = time.monotonic() + 60
        while subprocess.run(health, env=environment, capture_output=True, check=False).returncode:
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.5)
        server.send_signal(getattr(signal, last("STOPSIGNAL")))
        assert server.wait(30) == 0
    finally:
        server.kill()
