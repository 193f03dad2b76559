"""The simulator's own certificates and keys, made for it and used nowhere else."""

from importlib.resources import files

from diag.simulator.errors import ScenarioError


def certificate_file(name: str) -> bytes:
    """Return one of the simulator's own certificates or keys as PEM.

    Raises:
        ScenarioError: if there is none of that name.
    """
    path = files(__name__) / name
    if not path.is_file():
        raise ScenarioError(f"no certificate file {name!r}")
    return path.read_bytes()
