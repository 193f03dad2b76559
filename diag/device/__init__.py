"""Devices: finding them, bytes to and from them, the listening-mode dialogue."""
