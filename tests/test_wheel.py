"""The wheel: what is in it, and that it works in an empty environment elsewhere."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path
from typing import Final

import pytest

from tests.running import ROOT, Command

EXECUTABLES: Final = Path(sysconfig.get_path("scripts")).name
ROOMS: Final = [
    "causes",
    "codes",
    "findings",
    "fixes",
    "messages",
    "observations",
    "questions",
    "releases",
]


def call(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program without our checkout in its sight."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env={**kept, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=600,
    )


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is under version control, so that a build leaves no trace in the checkout."""
    folder = tmp_path_factory.mktemp("source")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        names = [name.decode() for name in listed.stdout.split(b"\0") if name]
    else:  # a source archive
        names = [str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if p.is_file()]
    for name in names:
        if name.startswith(("tests/", ".")) or not (ROOT / name).is_file():
            continue
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built wheel; few tests ask for it, as each worker of a parallel run builds its own."""
    out = tmp_path_factory.mktemp("wheel")
    done = call(sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "-w", out, cwd=source)
    assert done.returncode == 0, done.stderr
    (found,) = out.glob("*.whl")
    return found


def test_wheel_holds_the_code_the_tables_and_the_recordings_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for room in ROOMS:
            compiled = json.loads(archive.read(f"errorcodes/{room}/_compiled.json"))["tables"]
            assert compiled == {
                path.stem: tomllib.loads(path.read_text("utf-8"))
                for path in (ROOT / "errorcodes" / room).glob("*.toml")
            }
    assert not [name for name in names if re.fullmatch(r"errorcodes/.*\.toml", name)]
    for path in (*ROOT.glob("diag/**/*.toml"), *ROOT.glob("diag/**/*.pem")):
        assert path.relative_to(ROOT).as_posix() in names
    for path in ROOT.glob("recordings/*"):
        assert f"diag/recording/shipped/{path.name}" in names
    for package in ("diag", "errorcodes"):
        for path in (ROOT / package).rglob("*.py"):
            assert path.relative_to(ROOT).as_posix() in names
        assert f"{package}/py.typed" in names
    assert "diag/support/diagnosis.schema.json" in names
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"diag", "errorcodes"}
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
    assert any(name.endswith("/LICENSE") for name in names)


def test_it_works_in_an_empty_environment_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    programs = tmp_path / "venv" / EXECUTABLES
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    done = call(programs / "python", "-m", "pip", "install", wheel, cwd=elsewhere)
    assert done.returncode == 0, done.stderr

    program = programs / "wpa2diag"
    demo = call(program, "demo", "--instant", cwd=elsewhere)
    assert (demo.returncode, demo.stderr) == (0, "")
    assert "No fault" in demo.stdout
    explained = call(program, "explain", "1007", cwd=elsewhere)
    assert (explained.returncode, explained.stderr) == (0, "")
    assert "WWD_NOT_KEYED" in explained.stdout
    version = call(program, "--version", cwd=elsewhere)
    assert re.fullmatch(r"wpa2diag, version \d+\.\d+\.\d+\n", version.stdout)

    # The compiled tables give the same answer as the TOML of the checkout.
    log = ROOT / "tests" / "logs" / "nps-blank-outer-152.log"
    words = ("diagnose", str(log), "--format", "json", "--device-os", "1.5.2", "--eap", "peap")
    there = call(program, *words, cwd=elsewhere)
    here = Command()(*words)
    assert there.returncode == here.exit_code == 1
    assert json.loads(there.stdout) == json.loads(here.stdout)

    # A person with a blinking Photon installs no toolbox.
    listed = call(programs / "python", "-m", "pip", "list", "--format", "json", cwd=elsewhere)
    found = {entry["name"].lower().replace("_", "-") for entry in json.loads(listed.stdout)}
    assert {"wpa2diag", "click", "ahocorasick-rs"} <= found
    assert not found & {"pytest", "hypothesis", "jsonschema", "ruff", "textual", "keyring"}
