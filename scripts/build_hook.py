"""Compiles the knowledge tables while the package is built."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileTables(BuildHookInterface):  # type: ignore[type-arg]
    """Writes `_compiled.json` beside the TOML of every room."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the files are collected."""
        if self.target_name != "wheel":
            return
        sys.path.insert(0, self.root)
        try:
            from errorcodes._store import compile_rooms

            for path in compile_rooms():
                self.app.display_info(f"compiled {Path(path).relative_to(self.root)}")
        finally:
            sys.path.remove(self.root)
