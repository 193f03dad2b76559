"""A session: chunks and facts in, a diagnosis out, at any moment."""

from diag.session.session import Session

__all__ = ["Session"]
