"""The check of the engine as the web sees it: a child process with limits, and its answer as a status or as faults."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from koppelkans.errors import DataError

MOST_SECONDS = 180
LOG = logging.getLogger(__name__)
UNUSED_FORMATS = (
    "ADBC", "AIVector", "AVCBin", "AVCE00", "AmigoCloud", "CSV", "CSW", "Carto", "DGN", "DXF", "EDIGEO", "EEDA", "ESRIJSON",
    "Elasticsearch", "GDALG", "GML", "GPSBabel", "GPX", "GTFS", "GeoRSS", "HTTP", "Idrisi", "JML", "JSONFG", "KML", "LIBKML", "LVBAG",
    "MBTiles", "MEM", "MVT", "MapInfo File", "MapML", "MiraMonVector", "NGW", "OAPIF", "ODS", "OGCAPI", "OGR_GMT", "OGR_PDS", "OGR_VRT",
    "OSM", "OpenFileGDB", "PCIDSK", "PDF", "PDS4", "PGDUMP", "PLSCENES", "PMTiles", "S57", "SQLite", "SXF", "Selafin", "VDV", "VFK",
    "VICAR", "VRT", "WAsP", "WFS", "XLSX",
)  # fmt: skip
SAFE_READING = {
    "GDAL_SKIP": ",".join(UNUSED_FORMATS),
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
    "GDAL_HTTP_TIMEOUT": "1",
}
"""Formats that no place is given in stay shut, among them those that read further files or addresses: an upload is read and nothing else."""
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "NUMBA_CACHE_DIR", "VIRTUAL_ENV", "PYTHONPATH")


class SaidByEngineError(DataError):
    """Faults in the words of the engine, which are English."""


def checked(source: str | Path) -> dict[str, Any]:
    """The status of one place; raises DataError with every fault."""
    return statuses([source])[0]


def statuses(sources: Sequence[str | Path]) -> list[dict[str, Any]]:
    """The status of each place, from one child process; raises DataError for the first that cannot be used."""
    answers = _answers([str(source) for source in sources])
    for given in answers:
        if given.get("memory"):
            raise DataError(_("het gebied is te groot om hier na te kijken; knip het kleiner en probeer opnieuw"))
        if "status" not in given:
            raise SaidByEngineError(given["message"], given["faults"])
    return [given["status"] for given in answers]


def _answers(sources: Sequence[str]) -> list[dict[str, Any]]:
    environment = {name: os.environ[name] for name in KEPT if name in os.environ} | SAFE_READING
    with tempfile.TemporaryDirectory(prefix="koppelkans-check-") as folder:
        file = Path(folder) / "answers.json"
        command = [sys.executable, "-m", "koppelkans.web.places.checker", str(file), *sources]
        try:
            run = subprocess.run(  # noqa: S603 - our own module, and paths that we made
                command,
                env=environment,
                capture_output=True,
                timeout=MOST_SECONDS,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired as error:
            raise DataError(
                _(
                    "het nakijken duurde langer dan %(seconds)s seconden en is gestopt; knip het gebied kleiner en probeer opnieuw"
                )
                % {"seconds": MOST_SECONDS}
            ) from error
        if run.returncode == 0:
            return list(json.loads(file.read_text(encoding="utf-8")))
    # a reader that died on what it was given: the file is broken, or needs more memory than a check may use
    LOG.error(
        "check of %s ended with %s: %s", sources, run.returncode, run.stderr.decode("utf-8", errors="replace")[-2000:]
    )
    fault = _("het bestand kon niet gelezen worden: het is beschadigd, of te groot om hier na te kijken")
    raise DataError(fault, [_("open het in QGIS, bewaar het opnieuw als GeoPackage en laad het weer op")])
