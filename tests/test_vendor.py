"""Scripts of others that the pages use: each with its licence and checksum, and none that asks anything of another site."""

import re
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "scripts"))
import vendor


def test_every_vendored_file_is_the_one_of_the_record():
    assert vendor.faults() == []


@pytest.fixture
def copied(tmp_path):
    return Path(shutil.copytree(vendor.VENDOR, tmp_path / "vendor"))


def test_a_changed_file_is_found(copied):
    (copied / "pmtiles.mjs").write_bytes(b"// other")
    assert vendor.faults(copied) == [
        "pmtiles: pmtiles.mjs is not the file of vendored.toml; copy it anew or update the record"
    ]


def test_a_missing_licence_and_a_file_without_record_are_found(copied):
    (copied / "fflate.LICENSE.txt").unlink()
    (copied / "leaflet.js").write_text("")
    assert vendor.faults(copied) == [
        "fflate: licence file fflate.LICENSE.txt is missing",
        "leaflet.js is not in vendored.toml",
    ]


def test_replacements_must_fit_exactly_once():
    assert vendor.vendored(b'import"a"', {"name": "x", "replace": [['"a"', '"./a.mjs"']]}) == b'import"./a.mjs"'
    with pytest.raises(ValueError, match="stands 0 times"):
        vendor.vendored(b"nothing", {"name": "x", "replace": [["a.js", ""]]})


def test_modules_import_files_only():
    """A bare name stops a browser without a word: the page stays grey."""
    for path in vendor.VENDOR.glob("*.mjs"):
        bare = re.findall(
            r"""^\s*import[^;'"]*?from\s*["']([^."'/][^"']*)["']""",
            path.read_text(encoding="utf-8"),
            flags=re.MULTILINE,
        )
        assert bare == [], path.name
    assert 'from"./fflate.mjs"' in (vendor.VENDOR / "pmtiles.mjs").read_text(encoding="utf-8")


def test_versions_are_exact_and_licences_known():
    for name, package in vendor.packages().items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"]), name
        assert package["licence"] in {"0BSD", "BSD-3-Clause", "MIT"}, name
