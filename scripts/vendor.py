"""Scripts and styles of others that the pages use, kept in the repository: where each comes from, its licence, its checksum.

    python scripts/vendor.py --check      compare every file with vendored.toml; changes nothing
    python scripts/vendor.py FOLDER       copy them anew from unpacked npm packages in FOLDER (NAME-VERSION/package/...), with our changes

Nothing is downloaded when the site runs. To update one: ``npm pack NAME@VERSION``, unpack it in FOLDER/NAME-VERSION, set version and
``source_sha256`` in vendored.toml, run both commands.
"""

from __future__ import annotations

import hashlib
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
VENDOR = ROOT / "src" / "koppelkans" / "web" / "ui" / "static" / "ui" / "vendor"
RECORD = VENDOR / "vendored.toml"
REQUIRED = ("version", "licence", "licence_file", "source")
OWN = {RECORD.name}


def packages(record: Path = RECORD) -> dict[str, dict[str, Any]]:
    """What vendored.toml says, by name of the npm package."""
    return tomllib.loads(record.read_text(encoding="utf-8"))


def checksum(content: bytes) -> str:
    """SHA-256 as hexadecimal text."""
    return hashlib.sha256(content).hexdigest()


def faults(folder: Path = VENDOR) -> list[str]:
    """Everything that is wrong: a file that differs, is missing, or is not in the record; a record without its licence."""
    found, known = [], set(OWN)
    for name, package in packages(folder / RECORD.name).items():
        found += [f"{name}: {key} is missing in {RECORD.name}" for key in REQUIRED if not package.get(key)]
        licence = folder / str(package.get("licence_file", ""))
        known.add(licence.name)
        if not licence.is_file():
            found.append(f"{name}: licence file {licence.name} is missing")
        for file in package["file"]:
            known.add(file["name"])
            path = folder / file["name"]
            if not path.is_file():
                found.append(f"{name}: {file['name']} is missing")
            elif checksum(path.read_bytes()) != file["sha256"]:
                found.append(
                    f"{name}: {file['name']} is not the file of {RECORD.name}; copy it anew or update the record"
                )
            if bool(file.get("replace")) != bool(file.get("changed")):
                found.append(f"{name}: {file['name']} must say in words what was changed, and only then")
    found += [f"{path.name} is not in {RECORD.name}" for path in sorted(folder.iterdir()) if path.name not in known]
    return found


def vendored(source: bytes, file: dict[str, Any]) -> bytes:
    """A file as it is kept: that of the package with our replacements. Raises ValueError when one does not fit exactly once."""
    text = source
    for old, new in file.get("replace", []):
        if text.count(old.encode()) != 1:
            raise ValueError(f"{file['name']}: {old!r} stands {text.count(old.encode())} times in it, expected once")
        text = text.replace(old.encode(), new.encode())
    return text


def copy(unpacked: Path) -> list[str]:
    """Copy every file from unpacked packages; the faults met on the way."""
    found = []
    for name, package in packages().items():
        inside = unpacked / f"{name}-{package['version']}" / "package"
        for file in package["file"]:
            source = (inside / file["from"]).read_bytes()
            if checksum(source) != file["source_sha256"]:
                found.append(f"{name}: {file['from']} of the package has another checksum than {RECORD.name} says")
                continue
            (VENDOR / file["name"]).write_bytes(vendored(source, file))
    return found + faults()


def main() -> int:
    """Check or copy; the exit code says whether something is wrong."""
    if len(sys.argv) != 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    found = faults() if sys.argv[1] == "--check" else copy(Path(sys.argv[1]))
    sys.stdout.writelines(f"{line}\n" for line in found)
    return min(len(found), 1)


if __name__ == "__main__":
    sys.exit(main())
