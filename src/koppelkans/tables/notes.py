"""Remarks: what must stand beside a figure, in Dutch and English, as rows that travel with the result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from koppelkans.tables.computed import REMARKS

RemarkRow = dict[str, Any]


def remark(
    about: str,
    text: str,
    text_en: str,
    *,
    level: str = "assumption",
    rows_share: float | None = None,
    method: str | None = None,
) -> RemarkRow:
    """One remark as a row; ``remarks`` joins them into the table."""
    return {
        "about": about,
        "level": level,
        "text": text,
        "text_en": text_en,
        "rows_share": rows_share,
        "method": method,
    }


def remarks(rows: Sequence[RemarkRow]) -> pd.DataFrame:
    """The remarks as a table, in the order given, each text once."""
    seen = {row["text"]: row for row in rows}
    if not seen:
        return REMARKS.empty()
    frame = pd.DataFrame(list(seen.values()), columns=REMARKS.column_names)
    frame = frame.astype({"rows_share": "float64", "method": "str"})
    frame.index = pd.Index([f"r{number:02d}" for number in range(1, len(frame) + 1)], name="remark", dtype="str")
    return frame
