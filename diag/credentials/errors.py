"""The one error of this room."""


class ProfileError(ValueError):
    """A profile or one of its files cannot be used; the text says why and what to do.

    It never holds a value of the profile that could be a secret.
    """


class NotAskedError(ProfileError):
    """A secret that only a person can give was wanted where nobody can be asked."""
