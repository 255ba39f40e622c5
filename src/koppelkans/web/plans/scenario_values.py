"""Values of a scenario as people write them in a form, and back: shares in hundredths, lists one a line, a comma or a point."""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from koppelkans.web.plans.scenario_fields import ScenarioField

_HUNDRED = Decimal(100)


def expected(field: ScenarioField, language: str) -> str:
    """What may stand in a field, in words."""
    if field.path.startswith("street.") and field.kind == "pairs":
        return _("per regel: werk, eigenaar of straatsectie = waarde")
    in_words = {
        "date": _("een datum"), "shares": _("getallen tussen 0 en 100, elk één keer, met een spatie ertussen"),
        "pairs": _("per regel: cijfer = netgebied of klasse"), "whole": _("een geheel getal"), "number": _("een getal"),
    }  # fmt: skip
    kind = in_words.get(field.kind, _("tekst"))
    if field.kind not in ("whole", "number") or field.low is None:
        return kind
    scale = 100 if field.percent else 1
    bounds = {
        "kind": kind,
        "low": in_notation(f"{field.low * scale:.10g}", language),
        "high": in_notation(f"{(field.high or 0) * scale:.10g}", language),
    }
    if field.high is None or field.open_ended:
        return (_("%(kind)s boven %(low)s") if field.above else _("%(kind)s vanaf %(low)s")) % bounds
    return (
        _("%(kind)s boven %(low)s tot %(high)s") if field.above else _("%(kind)s van %(low)s tot %(high)s")
    ) % bounds


def written(field: ScenarioField, value: Any) -> Any:
    """A value as it stands in the form: shares in hundredths, lists one a line."""
    if value is None or field.kind in ("flag", "choice", "text"):
        return value
    if field.kind in ("shares", "lines", "pairs"):
        return _list_written(field.kind, value)
    if field.percent:
        return _percent(value)
    return f"{value:.15g}" if field.kind in ("whole", "number") else str(value)


def _list_written(kind: str, value: Any) -> str:
    if kind == "shares":
        return " ".join(_percent(share) for share in value)
    return "\n".join(value if kind == "lines" else (f"{key} = {found}" for key, found in value.items()))


def _percent(share: float) -> str:
    return format((Decimal(repr(float(share))) * _HUNDRED).normalize(), "f")


def in_notation(text: str, language: str) -> str:
    """A number as the language writes it."""
    return text.replace(".", ",") if language == "nl" else text


def read(field: ScenarioField, raw: Any) -> Any:
    """What was typed, as the model takes it; what cannot be read goes on as it is and is refused there."""
    if field.kind not in ("lines", "pairs", "shares", "number", "whole") or not isinstance(raw, str):
        return raw
    lines = [line.strip() for line in raw.splitlines() if line.strip()]
    if field.kind == "number":
        return _number(raw, percent=field.percent)
    if field.kind == "whole":
        return int(raw) if re.fullmatch(r"-?\d{1,10}", raw) and int(raw) <= (field.high or math.inf) else raw + "?"
    if field.kind == "shares":
        return [_number(part, percent=True) for part in re.split(r"[\s;]+", raw) if part]
    return lines if field.kind == "lines" else dict(_pair(line) for line in lines)


def _pair(line: str) -> tuple[str, Any]:
    key, sign, value = line.partition("=")
    return key.strip().strip('"'), value.strip().strip('"') if sign and value.strip() else None


def _number(raw: str, *, percent: bool) -> float | str:
    """A number with a comma or a point; a text that cannot be one is given back for the model to refuse."""
    try:
        number = Decimal(raw.strip().replace(",", "."))
        return float(number / _HUNDRED if percent else number) if number.is_finite() else raw + "?"
    except (InvalidOperation, ValueError, OverflowError):
        return raw + "?"
