"""What the tests of items share."""

from __future__ import annotations

from pathlib import Path

import pytest

from overair.storage.blobs import FileBlobStore


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobStore:
    """An empty store of message bytes."""
    return FileBlobStore(tmp_path / "blobs")
