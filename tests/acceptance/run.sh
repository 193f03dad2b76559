#!/bin/sh
# The acceptance test in a virtual machine with a real USB stack, with all it sees.
# PYTHON names the interpreter that has wpa2diag's dependencies and pytest (default: python3).
cd "$(dirname "$0")/../.." && exec "${PYTHON:-python3}" -m pytest tests/acceptance -s "$@"
