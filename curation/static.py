"""How pages name static files."""

from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class CollectedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Hashed and compressed once collected (script/setup, the image); as they are before."""

    def url(self, name: str | None, force: bool = False) -> str:
        """Return the address of a static file."""
        if not self.hashed_files:
            return StaticFilesStorage.url(self, name)
        address: str = super().url(name, force)
        return address
