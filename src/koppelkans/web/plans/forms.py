"""The form of choices, made from the scenario model: every field with its words and bounds, every fault at once."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.html import format_html_join
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from koppelkans.web.plans.scenario_values import expected, in_notation, read, written

if TYPE_CHECKING:
    from koppelkans.scenario import Scenario
    from koppelkans.web.plans.scenario_fields import ScenarioField

MOST_SOURCES = 20
LARGEST_VERSION = 2_147_483_647
_KEPT = ("street.owners", "street.has_gas", "street.gas_entry_m", "heat_network.phases")
"""What only a scenario file can say, kept by the form."""
_SOURCE = re.compile(r"^sources-(\d+)-")


def html_name(path: str, row: int | None = None) -> str:
    """Name of a field in the form: the path with dashes; a field of a source has the number of its row."""
    name = path.replace(".", "-")
    return name if row is None else name.replace("sources-", f"sources-{row}-", 1)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of fields on the page."""

    key: str
    title: str
    explained: str
    fields: list[forms.BoundField]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """The fields of one heat source; ``row`` is its number in the names of the fields."""

    row: int
    number: int
    fields: list[forms.BoundField]


class ScenarioForm(forms.Form):
    """All choices of one run. ``form.scenario`` after ``is_valid``; unbound it shows the given scenario, else the defaults."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        scenario: Scenario | None = None,
        places: Any = (),
        place: Any = None,
    ) -> None:
        from koppelkans.scenario import Scenario
        from koppelkans.web.plans.scenario_fields import scenario_fields

        super().__init__(data, label_suffix="")
        self.language = "en" if get_language() == "en" else "nl"
        self.scenario = scenario or Scenario()
        shown = self.scenario.model_dump(mode="json")
        self.fields["place"] = forms.ModelChoiceField(places, label=_("Gebied"), empty_label=None, initial=place)
        self.asked = [field for field in scenario_fields() if field.asked]
        self.rows = _source_rows(data) if data is not None else list(range(len(self.scenario.sources)))
        for field in self.asked:
            if not field.path.startswith("sources."):
                self.fields[html_name(field.path)] = self._field(field, _at(shown, field.path))
        for row in self.rows:
            found = shown["sources"][row] if data is None else {}
            for field in self._of_source():
                self.fields[html_name(field.path, row)] = self._field(
                    field, found.get(field.path.split(".")[1], field.default)
                )
        self.fields["decisions"] = forms.CharField(
            required=False, widget=forms.HiddenInput, initial=json.dumps(_decisions(shown))
        )
        self.fields["kept"] = forms.CharField(
            required=False, widget=forms.HiddenInput, initial=json.dumps(_kept(shown))
        )
        self.fields["without_decisions"] = forms.BooleanField(
            required=False, label=_("Beslissingen per gebouw niet meenemen")
        )

    def _of_source(self) -> list[ScenarioField]:
        return [field for field in self.asked if field.path.startswith("sources.")]

    def _field(self, field: ScenarioField, value: Any) -> forms.Field:
        from koppelkans.web.plans.scenario_fields import field_words

        words = field_words(field.path, self.language)
        label = f"{words.label} [{words.unit}]" if words.unit else words.label
        common: dict[str, Any] = {
            "label": label,
            "help_text": self._hint(field, words.help, words.parameter),
            "initial": written(field, value),
        }
        if field.kind == "flag":
            return forms.BooleanField(required=False, **common)
        common["required"] = not field.optional and field.kind not in ("lines", "pairs") and field.default != ""
        common["error_messages"] = {
            "required": _("Gevonden: leeg. Verwacht: %(expected)s.") % {"expected": expected(field, self.language)}
        }
        if field.kind == "choice" or field.path == "grid_area":
            known = [(key, words.options.get(key, key)) for key in (field.values or words.options)]
            if field.path == "grid_area":
                known = [("", _("dat van het gebied")), *known]
            return forms.ChoiceField(choices=known, **common)
        return forms.CharField(
            widget=_widget(field), max_length=160 if field.path == "title" else 20_000, strip=True, **common
        )

    def _hint(self, field: ScenarioField, explained: str, parameter: str) -> str:
        """What the field means, what may stand in it, and what holds when it is empty."""
        parts = [explained] if explained else []
        if field.kind in ("whole", "number") and field.high is not None and field.high < 1e6:
            parts.append(f"{expected(field, self.language).capitalize()}.")
        if parameter:
            parts.append(self._when_empty(field, parameter))
        return format_html_join(" ", "{}", ((part,) for part in parts))

    def _when_empty(self, field: ScenarioField, parameter: str) -> str:
        from koppelkans.web.plans.scenario_fields import figure_when_empty

        found = figure_when_empty(parameter, self.scenario.reference_date)
        if found is None:
            return _("Leeg: het cijfer van de parameters.")
        label, value, standing = found
        return _("Leeg: %(value)s (%(label)s, %(standing)s).") % {
            "value": in_notation(written(field, value), self.language),
            "label": label,
            "standing": {"official": _("officieel"), "secondary": _("secundair"), "unverified": _("niet geverifieerd")}[
                standing
            ],
        }

    # ------------------------------------------------------------------------------------------------------------- reading

    def clean(self) -> dict[str, Any]:
        """Every fault of the model, each at its field."""
        from pydantic import ValidationError

        from koppelkans.scenario import Scenario

        tree, positions = self._tree()
        try:
            self.scenario = Scenario.model_validate(tree)
        except ValidationError as error:
            for item in error.errors(include_url=False):
                self._place_fault(item, positions)
        self._own_faults(tree)
        return self.cleaned_data

    def _tree(self) -> tuple[dict[str, Any], list[int]]:
        """The choices as the model takes them, and the row of the form of each source in it."""
        tree: dict[str, Any] = {}
        for field in self.asked:
            if not field.path.startswith("sources."):
                self._put(tree, field, html_name(field.path), field.path)
        positions, sources = [], list[dict[str, Any]]()
        for row in self.rows:
            one: dict[str, Any] = {}
            for field in self._of_source():
                self._put(one, field, html_name(field.path, row), field.path.split(".")[1])
            if not self._blank(row):
                positions.append(row)
                sources.append(one)
            else:
                self._forget_faults(row)
        tree["sources"] = sources
        self._put_kept(tree)
        if not self.cleaned_data.get("without_decisions"):
            self._put_decisions(tree)
        return tree, positions

    def _put(self, tree: dict[str, Any], field: ScenarioField, name: str, path: str) -> None:
        raw = self.cleaned_data.get(name)
        if (
            name in self.errors
            or (raw == "" and field.kind not in ("text", "lines", "pairs"))
            or (raw == "" and field.optional)
        ):
            return
        target, last = tree, path.split(".")
        for part in last[:-1]:
            target = target.setdefault(part, {})
        target[last[-1]] = read(field, raw)

    def _forget_faults(self, row: int) -> None:
        """A row without anything in it is no source, and nothing is missing in it."""
        for field in self._of_source():
            self.errors.pop(html_name(field.path, row), None)

    def _blank(self, row: int) -> bool:
        """Whether nothing was written in a row; ticks do not count."""
        names = [
            html_name(field.path, row) for field in self._of_source() if field.default is None or field.kind == "text"
        ]
        return not any(str(self.data.get(name, "")).strip() for name in names)

    def _put_kept(self, tree: dict[str, Any]) -> None:
        """What a scenario file says and the form does not ask goes along, files of the server left out."""
        try:
            kept = json.loads(self.cleaned_data.get("kept") or "{}")
        except ValueError:
            kept = {}
        for path in _KEPT if isinstance(kept, dict) else ():
            if kept.get(path) is not None:
                group, name = path.split(".")
                tree.setdefault(group, {})[name] = kept[path]

    def _put_decisions(self, tree: dict[str, Any]) -> None:
        try:
            decisions = json.loads(self.cleaned_data.get("decisions") or "{}")
        except ValueError:
            decisions = None
        if not isinstance(decisions, dict) or not set(decisions) <= {"choices", "must_connect", "never_connect"}:
            self.add_error(
                None, _("De beslissingen per gebouw zijn onleesbaar geworden. Open de keuzes van het plan opnieuw.")
            )
            return
        tree["choices"] = decisions.get("choices", {})
        for name in ("must_connect", "never_connect"):
            tree.setdefault("heat_network", {})[name] = decisions.get(name, [])

    def _place_fault(self, item: Any, positions: list[int]) -> None:
        """A fault of the model, at the field of the form that it is about."""
        where = [str(part) for part in item["loc"]]
        if len(where) > 1 and where[0] == "sources":
            where[1] = str(positions[int(where[1])])
        for length in range(len(where), 0, -1):
            name = "-".join(where[:length])
            if name in self.fields:
                if name not in self.errors:
                    self.add_error(name, self._fault(name, item))
                return
            below = [
                field for field in self.asked if html_name(field.path).startswith(name + "-") and field.low is not None
            ]
            negative = [
                html_name(field.path)
                for field in below
                if str(self.data.get(html_name(field.path), "")).strip().startswith("-")
            ]
            for part in negative:
                self.add_error(part, self._fault(part, item))
            if negative:
                return
        self.add_error(None, _model_fault(item, ".".join(where)))

    def _fault(self, name: str, item: Any) -> str:
        path = _SOURCE.sub("sources.", name).replace("-", ".")
        field = next((field for field in self.asked if field.path == path), None)
        found = str(self.data.get(name, "")).strip()[:60] or _("leeg")
        if path == "name":
            wanted = _("letters, cijfers, - en _, geen spaties")
        elif path == "hold":
            wanted = _("sleutels van cijfers, één per regel")
        elif path == "response.offered_price_eur_per_mwh" and item["type"] == "value_error":
            return _("Gevonden: %(found)s. Verwacht: een prijs als die vooraf beloofd is, en anders leeg.") % {
                "found": found
            }
        elif path == "response.price_payer" and item["type"] == "value_error":
            wanted = _("niemand, tenzij de prijs vooraf beloofd is")
        else:
            wanted = expected(field, self.language) if field else item["msg"]
        advice = _(" Of laat het leeg.") if field and field.optional else ""
        return _("Gevonden: %(found)s. Verwacht: %(expected)s.") % {"found": found, "expected": wanted} + advice

    def _own_faults(self, tree: dict[str, Any]) -> None:
        """What the model takes but the site does not."""
        from koppelkans.scenario import Scenario

        for name, value in [*tree.items(), *(pair for source in tree["sources"] for pair in source.items())]:
            if isinstance(value, float) and not math.isfinite(value):
                self.add_error(None, _("%(name)s is geen eindig getal. Vul een gewoon getal in.") % {"name": name})
        if len(tree["sources"]) > MOST_SOURCES:
            self.add_error(
                None,
                _("%(count)s warmtebronnen; verwacht: hoogstens %(most)s.")
                % {"count": len(tree["sources"]), "most": MOST_SOURCES},
            )
        if tree["sources"] and tree.get("title") == Scenario.model_fields["title"].default:
            self.add_error(
                "title",
                _(
                    "U gaf een warmtebron op, maar de titel zegt “zonder warmtebron”. Geef het plan een titel die erbij past."
                ),
            )

    # -------------------------------------------------------------------------------------------------------------- showing

    @property
    def groups(self) -> Iterator[Group]:
        """The groups of fields in their order, heat sources apart (see ``sources``)."""
        from koppelkans.web.plans.scenario_fields import GROUPS, group_words

        for key in GROUPS:
            fields = [
                self[html_name(field.path)]
                for field in self.asked
                if field.group == key and not field.path.startswith("sources.")
            ]
            yield Group(key, *group_words(key, self.language), fields)

    @property
    def sources(self) -> Iterator[SourceRow]:
        """The heat sources, each with its fields."""
        for number, row in enumerate(self.rows, 1):
            yield SourceRow(row, number, [self[html_name(field.path, row)] for field in self._of_source()])

    @property
    def fault_list(self) -> list[tuple[str, str, str]]:
        """Every fault of a field: where it stands on the page, how the field is called, what is wrong."""
        numbers = {row: number for number, row in enumerate(self.rows, 1)}
        found = []
        for name, faults in self.errors.items():
            if name in self.fields:
                source = _SOURCE.match(name)
                of = _("Warmtebron %(number)s, ") % {"number": numbers[int(source[1])]} if source else ""
                found += [(self[name].id_for_label, of + str(self[name].label), str(fault)) for fault in faults]
        return found

    @property
    def next_row(self) -> int:
        """Number of a row that is not in use."""
        return max(self.rows, default=-1) + 1

    @property
    def decided(self) -> int:
        """Buildings with a decision that goes along."""
        try:
            found = json.loads(self["decisions"].value() or "{}")
            keys = [*found.get("must_connect", []), *found.get("never_connect", [])]
            return len({*keys, *(key for part in found.get("choices", {}).values() for key in part)})
        except (ValueError, AttributeError, TypeError):
            return 0


class RenameForm(forms.Form):
    """The title of a run, with the version that it belongs to."""

    title = forms.CharField(label=gettext_lazy("Titel"), max_length=160)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=LARGEST_VERSION)


def with_source_row(data: Any, row: int) -> Any:
    """What was posted, with an empty row for one more heat source."""
    changed = data.copy()
    changed[f"sources-{row}-name"] = ""
    changed[f"sources-{row}-assumption"] = "on"
    for name in ("emission_kg_per_kwh", "gas_kwh_per_kwh", "electricity_kwh_per_kwh"):
        changed[f"sources-{row}-{name}"] = "0"
    return changed


def without_source_row(data: Any, row: int) -> Any:
    """What was posted, without one heat source."""
    changed = data.copy()
    for name in [name for name in changed if name.startswith(f"sources-{row}-")]:
        del changed[name]
    return changed


def _source_rows(data: Mapping[str, Any]) -> list[int]:
    found = {int(match[1]) for name in data if (match := _SOURCE.match(name)) and len(match[1]) < 6}
    return sorted(found)[: MOST_SOURCES + 1]


def _at(tree: Mapping[str, Any], path: str) -> Any:
    value: Any = tree
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _kept(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a scenario that the form does not ask, where there are any."""
    found = {path: _at(shown, path) for path in _KEPT}
    return {path: value for path, value in found.items() if value not in (None, [])}


