"""Tables that leave the site as CSV: no text in them is taken for a formula by the spreadsheet that opens them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.http import HttpResponse

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
MARK = "\ufeff"
"""Before a file for people, so that their spreadsheet reads its accents right."""


def harmless(value: Any) -> Any:
    """The value; a text that begins as a formula gets a quote before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_SIGNS) else value


def csv_text(
    header: Sequence[str], rows: Iterable[Iterable[Any]], *, delimiter: str = ",", end: str = "\r\n", cell: Callable[[Any], Any] = harmless
) -> str:  # fmt: skip
    """The table with its header; ``cell`` makes of a value what the file holds."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(header)
    writer.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()


def csv_download(text: str, name: str) -> HttpResponse:
    """A table as a file of this name."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)
