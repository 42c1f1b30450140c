"""Static files with a hash in their names; what the address of each is, is worked out once."""

from functools import cache
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class KeptAddressesStorage(CompressedManifestStaticFilesStorage):
    """As WhiteNoise's, for processes that live as long as their files do not change.

    A page names dozens of files, most of them the same one of symbols. Which name a file has cannot
    change while the process lives: its name carries a hash of what is in it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept = cache(super().url)

    def url(self, name: str | None, force: bool = False) -> str:
        """The address of a file; one that is not there is an error, and is not kept."""
        return self._kept(name, force)
