"""Templates of the tables that a user may bring, written to the folder where the command runs."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from koppelkans.errors import DataError


def write_template(name: str, place: str | None) -> Path:
    """The file of a template, written: NAME.csv here, with the streets of the place when one is named.

    Raises DataError for a table without template, and when the file is there already.
    """
    from koppelkans.place import read_place
    from koppelkans.place.templates import TEMPLATES, template

    sections = None
    if place is not None and name in TEMPLATES:
        sections = read_place(place).sections
        if sections is None:
            raise DataError(
                f"place {place} has no streets, so its {name} cannot be listed; leave the place out for the columns alone"
            )
    text, file = template(name, sections), Path(f"{name}.csv")
    if file.exists():
        raise DataError(f"{file} is here already and was not touched; move it away, or run this in another folder")
    file.write_text(text, encoding="utf-8")
    Console().print(f"[bold]Sjabloon:[/] {escape(str(file))}", soft_wrap=True, highlight=False)
    return file
