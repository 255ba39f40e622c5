"""What is uploaded as a place: written to a folder of its own, looked at before anything reads it, and kept only when it is sound.

A zip is judged by its table of contents first: how many files, how large, how far compressed, what they are called; then unpacked with a
count of every byte. Each file must begin as its name says it does, and ``place.toml`` may only name files that lie beside it.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import stat
import tomllib
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from koppelkans.errors import DataError

SETTINGS_NAME = "place.toml"
SIDECARS = {".shx", ".prj", ".cpg"}
"""Files that a shapefile leans on."""
LEFT_OUT = {".txt", ".md", ".pdf", ".xml", ".qpj", ".qmd", ".qml", ".sbn", ".sbx", ".qix", ".lyr", ".fix"}
"""Files that often come along and say nothing about the place."""
MOST_FILES = 60
MOST_UNPACKED_BYTES = 1_000_000_000
MOST_RATIO = 100
RATIO_FROM_BYTES = 5_000_000
"""Small files may be compressed as far as they like; the ratio counts from here."""
CHUNK = 1 << 20
START_BYTES = 4096
BEGINNINGS = {
    ".gpkg": b"SQLite format 3\x00", ".shp": b"\x00\x00\x27\x0a", ".shx": b"\x00\x00\x27\x0a", ".fgb": b"fgb", ".parquet": b"PAR1",
}  # fmt: skip
JSON_START = re.compile(rb'^\s*\{.*"type"\s*:\s*"(FeatureCollection|Feature|Topology)"', re.DOTALL)
NAME = re.compile(r"[\w][\w .()+-]{0,120}")


def readable() -> set[str]:
    """Endings of files that the engine reads."""
    return {".gpkg", ".shp", ".geojson", ".json", ".fgb", ".dbf", ".csv", ".parquet"}


@contextmanager
def incoming() -> Iterator[Path]:
    """A folder for one upload, beside the places; gone afterwards unless it was renamed."""
    folder = Path(settings.DATA) / "places" / f".incoming-{uuid.uuid4().hex}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unpack(file: UploadedFile[Any], folder: Path) -> None:
    """The files of an upload in this folder; raises DataError that lists every fault."""
    name = PurePosixPath((file.name or "").replace("\\", "/")).name
    suffix = Path(name).suffix.lower()
    if suffix == ".zip":
        _unpack_zip(file, folder)
    elif suffix not in readable() - {".shp", ".dbf"}:
        expected = ", ".join(sorted(readable() - {".shp", ".dbf"}))
        raise DataError(
            _("dit bestand kan geen gebied zijn"),
            [
                _("gevonden: %(name)s; verwacht: een GeoPackage (.gpkg), een zip, of een bestand op %(known)s")
                % {"name": name[:80], "known": expected}
            ],
        )
    else:
        with (folder / (name if NAME.fullmatch(name) else f"upload{suffix}")).open("wb") as target:
            for chunk in file.chunks(CHUNK):
                target.write(chunk)
    faults = [fault for path in sorted(folder.iterdir()) for fault in _foreign(path)] or _stated_faults(
        folder / SETTINGS_NAME
    )
    if faults:
        raise DataError(_("de inhoud van de bestanden past niet bij hun naam"), faults)


def _unpack_zip(file: UploadedFile[Any], folder: Path) -> None:
    try:
        archive = zipfile.ZipFile(file)
        entries = [entry for entry in archive.infolist() if not _litter(entry)]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DataError(
            _("dit zip-bestand kan niet geopend worden"),
            [_("het is beschadigd of geen zip; maak het opnieuw en laad het weer op")],
        ) from error
    faults = _archive_faults(entries)
    if faults:
        raise DataError(_("dit zip-bestand wordt niet uitgepakt"), faults)
    wanted = [entry for entry in entries if Path(entry.filename).suffix.lower() not in LEFT_OUT]
    written = 0
    try:
        for entry in wanted:
            with archive.open(entry) as source, (folder / PurePosixPath(entry.filename).name).open("wb") as target:
                while chunk := source.read(CHUNK):
                    written += len(chunk)
                    if written > MOST_UNPACKED_BYTES:
                        raise DataError(
                            _("dit zip-bestand wordt niet uitgepakt"), [_("er komt meer uit dan het zegt te bevatten")]
                        )
                    target.write(chunk)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise DataError(
            _("dit zip-bestand is beschadigd"),
            [_("%(name)s kon niet uitgepakt worden; maak het zip-bestand opnieuw") % {"name": entry.filename[:80]}],
        ) from error


def _litter(entry: zipfile.ZipInfo) -> bool:
    name = PurePosixPath(entry.filename)
    return entry.is_dir() or name.parts[:1] == ("__MACOSX",) or name.name in (".DS_Store", "Thumbs.db", "desktop.ini")


def _archive_faults(entries: list[zipfile.ZipInfo]) -> list[str]:
    """Everything that is wrong with a zip, from its table of contents alone."""
    total, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    faults = []
    if not entries:
        faults.append(_("het bevat geen bestanden; verwacht: minstens een GeoPackage of een ander bestand met lagen"))
    if len(entries) > MOST_FILES:
        faults.append(
            _("gevonden: %(found)s bestanden; toegelaten: %(most)s") % {"found": len(entries), "most": MOST_FILES}
        )
    if total > MOST_UNPACKED_BYTES:
        faults.append(
            _("uitgepakt is het %(found)s MB; toegelaten: %(most)s MB")
            % {"found": f"{total / 1e6:.0f}", "most": f"{MOST_UNPACKED_BYTES / 1e6:.0f}"}
        )
    if total > RATIO_FROM_BYTES and total > MOST_RATIO * max(packed, 1):
        faults.append(
            _("de inhoud is %(found)s keer zo groot als het zip-bestand; toegelaten: %(most)s keer")
            % {"found": f"{total / max(packed, 1):.0f}", "most": MOST_RATIO}
        )
    names = [PurePosixPath(entry.filename).name.lower() for entry in entries]
    faults += [
        _("%(name)s komt meer dan eens voor") % {"name": name[:80]}
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    return faults + [fault for entry in entries[:MOST_FILES] for fault in _entry_faults(entry)]


def _entry_faults(entry: zipfile.ZipInfo) -> list[str]:
    name, path = entry.filename[:80], PurePosixPath(entry.filename.replace("\\", "/"))
    suffix = path.suffix.lower()
    faults = []
    if (
        path.is_absolute()
        or ".." in path.parts
        or "\\" in entry.filename
        or ":" in entry.filename
        or not NAME.fullmatch(path.name)
    ):
        faults.append(
            _("%(name)s: deze naam wijst buiten het zip-bestand of bevat vreemde tekens; hernoem het bestand")
            % {"name": name}
        )
    if len(path.parts) > 2:
        faults.append(_("%(name)s: zit te diep; verwacht: alle bestanden samen, in hoogstens één map") % {"name": name})
    if stat.S_ISLNK(entry.external_attr >> 16):
        faults.append(
            _("%(name)s: is een koppeling naar een ander bestand; zet het bestand zelf in de zip") % {"name": name}
        )
    if entry.flag_bits & 0x1:
        faults.append(_("%(name)s: is met een wachtwoord beveiligd; maak de zip zonder wachtwoord") % {"name": name})
    if path.name != SETTINGS_NAME and suffix not in readable() | SIDECARS | LEFT_OUT:
        known = ", ".join(sorted(readable()))
        faults.append(
            _("%(name)s: deze soort wordt niet gelezen; verwacht: %(known)s en eventueel place.toml")
            % {"name": name, "known": known}
        )
    return faults


def _foreign(path: Path) -> list[str]:
    """Whether a file is something else than its name says: a reader would follow what it says inside."""
    with path.open("rb") as source:
        start = source.read(START_BYTES)
    suffix = path.suffix.lower()
    if suffix in BEGINNINGS and not start.startswith(BEGINNINGS[suffix]):
        return [
            _("%(name)s: de inhoud is geen %(suffix)s-bestand; bewaar het opnieuw, of geef het zijn echte naam")
            % {"name": path.name, "suffix": suffix}
        ]
    if suffix in (".json", ".geojson") and not JSON_START.match(start.removeprefix(b"\xef\xbb\xbf")):
        return [_("%(name)s: dit is geen GeoJSON; verwacht: een FeatureCollection") % {"name": path.name}]
    if suffix in (".csv", ".prj", ".cpg", ".toml") and b"\x00" in start:
        return [_("%(name)s: dit is geen tekst") % {"name": path.name}]
    return []


def _stated_faults(file: Path) -> list[str]:
    """Files that ``place.toml`` names must lie beside it: anything else would be read from elsewhere on the server."""
    if not file.is_file():
        return []
    try:
        tree = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return [f"place.toml: {error}"]
    named = [
        (f"{section}.{key}.file", value["file"])
        for section in ("layers", "tables")
        for key, value in _sections(tree, section)
        if "file" in value
    ]
    beside = {path.name for path in file.parent.iterdir()}
    return [
        _("place.toml, %(key)s: %(name)s ligt niet bij de opgeladen bestanden; noem een bestand dat erbij zit")
        % {"key": key, "name": str(name)[:80]}
        for key, name in named
        if not isinstance(name, str) or name not in beside
    ]


def _sections(tree: dict[str, Any], section: str) -> list[tuple[str, dict[str, Any]]]:
    found = tree.get(section, {})
    return [(key, value) for key, value in found.items() if isinstance(value, dict)] if isinstance(found, dict) else []


# -------------------------------------------------------------------------------------------------------------- what the form adds


def write_settings(folder: Path, stated: dict[str, Any]) -> None:
    """``place.toml`` from what the form says, when the upload brought none; ``layers``: roles that the source line holds for."""
    file = folder / SETTINGS_NAME
    if file.exists():
        return
    about = {name: stated[name] for name in ("title", "municipality", "nis", "grid_area", "dated") if stated.get(name)}
    lines = ["[place]", *(f"{name} = {_quoted(value)}" for name, value in about.items())]
    for layer in stated["layers"] if stated.get("line") else []:
        lines += [
            "",
            "[[attribution]]",
            f"layer = {_quoted(layer)}",
            f"line = {_quoted(stated['line'])}",
            f"licence = {_quoted(stated['licence'])}",
        ]
        lines += [f"dated = {_quoted(stated['dated'])}"] if stated.get("dated") else []
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _quoted(text: str) -> str:
    """A TOML string: that of JSON, without signs that TOML refuses."""
    return json.dumps("".join(sign for sign in text if sign.isprintable()), ensure_ascii=False)


def content_hash(folder: Path) -> str:
    """SHA-256 over the names and contents of the files of a place."""
    whole = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        with path.open("rb") as source:
            whole.update(f"{path.name}\0{hashlib.file_digest(source, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()
