"""The records of the knowledge base, one module a room, so that a start loads what it needs.

Every record carries where it was read (`source`) and how far to trust it
(`confidence`, one of `CONFIDENCES`). Numbers of different families collide, so
a number alone never identifies a `Code`: its `family` does.
"""
