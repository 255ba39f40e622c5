"""What the files of law and facts say in Dutch, in the language of a page: names of figures, reasons in law, titles of sources."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from koppelkans.parameters.store import Parameter

Language = Literal["nl", "en"]
_FILE = Path(__file__).parent / "english.toml"


@cache
def english() -> dict[str, dict[str, str]]:
    """The English by part: ``labels`` by key, ``reasons`` by their Dutch, ``sources`` by their name."""
    found: dict[str, dict[str, str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return found


def label_in(figure: Parameter, language: Language) -> str:
    """The name of a figure; its key in words where nobody gave an English one."""
    if language == "nl":
        return figure.label
    return english()["labels"].get(figure.key, figure.key.replace("_", " ").replace(".", ", "))


def reason_in(reason: str, language: Language) -> str:
    """A reason in law; one without English says that it is in Dutch."""
    if language == "nl":
        return reason
    return english()["reasons"].get(reason, f"reason in Dutch: {reason}")


def source_in(name: str, title: str, language: Language) -> str:
    """The title of a source; the title of a publication stands for itself."""
    return title if language == "nl" else english()["sources"].get(name, title)
