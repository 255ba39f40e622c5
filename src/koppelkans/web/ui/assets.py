"""Static files: compressed once, except archives of map tiles, which are read by byte ranges."""

from __future__ import annotations

from whitenoise.storage import CompressedStaticFilesStorage


class CompressedAssets(CompressedStaticFilesStorage):
    """Files with brotli and gzip beside them."""
