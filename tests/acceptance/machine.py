"""A virtual machine with a Linux kernel of Debian's that has USB, on the host's own files.

QEMU emulates it in software, so that it runs anywhere. The guest sees the host's file system
read-only, with a layer in memory over it, and thus the same Python and the same checkout.
Nothing is installed: the kernel package is unpacked in a cache folder.
"""

import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
_PROGRAMS: Final = {
    "qemu-system-x86_64": "qemu-system-x86",
    "busybox": "busybox-static",
    "cpio": "cpio",
    "depmod": "kmod",
    "udevadm": "udev",
    "apt-get": "apt",
    "dpkg-deb": "dpkg",
}
_FIRST: Final = ("virtio_pci", "9pnet_virtio", "9p", "overlay")
"""Modules that are needed to reach the host's files."""
_FOLDERS: Final = ("bin", "proc", "sys", "dev", "host", "layer", "root", "modules")
_PATH: Final = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))


class Unavailable(Exception):  # noqa: N818 - what it is
    """There can be no machine here; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """An unpacked kernel."""

    image: Path
    modules: Path
    """Holds the folder of the release; what is /lib/modules to the guest."""
    release: str


def kernel() -> Kernel:
    """Return the kernel, which is downloaded the first time.

    Its folder is that of the environment's WPA2DIAG_VM, or one of the user's cache.

    Raises:
        Unavailable: programs or the kernel package are missing.
    """
    if sys.platform != "linux" or platform.machine() != "x86_64":
        raise Unavailable("the virtual machine is for Linux on x86-64")
    lacking = [package for name, package in _PROGRAMS.items() if not _which(name)]
    if not lacking and b"/ld-linux" in Path(_which("busybox")).read_bytes()[:4096]:
        lacking = ["busybox-static"]
    if lacking:
        words = " ".join(lacking)
        raise Unavailable(f"missing: apt-get install -y --no-install-recommends {words}")
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wpa2diag-vm"
    cache = Path(os.environ.get("WPA2DIAG_VM") or default)
    found = sorted(cache.glob("linux-image-*-amd64"))
    return _unpacked(found[-1] if found else _download(cache))


def boot(made: Kernel, out: Path, command: list[str], timeout: float) -> tuple[int, str]:
    """Run a command in the guest, as root; return its exit code and all it printed.

    Args:
        made: the kernel.
        out: a folder that the guest sees as /out and can write to.
        command: what to run.
        timeout: seconds after which the machine is switched off.
    """
    shutil.copy(HERE / "stage2.sh", out)
    (out / "command.sh").write_text(shlex.join(command) + "\n")
    initramfs = out / "initramfs"
    _pack(made, initramfs)
    shares = {"host": "/", "modules": made.modules, "out": out}
    machine = "-M q35 -accel tcg,thread=multi -cpu max -smp 2 -m 2048 -nodefaults -no-reboot"
    words = "console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on tsc=reliable"
    arguments = [
        *machine.split(),
        *["-display", "none", "-serial", "stdio", "-monitor", "none", "-nic", "none"],
        *("-kernel", str(made.image), "-initrd", str(initramfs), "-append", words),
    ]
    for tag, folder in shares.items():
        limit = "" if tag == "out" else ",readonly=on"
        options = f"local,path={folder},mount_tag={tag},security_model=none,multidevs=remap{limit}"
        arguments += ["-virtfs", options]
    console = _console([_which("qemu-system-x86_64"), *arguments], timeout)
    code = out / "code"
    return (int(code.read_text()) if code.exists() else 99), console


def _which(program: str) -> str:
    return shutil.which(program, path=_PATH) or ""


def _console(command: list[str], timeout: float) -> str:
    """Run a program; pass its output on as it comes, and return it."""
    lines: list[str] = []
    deadline = time.monotonic() + timeout
    with subprocess.Popen(
        ["timeout", "--kill-after=10", str(round(timeout)), *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            lines.append(line)
    if time.monotonic() > deadline:
        lines.append(f"the machine was switched off after {timeout:.0f} s\n")
    return "".join(lines)


def _download(cache: Path) -> Path:
    shown = _run("apt-cache", "depends", "linux-image-amd64")
    name = re.search(r"Depends: (linux-image-\S+-amd64)", shown)
    if name is None:
        raise Unavailable(
            "no package linux-image-amd64 is known: this needs Debian 12; apt-get update first"
        )
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        # As another user, apt could not write to the folder.
        _run("apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", name[1], cwd=folder)
        package = next(Path(folder).glob("*.deb"), None)
        if package is None:
            raise Unavailable(f"{name[1]} cannot be downloaded; apt-get update and try again")
        unpacked = f"{folder}/{name[1]}"
        _run("dpkg-deb", "-x", str(package), unpacked)
        _run("depmod", "-b", unpacked, name[1].removeprefix("linux-image-"))
        return Path(unpacked).rename(cache / name[1])


def _unpacked(folder: Path) -> Kernel:
    release = folder.name.removeprefix("linux-image-")
    return Kernel(folder / f"boot/vmlinuz-{release}", folder / "lib/modules", release)


def _run(*command: str, cwd: str | None = None) -> str:
    words = [_which(command[0]), *command[1:]]
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"{shlex.join(command)} failed: {done.stderr.strip()}")
    return done.stdout


def _pack(made: Kernel, target: Path) -> None:
    """Make the guest's first file system: busybox, a few modules and a script."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in _FOLDERS:
            (root / name).mkdir()
        shutil.copy(_which("busybox"), root / "bin/busybox")
        Path(shutil.copy(HERE / "stage1.sh", root / "init")).chmod(0o755)
        for number, module in enumerate(_in_order(made.modules / made.release)):
            shutil.copy(module, root / f"modules/{number:02}-{module.name}")
        names = "\n".join(str(path.relative_to(root)) for path in root.rglob("*"))
        packer = [_which("cpio"), "-o", "-H", "newc", "--quiet"]
        with target.open("wb") as file:
            subprocess.run(packer, input=names.encode(), stdout=file, cwd=root, check=True)


def _in_order(modules: Path) -> list[Path]:
    """The first modules, each after those it needs."""
    lines = (modules / "modules.dep").read_text().splitlines()
    needs = {path: rest.split() for path, _, rest in (line.partition(":") for line in lines)}
    order: list[str] = []
    for name in _FIRST:
        path = next(path for path in needs if Path(path).stem == name)
        # From the last to the first, each needs only those before it.
        order += [one for one in [*reversed(needs[path]), path] if one not in order]
    return [modules / path for path in order]
