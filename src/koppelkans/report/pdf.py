"""The document as a PDF/UA-1: tagged, with language, titles, alternative texts and tables that a screen reader can walk through.

Typst sets it from ``report.typ``, which reads the document as data; nothing that was filled in is ever read as markup. Fonts and
hyphenation come with the program: no network.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from koppelkans.report import palette
from koppelkans.report.document import Document, Figure, blocks_of

HERE = Path(__file__).parent


def pdf_bytes(document: Document) -> bytes:
    """The whole report as PDF/UA-1. A figure without alternative text makes Typst refuse."""
    import typst

    with tempfile.TemporaryDirectory(prefix="koppelkans-") as name:
        folder = Path(name)
        for figure in _figures(document):
            (folder / f"{figure.name}.svg").write_text(figure.svg, encoding="utf-8")
        data = {"document": _tree(document), "colours": _colours()}
        (folder / "document.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        (folder / "report.typ").write_bytes((HERE / "report.typ").read_bytes())
        return bytes(
            typst.compile(
                str(folder / "report.typ"), root=str(folder), font_paths=[str(HERE / "fonts")], ignore_system_fonts=True,
                format="pdf", pdf_standards=["ua-1"], timestamp=_seconds(document),
            )
        )  # fmt: skip


def _seconds(document: Document) -> int:
    """The day of the plan as seconds, so that the same plan gives the same file."""
    return int(datetime(**document.date, tzinfo=UTC).timestamp())


def _figures(document: Document) -> Iterator[Figure]:
    for section in document.sections:
        yield from (block for block in blocks_of(section.blocks) if isinstance(block, Figure))


def _colours() -> dict[str, str]:
    return {
        "ink": palette.INK, "soft": palette.SOFT_INK, "panel": palette.PANEL, "line": palette.LINE, "accent": palette.ACCENT,
        **palette.LEVELS,
    }  # fmt: skip


def _tree(part: Any) -> Any:
    """Dataclasses as dictionaries, each with the name of its kind; the drawings stay in their own files."""
    if isinstance(part, tuple | list):
        return [_tree(item) for item in part]
    if isinstance(part, dict):
        return {key: _tree(item) for key, item in part.items()}
    if not hasattr(part, "__dataclass_fields__"):
        return part
    named = {item.name: _tree(getattr(part, item.name)) for item in fields(part) if item.name != "svg"}
    return {"is": type(part).__name__, **named}
