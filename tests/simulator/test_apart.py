"""The simulator uses nothing of what is tested against it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import diag.simulator

FILES = sorted(Path(diag.simulator.__file__).parent.rglob("*.py"))
ALLOWED = {"diag.simulator", "cryptography"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_it_imports_nothing_of_the_rest(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        for name in names:
            ours = any(name == one or name.startswith(one + ".") for one in ALLOWED)
            assert ours or name.split(".")[0] in sys.stdlib_module_names


def test_cryptography_is_loaded_only_where_certificates_are() -> None:
    program = (
        "import sys; from diag.simulator import Photon, scenario;"
        "Photon(scenario('wrong-password')).run(60);"
        "sys.exit('cryptography' in sys.modules or 'termios' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
