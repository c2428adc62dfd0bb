"""How pages name static files, and how those are served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

if TYPE_CHECKING:
    from django.core.files.base import File


class CollectedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Hashed and compressed once collected (script/setup, the image); as they are before.

    Our scripts are served without comments, and with short names for what is theirs alone.
    """

    def url(self, name: str | None, force: bool = False) -> str:
        """Return the address of a static file."""
        if not self.hashed_files:
            return StaticFilesStorage.url(self, name)
        address: str = super().url(name, force)
        return address

    def _save(self, name: str, content: File[bytes]) -> Any:
        if name.startswith("js/"):
            script = b"".join(content.chunks()).decode()
            content = ContentFile(minified(script).encode())
        return super()._save(name, content)


def minified(script: str) -> str:
    """Return a script as it is served."""
    import minify  # noqa: PLC0415  the runtime of another language, which no server needs

    shorter: str = minify.string("application/javascript", script)
    return shorter
