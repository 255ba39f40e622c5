"""The register as a table that a spreadsheet opens, and back: every fault with its row and column, nothing half saved."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _

from koppelkans.web.intentions.forms import day_of
from koppelkans.web.intentions.models import Intention, Stance
from koppelkans.web.intentions.plan_rows import PlanBuilding
from koppelkans.web.intentions.register import Said, kept_until, may_be_kept
from koppelkans.web.ui.csv_files import MARK, csv_text

MOST_BYTES, MOST_ROWS = 2_000_000, 50_000
COLUMNS = ("gebouw", "straat", "huisnummer", "standpunt", "gezegd_op", "bewaren_tot")
_OTHER_NAMES = {
    "building": "gebouw", "street": "straat", "house_number": "huisnummer", "nummer": "huisnummer", "stance": "standpunt", "said_on": "gezegd_op",
    "datum": "gezegd_op", "date": "gezegd_op", "keep_until": "bewaren_tot",
}  # fmt: skip
_STANCES = {
    "getekend": Stance.SIGNED, "signed": Stance.SIGNED, "geïnteresseerd": Stance.INTERESTED, "geinteresseerd": Stance.INTERESTED,
    "interested": Stance.INTERESTED, "geweigerd": Stance.REFUSED, "refused": Stance.REFUSED,
}  # fmt: skip


def register_csv(rows: Iterable[tuple[PlanBuilding | None, Intention]]) -> str:
    """The register as CSV with a semicolon, as Flemish spreadsheets open it; ``rows_of`` reads it back."""
    words = {Stance.SIGNED: "getekend", Stance.INTERESTED: "geïnteresseerd", Stance.REFUSED: "geweigerd"}
    cells = [
        (
            row.building, *((building.street, building.house_number) if building else ("", "")), words[Stance(row.stance)],
            row.said_on.isoformat(), row.until.isoformat(),
        )
        for building, row in rows
    ]  # fmt: skip
    return MARK + csv_text(COLUMNS, cells, delimiter=";")


def rows_of(
    content: bytes, buildings: Sequence[PlanBuilding], known: Mapping[str, Intention], today: date
) -> tuple[dict[str, Said], list[str]]:
    """What the file says by building, and every fault in it, each with row and column. Row 1 is the heading."""
    if len(content) > MOST_BYTES:
        return {}, [
            _("Het bestand is groter dan %(most)s MB. Verdeel het in kleinere bestanden.")
            % {"most": MOST_BYTES // 1_000_000}
        ]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            return {}, [_("Het bestand is geen tekst. Bewaar het in uw rekenblad als CSV (UTF-8).")]
    heading = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=heading.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        return {}, [_("Het bestand is geen CSV: %(error)s.") % {"error": error}]
    if len(lines) > MOST_ROWS:
        return {}, [_("Het bestand heeft meer dan %(most)s rijen.") % {"most": MOST_ROWS}]
    return _Reader(buildings, known, today).read(lines)


class _Reader:
    """Reads row after row and collects the faults."""

    def __init__(self, buildings: Sequence[PlanBuilding], known: Mapping[str, Intention], today: date) -> None:
        self.keys = {row.key for row in buildings}
        self.by_address: dict[tuple[str, str], list[str]] = {}
        for row in buildings:
            self.by_address.setdefault((row.street.casefold(), row.house_number.casefold()), []).append(row.key)
        self.known, self.today = known, today
        self.found: dict[str, Said] = {}
        self.first_row: dict[str, int] = {}
        self.faults: list[str] = []

    def read(self, lines: list[list[str]]) -> tuple[dict[str, Said], list[str]]:
        names = [
            _OTHER_NAMES.get(cell.strip().casefold(), cell.strip().casefold()) for cell in (lines[0] if lines else [])
        ]
        missing = [name for name in ("standpunt", "gezegd_op") if name not in names]
        if "gebouw" not in names and not {"straat", "huisnummer"} <= set(names):
            missing.append(_("gebouw (of straat en huisnummer)"))
        if missing:
            return {}, [
                _("Rij 1: kolommen ontbreken: %(missing)s. Verwacht: %(columns)s.")
                % {"missing": ", ".join(missing), "columns": "; ".join(COLUMNS)}
            ]
        unknown = [name for name in names if name and name not in (*COLUMNS, "woningen")]
        if unknown:
            self.faults.append(
                _("Rij 1: kolom %(name)s is niet bekend. Verwacht: %(columns)s.")
                % {"name": unknown[0], "columns": "; ".join(COLUMNS)}
            )
        for number, cells in enumerate(lines[1:], 2):
            if any(cell.strip() for cell in cells):
                self._row(number, dict(zip(names, [_plain(cell) for cell in cells], strict=False)))
        return self.found, self.faults

    def _fault(self, number: int, column: str, found: str, expected: str) -> None:
        self.faults.append(
            _("Rij %(row)s, kolom %(column)s: gevonden “%(found)s”; verwacht: %(expected)s.")
            % {"row": number, "column": column, "found": found[:60], "expected": expected}
        )

    def _row(self, number: int, row: dict[str, str]) -> None:
        building = self._building(number, row)
        stance = _STANCES.get(row.get("standpunt", "").casefold())
        if stance is None:
            self._fault(number, "standpunt", row.get("standpunt", ""), _("getekend, geïnteresseerd of geweigerd"))
        said_on = day_of(row.get("gezegd_op", ""))
        if said_on is None:
            self._fault(number, "gezegd_op", row.get("gezegd_op", ""), _("een dag zoals 2026-11-01 of 1/11/2026"))
        written = row.get("bewaren_tot", "")
        until = day_of(written) if written else (kept_until(said_on) if said_on else None)
        if written and until is None:
            self._fault(number, "bewaren_tot", written, _("een dag zoals 2028-11-01, of leeg voor twee jaar"))
        if said_on is None or until is None or stance is None:
            return
        told = may_be_kept(said_on, until, self.today)
        if told:
            self.faults.append(_("Rij %(row)s: %(told)s") % {"row": number, "told": told})
        elif building is not None:
            self._take(number, building, Said(stance.value, said_on, until))

    def _take(self, number: int, building: str, said: Said) -> None:
        known = self.known.get(building)
        if building in self.first_row:
            self._fault(
                number,
                "gebouw",
                building,
                _("elk gebouw één keer (ook in rij %(row)s)") % {"row": self.first_row[building]},
            )
        elif known is not None and known.said_on > said.said_on:
            self._fault(
                number,
                "gezegd_op",
                said.said_on.isoformat(),
                _("niet vroeger dan wat het register al heeft (%(day)s)") % {"day": known.said_on.isoformat()},
            )
        else:
            self.found[building] = said
        self.first_row.setdefault(building, number)

    def _building(self, number: int, row: dict[str, str]) -> str | None:
        key = row.get("gebouw", "")
        if key:
            if key in self.keys or key in self.known:
                return key
            self._fault(number, "gebouw", key, _("een gebouw van het gekozen plan"))
            return None
        address = (row.get("straat", "").casefold(), row.get("huisnummer", "").casefold())
        found = self.by_address.get(address, []) if any(address) else []
        if len(found) == 1:
            return found[0]
        shown = f"{row.get('straat', '')} {row.get('huisnummer', '')}".strip()
        expected = (
            _("één gebouw; %(count)s gebouwen hebben dit adres, noem het gebouw zelf") % {"count": len(found)}
            if found
            else _("een adres van het gekozen plan")
        )
        self._fault(number, "straat", shown, expected)
        return None


def _plain(cell: str) -> str:
    """A cell without the sign that keeps spreadsheets from computing it."""
    return cell.strip().removeprefix("'")