def _decisions(shown: Mapping[str, Any]) -> dict[str, Any]:
    network = shown["heat_network"]
    return {
        "choices": shown["choices"],
        "must_connect": network["must_connect"],
        "never_connect": network["never_connect"],
    }


def _widget(field: ScenarioField) -> forms.Widget:
    scale = 100 if field.percent else 1
    if field.kind == "date":
        return forms.DateInput(attrs={"type": "date"})
    if field.kind in ("lines", "pairs"):
        return forms.Textarea(attrs={"rows": 3})
    if field.kind not in ("whole", "number"):
        return forms.TextInput()
    attrs: dict[str, Any] = {
        "step": 1 if field.kind == "whole" else "any",
        "inputmode": "numeric" if field.kind == "whole" else "decimal",
    }
    attrs |= {
        name: f"{bound * scale:.10g}"
        for name, bound in (("min", field.low), ("max", field.high))
        if bound is not None and bound < 1e9
    }
    return forms.NumberInput(attrs=attrs)


def _model_fault(item: Any, where: str) -> str:
    """A fault that belongs to no field of the form."""
    told = str(item["msg"]).removeprefix("Value error, ")
    if "same name" in told:
        return _("Twee warmtebronnen hebben dezelfde naam. Geef elke bron een eigen naam.")
    if "must_connect" in told:
        return _("Sommige gebouwen moeten aansluiten en mogen nooit aansluiten: %(told)s") % {"told": told}
    return _("%(where)s: %(told)s") % {"where": where or _("het scenario"), "told": told}
