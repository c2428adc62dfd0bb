"""How pages name static files, and how those are served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.files.base import ContentFile
from rjsmin import jsmin
from whitenoise.storage import CompressedManifestStaticFilesStorage

if TYPE_CHECKING:
    from django.core.files.base import File


class CollectedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Hashed and compressed once collected (script/setup, the image); as they are before.

    Our scripts are served without their comments, which are a quarter of them.
    """

    def url(self, name: str | None, force: bool = False) -> str:
        """Return the address of a static file."""
        if not self.hashed_files:
            return StaticFilesStorage.url(self, name)
        address: str = super().url(name, force)
        return address

    def _save(self, name: str, content: File[bytes]) -> Any:
        if name.startswith("js/"):
            content = ContentFile(jsmin(b"".join(content.chunks())))
        return super()._save(name, content)
