"""The plan on paper: one HTML page and one PDF/UA-1, in Dutch or English, with nothing in it that may not be published.

Question: what does this plan say to a council, an engineer, an owner and a tenant - and what does it not say?
``write_report`` makes both files from one document, so that screen and paper never differ.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from koppelkans.plan.record import Plan
from koppelkans.report.bills import bills_section
from koppelkans.report.data_value import data_value_section
from koppelkans.report.density import density_section
from koppelkans.report.document import Document
from koppelkans.report.effects import effects_section
from koppelkans.report.html import html_page
from koppelkans.report.labels import labels_section
from koppelkans.report.ladder import ladder_section
from koppelkans.report.material import Material, Words
from koppelkans.report.measured import measured_section
from koppelkans.report.needs import needs_section
from koppelkans.report.network import network_section
from koppelkans.report.notation import Notation
from koppelkans.report.orderings import orderings_section
from koppelkans.report.pdf import pdf_bytes
from koppelkans.report.response import response_section
from koppelkans.report.schedule import schedule_section
from koppelkans.report.solutions import choice_section, solutions_section
from koppelkans.report.sources import figures_section, remarks_section, sources_section
from koppelkans.report.start import start_section
from koppelkans.report.street_space import street_space_section
from koppelkans.report.summary import summary_section
from koppelkans.report.works import works_section

__all__ = ["report_document", "write_report"]

_SECTIONS = (
    summary_section, start_section, needs_section, measured_section, ladder_section, solutions_section, choice_section, labels_section,
    orderings_section, schedule_section, density_section, network_section, works_section, street_space_section, bills_section, response_section, effects_section, data_value_section,
    figures_section, remarks_section, sources_section,
)  # fmt: skip
_LABELS = ("skip", "contents", "page", "figure", "method")


def write_report(plan: Plan, folder: Path, *, language: str = "nl") -> list[Path]:
    """The files of the report: ``report.html`` and ``report.pdf`` in ``folder``, each complete or not there.

    Everything per street or type has passed disclosure control. Raises KoppelkansError for a language without texts.
    """
    document = report_document(plan, language=language)
    folder.mkdir(parents=True, exist_ok=True)
    # Typst leaves the interpreter free while it sets the pages
    with ThreadPoolExecutor(max_workers=1) as pool:
        printed = pool.submit(pdf_bytes, document)
        contents = {"report.html": html_page(document).encode("utf-8"), "report.pdf": printed.result()}
    return [_replaced(folder / name, content) for name, content in contents.items()]


def report_document(plan: Plan, *, language: str = "nl") -> Document:
    """The report of a plan as a document, not yet set as HTML or PDF."""
    words, notation = Words(language), Notation(language)
    material = Material(plan, words, notation)
    made = plan.run.made_on
    return Document(
        title=words("page.title", place=plan.place.title),
        subtitle=words(
            "page.subtitle", scenario=plan.scenario.title, version=plan.run.engine_version, day=notation.day(made)
        ),
        language=language,
        date={"year": made.year, "month": made.month, "day": made.day},
        footer=words("page.footer", place=plan.place.title, hash=plan.run.plan_hash[:12]),
        sections=tuple(section(material) for section in _SECTIONS),
        labels={name: words(f"page.{name}") for name in _LABELS},
    )


def _replaced(path: Path, content: bytes) -> Path:
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(path)
    return path
