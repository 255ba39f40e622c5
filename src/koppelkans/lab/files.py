"""The laboratory as files: tidy tables, notes to read and to edit, and the record by which a result is found again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from koppelkans.errors import KoppelkansError
from koppelkans.lab.effects import LATER, SCENARIO, STATES, TODAY, VOTED
from koppelkans.lab.note import lever_note
from koppelkans.lab.result import LabResult
from koppelkans.lab.words import COLUMNS, TABLES, Language, group_name, outcome_name, said, state_name, unit_name
from koppelkans.report.document import (
    Block,
    Bullets,
    Document,
    Heading,
    Notice,
    Paragraph,
    Table,
    Text,
    blocks_of,
    words_of,
)
from koppelkans.report.html import html_page

RECORD = "lab.json"


def write_lab(result: LabResult, folder: Path, *, language: Language = "nl") -> list[Path]:
    """The files of a result, each complete or not there: ``lab.json``, every table as CSV and Parquet, a note per lever.

    The tables are working files of the project team; notes carry only what may be published. Raises KoppelkansError when the disk
    refuses.
    """
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, frame in {
            **result.tables,
            **_details(result),
            "rules": _writable(result.rules),
            "remarks": result.remarks,
        }.items():
            paths.append(_replaced(folder / f"{name}.csv", frame.to_csv(index=name == "remarks").encode("utf-8")))
            paths.append(_replaced(folder / f"{name}.parquet", frame.to_parquet()))
        for stem, setting in zip(_stems(result, language), result.settings, strict=True):
            document, pdf = lever_note(result, setting, language=language)
            contents = {"html": html_page(document).encode("utf-8"), "pdf": pdf, "docx": docx_bytes(document)}
            paths += [_replaced(folder / f"{stem}.{ending}", content) for ending, content in contents.items()]
        record = json.dumps(_record(result), ensure_ascii=False, indent=2)
        paths.append(_replaced(folder / RECORD, record.encode("utf-8")))
    except OSError as error:
        raise KoppelkansError(
            f"the laboratory could not be written to {folder}: {error.strerror or error}; choose another folder or free space"
        ) from error
    return paths


def _details(result: LabResult) -> dict[str, pd.DataFrame]:
    """The parts of a solved tariff shift, their files named after it."""
    return {f"tariff_shift_{name}": frame for name, frame in result.details.items()}


def _stems(result: LabResult, language: Language) -> list[str]:
    """A file name per note; a lever that is set more than once has a number behind it."""
    names = [setting.lever.name for setting in result.settings]
    word = {"nl": "nota", "en": "note"}[language]
    return [
        f"{word}-{name}" if names.count(name) == 1 else f"{word}-{name}-{names[:place].count(name) + 1}"
        for place, name in enumerate(names)
    ]


def printable(result: LabResult, name: str, *, language: Language = "nl") -> pd.DataFrame:
    """A table of a result to show: who, outcome, unit, a column per state, the change by the lever, low and high; titles in words."""
    frame = result.tables[name]
    order = pd.MultiIndex.from_frame(frame[["outcome", "group"]].drop_duplicates())
    wide = frame.set_index(["outcome", "group", "state"])["value"].unstack("state").reindex(order)
    states = [state for state in STATES if state in wide]
    shown = (
        frame[frame["state"] == (SCENARIO if SCENARIO in states else states[0])]
        .set_index(["outcome", "group"])
        .reindex(order)
    )
    units = frame.drop_duplicates(["outcome", "group"]).set_index(["outcome", "group"])["unit"]
    columns: dict[str, Any] = {
        "group": [group_name(str(group), language, dict(result.households)) for _, group in order],
        "outcome": [outcome_name(str(outcome), language) for outcome, _ in order],
        "unit": [unit_name(str(unit), language) for unit in units.reindex(order)],
    }
    scale = (units.reindex(order) == "share").map({True: 100.0, False: 1.0})
    columns |= {state: (wide[state] * scale).to_numpy() for state in states}
    if {SCENARIO, TODAY} <= set(states):
        columns["change"] = ((wide[SCENARIO] - wide[TODAY]) * scale).to_numpy()
    columns |= {end: (shown[end] * scale).to_numpy() for end in ("low", "high") if shown[end].notna().any()}
    titles = {name: said(words, language) for name, words in COLUMNS.items()}
    titles |= {state: state_name(state, language, result.choices.voted_on.year) for state in states}
    made = pd.DataFrame(columns).rename(columns=titles)
    made.attrs["title"] = said(TABLES[name], language)
    return made


def _writable(rules: pd.DataFrame) -> pd.DataFrame:
    """The rules with their values as text: numbers and words stand in one column."""
    return rules.assign(
        **{state: rules[state].map(lambda value: "" if value is None else str(value)).astype("str") for state in STATES}
    )


def _record(result: LabResult) -> dict[str, Any]:
    return {
        "result_id": result.result_id, "engine_version": result.engine_version, "where": result.title, "population": result.heading,
        "levers": [setting.text for setting in result.settings], "days": {name: day.isoformat() for name, day in result.days.items()},
        "columns": {TODAY: "rules in force", VOTED: "as voted", SCENARIO: "today with the levers", LATER: "as voted with the levers"},
        "scenario": result.scenario.model_dump(mode="json"), "outcome": result.choices.outcome, "tables": list(result.tables),
        "audience": "working file of the project team; the notes carry what may be published",
    }  # fmt: skip


def _replaced(path: Path, content: bytes) -> Path:
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


# ------------------------------------------------------------------------------------------------------------------------ docx


def docx_bytes(document: Document) -> bytes:
    """A document as a file that a council can edit: heading styles, lists, tables with a repeated heading row and a description.

    The date is that of the document, so that the same document gives the same file. Figures are left out: a note has none.
    """
    from datetime import datetime

    import docx
    from docx.shared import Cm, Pt

    made = docx.Document()
    for section in made.sections:
        section.page_height, section.page_width = Cm(29.7), Cm(21.0)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2.0)
    made.styles["Normal"].font.name, made.styles["Normal"].font.size = "Calibri", Pt(9.5)
    properties = made.core_properties
    properties.title, properties.author, properties.language = document.title, "koppelkans", document.language
    properties.created = properties.modified = datetime(
        document.date["year"], document.date["month"], document.date["day"]
    )
    made.add_heading(document.title, level=0)
    made.add_paragraph(document.subtitle, style="Subtitle")
    for part in document.sections:
        made.add_heading(part.title, level=1)
        for block in blocks_of(part.blocks):
            _add(made, block)
    made.sections[0].footer.paragraphs[0].text = document.footer
    stream = BytesIO()
    made.save(stream)
    return stream.getvalue()


def _add(made: Any, block: Block) -> None:
    match block:
        case Heading():
            made.add_heading(block.title, level=2)
        case Paragraph():
            _runs(made.add_paragraph(style="Normal"), block.text)
        case Bullets():
            for item in block.items:
                _runs(made.add_paragraph(style="List Bullet"), item)
        case Notice():
            _runs(made.add_paragraph(style="Intense Quote"), block.text)
        case Table():
            _add_table(made, block)
        case _:
            raise KoppelkansError(f"a note as docx has no place for {type(block).__name__}")


def _runs(paragraph: Any, text: Text) -> None:
    for run in text:
        paragraph.add_run(run.text).bold = run.strong or None


def _add_table(made: Any, block: Table) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made.add_paragraph(block.caption, style="Caption")
    grid = made.add_table(rows=1, cols=len(block.header), style="Light Grid Accent 1")
    properties = grid._tbl.tblPr
    for tag, text in (
        ("w:tblCaption", block.caption),
        ("w:tblDescription", f"{block.caption}: {', '.join(block.header)}"),
    ):
        element = OxmlElement(tag)
        element.set(qn("w:val"), text)
        properties.append(element)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    grid.rows[0]._tr.get_or_add_trPr().append(repeated)
    for cell, title in zip(grid.rows[0].cells, block.header, strict=True):
        cell.text = title
    for row in block.rows:
        _filled(grid.add_row().cells, row, block.numeric, WD_ALIGN_PARAGRAPH.RIGHT)
    if block.note:
        made.add_paragraph(block.note, style="Normal")


def _filled(cells: Iterable[Any], row: tuple[Text, ...], numeric: tuple[bool, ...], right: Any) -> None:
    for cell, text, number in zip(cells, row, numeric, strict=True):
        cell.text = words_of(text)
        if number:
            cell.paragraphs[0].alignment = right
