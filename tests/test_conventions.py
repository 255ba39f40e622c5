"""The page on design and style, as far as a machine can read it: layers, names, lengths, sources, labels, words."""

import ast
import importlib.metadata
import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from koppelkans import tables
from koppelkans.parameters import read_parameters
from koppelkans.parameters.store import STANDINGS
from koppelkans.tables.response import RESPONSE_TABLES

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "koppelkans"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
Function = ast.FunctionDef | ast.AsyncFunctionDef

LINES_OF_A_FUNCTION, LINES_WITH_A_REASON, LINES_OF_A_MODULE, NAMES_OF_A_CHAPTER = 60, 100, 600, 5
HOMELESS_MODULES = {"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "misc"}
EMPTY_VERBS = ("get_", "calc_", "calculate_", "compute_", "do_", "handle_", "process_")


@cache
def modules() -> dict[Path, ast.Module]:
    """Every module that somebody wrote: migrations of the web site are made by Django."""
    written = (path for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts)
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in written}


def where(path: Path, node: ast.AST | None = None) -> str:
    line = f":{getattr(node, 'lineno', '')}" if node is not None else ""
    return f"{path.relative_to(ROOT)}{line}"


def nodes(*kinds: type) -> Iterator[tuple[Path, ast.AST]]:
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, kinds):
                yield path, node


def in_layer(path: Path, layer: str) -> bool:
    return path.relative_to(PACKAGE).parts[0] in (layer, f"{layer}.py")


def listed(faults: list[str]) -> str:
    return "\n".join(["", *faults])


# ---------------------------------------------------------------------------------------------------------------------- layers


def contract() -> dict[str, object]:
    (only,) = PROJECT["tool"]["importlinter"]["contracts"]
    return only


def test_imports_point_down():
    outcome = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_every_module_has_a_layer():
    assert contract()["exhaustive"] is True
    layers = {name.strip() for layer in contract()["layers"] for name in layer.split("|")}
    found = {
        path.stem if path.is_file() else path.name
        for path in PACKAGE.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert found - {"__init__", "__main__"} == layers


def test_chapters_say_what_they_answer_and_show_five_names():
    chapters = next(layer for layer in contract()["layers"] if "building" in layer).split("|")
    faults = []
    for name in (chapter.strip() for chapter in chapters):
        path = PACKAGE / name / "__init__.py" if (PACKAGE / name).is_dir() else PACKAGE / f"{name}.py"
        tree = modules()[path]
        if not ast.get_docstring(tree):
            faults.append(f"{where(path)} does not say which question it answers")
        shown = next(
            (
                ast.literal_eval(node.value)
                for node in tree.body
                if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
            ),
            [],
        )
        if len(shown) > NAMES_OF_A_CHAPTER:
            faults.append(f"{where(path)} shows {len(shown)} names, at most {NAMES_OF_A_CHAPTER}")
    assert not faults, listed(faults)


def test_no_module_without_a_concept():
    assert [where(path) for path in modules() if path.stem in HOMELESS_MODULES] == []


def test_every_imported_library_is_declared():
    def names_of(items: list[str]) -> set[str]:
        return {re.split(r"[<>=!~\[ ]", item)[0].lower() for item in items}

    engine = names_of(PROJECT["project"]["dependencies"])
    site = engine | names_of(PROJECT["project"]["optional-dependencies"]["web"])
    swmm = engine | names_of(PROJECT["project"]["optional-dependencies"]["swmm"])
    owners = importlib.metadata.packages_distributions()
    faults = []
    for path, node in nodes(ast.Import, ast.ImportFrom):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        for top in {name.split(".")[0] for name in names} - {"koppelkans", "__future__", ""} - sys.stdlib_module_names:
            # only the web site knows Django, only the check of the storage SWMM
            declared = site if in_layer(path, "web") else swmm if in_layer(path, "verify") else engine
            if not {owner.lower() for owner in owners.get(top, [])} & declared:
                faults.append(f"{where(path, node)} imports {top}, which pyproject.toml does not declare")
    assert not faults, listed(faults)


@pytest.mark.parametrize(
    "code", ["import koppelkans", "import koppelkans.cli", "__import__('koppelkans.cli').cli.main()"]
)
def test_the_command_line_starts_light(code):
    """Seconds vary by machine; the libraries that cost them do not."""
    heavy = (
        "pandas",
        "geopandas",
        "numpy",
        "pyarrow",
        "pandera",
        "altair",
        "highspy",
        "shapely",
        "typst",
        "vl_convert",
    )
    program = (
        f"import sys\nsys.argv = ['koppelkans', '--help']\ntry:\n    {code}\nexcept SystemExit as end:\n    assert not end.code\n"
        f"print('loaded:', *[name for name in {heavy!r} if name in sys.modules])"
    )
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert outcome.stdout.splitlines()[-1] == "loaded:"


# ---------------------------------------------------------------------------------------------------------------------- code


SPEAKING = {"web/serve.py", "web/__main__.py"}
"""Programs of their own, beside the command line."""


def test_only_the_command_line_prints():
    faults = [
        where(path, node) for path, node in nodes(ast.Call)
        if not in_layer(path, "cli") and path.relative_to(PACKAGE).as_posix() not in SPEAKING and (ast.unparse(node.func) in ("print", "sys.stdout.write") or ast.unparse(node.func).endswith("console.print"))
    ]  # fmt: skip
    assert not faults, listed(faults)


JOB_BOUNDARY = "web/jobs/worker.py"
"""Where any fault of a run becomes the state of that run."""


def test_no_broad_except():
    broad = {"Exception", "BaseException"}
    faults = [
        where(path, node) for path, node in nodes(ast.ExceptHandler)
        if path.relative_to(PACKAGE).as_posix() != JOB_BOUNDARY and (node.type is None or broad & {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)})
    ]  # fmt: skip
    assert not faults, listed(faults)


def test_no_row_loops_in_the_engine():
    """Command line, report and web site may walk over the few rows that they show."""
    faults = [
        where(path, node) for path, node in nodes(ast.Call)
        if isinstance(node.func, ast.Attribute) and not any(in_layer(path, layer) for layer in ("cli", "report", "web")) and (
            node.func.attr in ("iterrows", "itertuples")
            or (node.func.attr == "apply" and any(word.arg == "axis" and ast.unparse(word.value) in ("1", "'columns'") for word in node.keywords))
        )
    ]  # fmt: skip
    assert not faults, listed(faults)


def test_no_leftovers():
    pattern = re.compile(r"#\s*(TODO|FIXME|XXX|HACK)\b")
    faults = [
        f"{where(path)}: {line.strip()}"
        for path in modules()
        for line in path.read_text(encoding="utf-8").splitlines()
        if pattern.search(line)
    ]
    assert not faults, listed(faults)


def gives_a_reason(path: Path, function: Function) -> bool:
    """Whether the first comment inside a function says something."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)[
        function.body[0].lineno - 1 : function.end_lineno
    ]
    tokens = tokenize.generate_tokens(io.StringIO("".join(["if True:\n", *lines])).readline)
    comments = [
        token.string
        for token in tokens
        if token.type == tokenize.COMMENT and "fmt:" not in token.string and "noqa" not in token.string
    ]
    return bool(comments) and len(comments[0].split()) > 4


def test_functions_fit_a_screen():
    faults = []
    for path, node in nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        length = node.end_lineno - node.lineno + 1
        if length > LINES_WITH_A_REASON or (length > LINES_OF_A_FUNCTION and not gives_a_reason(path, node)):
            faults.append(f"{where(path, node)} {node.name} has {length} lines")
    assert not faults, listed(faults)


def test_modules_stay_readable():
    lengths = {where(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {path: count for path, count in lengths.items() if count > LINES_OF_A_MODULE} == {}


def public(tree: ast.Module) -> Iterator[Function | ast.ClassDef]:
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from (part for part in node.body if isinstance(part, Function) and not part.name.startswith("_"))


def is_overload_or_validator(node: ast.AST) -> bool:
    return any(
        "validator" in ast.unparse(mark) or "overload" in ast.unparse(mark)
        for mark in getattr(node, "decorator_list", [])
    )


def test_public_names_have_docstrings_that_name_the_answer():
    faults = []
    for path, tree in modules().items():
        for node in public(tree):
            text = ast.get_docstring(node) or ""
            if not text and not is_overload_or_validator(node):
                faults.append(f"{where(path, node)} {node.name} has no docstring")
            elif re.match(r"(Returns?|Gets?|Calculates?|Computes?|This function)\b", text):
                faults.append(f"{where(path, node)} {node.name}: the first line names the answer, as a noun phrase")
    assert not faults, listed(faults)


NAMED_BY_DJANGO = {
    "process_exception",
    "process_view",
    "get_queryset",
    "get_absolute_url",
    "get_login_redirect_url",
    "get_signup_redirect_url",
    "get_help_text",
    "get_cache_key",
}


def test_functions_are_named_for_what_they_return():
    faults = [
        f"{where(path, node)} {node.name}" for path, node in nodes(ast.FunctionDef)
        if node.name.lstrip("_").startswith(EMPTY_VERBS) and not (in_layer(path, "web") and node.name in NAMED_BY_DJANGO)
    ]  # fmt: skip
    assert not faults, listed(faults)


# ---------------------------------------------------------------------------------------------------------------------- tables

WITHOUT_UNIT = {
    "response_shares.dwellings": "an expected count", "response_shares.low": "an expected count", "response_shares.high": "an expected count",
    "response_curve.connected": "an expected count", "response_moments.dwellings": "an expected count", "response_stuck.dwellings": "an expected count",
    "response_pipeline.dwellings": "an expected count", "branch_decisions.dwellings": "an expected count", "equilibrium.probability": "dimensionless",
    "response_calibration.prior": "unit in unit", "response_calibration.prior_low": "unit in unit", "response_calibration.prior_high": "unit in unit",
    "response_calibration.posterior": "unit in unit", "response_calibration.posterior_low": "unit in unit", "response_calibration.posterior_high": "unit in unit",
    "response_residuals.observed": "unit in unit", "response_residuals.modelled": "unit in unit", "response_backtest.observed": "a number of premiums",
    "response_backtest.modelled": "a number of premiums", "response_backtest.low": "a number of premiums", "response_backtest.high": "a number of premiums",
    "response_backtest.naive": "a number of premiums",
    "records.dwellings": "a count, float because the source may not say",
    "records.built_year": "a year, float because the source may not say",
    "storeys": "a count of storeys, half for a used attic",
    "spf": "dimensionless", "dscr": "dimensionless", "min_dscr": "dimensionless",
    "thresholds.share": "the name is the unit",
    "quantity": "unit in quantity_unit", "project_basis.value": "unit in quantity",
    "indicators.value": "unit in unit", "indicators.low": "unit in unit", "indicators.high": "unit in unit",
    "sector_statistics.value": "unit in unit",
    "meters.connections": "a count, float because it may be unknown", "calibration.connections": "a count, float because it may be unknown",
    "cells.weight": "a number of households", "cells.persons": "a count", "demand.occupants": "an expected count", "label_migration.dwellings": "an expected count", "obligations.dwellings_now": "an expected count",
    "obligations.dwellings_after": "an expected count", "orderings.dwellings": "a count", "fossil_free_dwellings": "a count",
    "fossil_free_below_a_dwellings": "an expected count", "light_dwellings": "a count", "medium_dwellings": "a count",
    "deep_dwellings": "a count", "deep_avoided_dwellings": "a count", "changed_buildings": "a mean count over draws",
    "supply_total.primary_factor": "dimensionless", "supply_total.computed_factor": "dimensionless", "supply_hours.weight": "a number of days",
    "epc_terms.expenditure": "dimensionless", "epc_terms.primary_factor": "dimensionless",
    "schedule_limits.available": "unit in unit", "schedule_limits.used": "unit in unit",
    "works_indicators.value": "unit in unit", "works_indicators.low": "unit in unit", "works_indicators.high": "unit in unit",
    "drawn_assets.p10": "unit in unit", "drawn_assets.p50": "unit in unit", "drawn_assets.p90": "unit in unit",
    "person_months": "residents times months",
    "patterns.bays": "a count per 100 m", "patterns.trees": "a count per 100 m", "patterns.loading": "a count per 100 m",
    "street_patterns.bays_now": "an expected count", "street_patterns.bays": "an expected count", "street_patterns.trees": "an expected count",
    "street_patterns.loading": "an expected count", "street_patterns.boreholes": "an expected count",
    "space_targets.asked": "unit in unit", "space_targets.reached": "unit in unit", "space_clashes.asked": "unit in unit",
    "space_clashes.within": "unit in unit", "space_clashes.beside_all": "unit in unit", "lekp.target": "unit in unit", "lekp.delta": "unit in unit",
    "space_dividend.fixed": "unit in unit", "space_dividend.free": "unit in unit", "space_dividend.gain": "unit in unit",
    "figures.value": "unit in unit", "figures.low": "unit in unit", "figures.high": "unit in unit",
}  # fmt: skip
"""Number columns whose name needs no unit, and why."""


def test_quantities_end_in_their_unit():
    faults = [
        f"{declared.name}.{item.name}" for declared in tables.TABLES.values() for item in declared.columns
        if item.kind is float and not item.unit and not {item.name, f"{declared.name}.{item.name}"} & set(WITHOUT_UNIT)
    ]  # fmt: skip
    assert faults == []


def test_exceptions_to_the_unit_rule_still_exist():
    columns = {item.name for declared in tables.TABLES.values() for item in declared.columns}
    columns |= {f"{declared.name}.{item.name}" for declared in tables.TABLES.values() for item in declared.columns}
    assert set(WITHOUT_UNIT) <= columns


def test_every_column_has_label_and_meaning():
    faults = [
        f"{declared.name}.{item.name}" for declared in tables.TABLES.values() for item in declared.columns
        if not item.title.strip() or not item.description.strip() or item.title == item.name
    ]  # fmt: skip
    assert faults == []


def test_every_declared_table_is_listed():
    declared = {value.name for value in vars(tables).values() if isinstance(value, tables.Table)}
    assert declared | {one.name for one in (*tables.WORKS_TABLES, *RESPONSE_TABLES)} == set(tables.TABLES)


# ------------------------------------------------------------------------------------------------------------------ parameters


def test_every_figure_has_source_and_standing():
    known = read_parameters()
    assert len(list(known)) > 0
    faults = []
    for parameter in known:
        if not parameter.label.strip() or parameter.label == parameter.key:
            faults.append(f"{parameter.key} has no Dutch label")
        if not parameter.unit.strip():
            faults.append(f"{parameter.key} has no unit")
        if parameter.vat not in ("", "excl", "incl"):
            faults.append(f"{parameter.key}: vat {parameter.vat!r}")
        if not parameter.values:
            faults.append(f"{parameter.key} has no value")
        for value in parameter.values:
            if value.source not in known.sources or value.standing not in STANDINGS:
                faults.append(
                    f"{parameter.key} ({value.scope}, {value.first}): source {value.source!r}, standing {value.standing!r}"
                )
            if (value.low is None) != (value.high is None):
                faults.append(f"{parameter.key} ({value.scope}, {value.first}) has one end of a range")
    assert not faults, listed(faults)


def test_every_source_says_what_it_is():
    faults = [name for name, about in read_parameters().sources.items() if not about.get("title", "").strip()]
    assert faults == []


def test_reference_tables_carry_source_licence_and_standing():
    words = {"source": r"source|bron", "licence": r"licen[cs]e|credit", "standing": "|".join(STANDINGS)}
    faults = []
    for path in sorted((PACKAGE / "parameters" / "facts").glob("*.csv")):
        lines = path.read_text(encoding="utf-8").splitlines()
        head = " ".join(line for line in lines if line.startswith("#")).lower()
        faults += [
            f"{where(path)} does not say its {word}" for word, spelled in words.items() if not re.search(spelled, head)
        ]
    assert not faults, listed(faults)


# ------------------------------------------------------------------------------------------------------------------- documents


def anchors() -> list[str]:
    return re.findall(r'<a id="([^"]+)"></a>', (ROOT / "docs" / "method.md").read_text(encoding="utf-8"))


def methods_named_in_code() -> dict[str, str]:
    named = {}
    for path, node in nodes(ast.Call):
        callee = ast.unparse(node.func).rsplit(".", 1)[-1]
        for word in node.keywords:
            if (
                word.arg == "method"
                and callee.lstrip("_").endswith(("remark", "indicator", "row"))
                and isinstance(word.value, ast.Constant)
                and word.value.value
            ):
                named[str(word.value.value)] = where(path, node)
    for path in modules():
        for anchor in re.findall(r"method\.md#([\w-]+)", path.read_text(encoding="utf-8")):
            named[anchor] = where(path)
    return named


def test_every_method_that_the_code_names_is_documented():
    missing = [
        f"{place} names {anchor}" for anchor, place in methods_named_in_code().items() if anchor not in anchors()
    ]
    assert methods_named_in_code()
    assert not missing, listed(missing)


def test_every_method_that_a_plan_names_is_documented(krekelwijk_plan):
    named = {*krekelwijk_plan["remarks"]["method"].dropna(), *krekelwijk_plan["indicators"]["method"]}
    assert named - set(anchors()) == set()


def test_each_method_stands_once():
    assert sorted(set(anchors())) == sorted(anchors())


def test_the_glossary_knows_the_words_of_the_data_model():
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms = {row.split("|")[1].strip().lower() for row in glossary.splitlines() if row.startswith("| ")}
    vocabularies = (
        tables.PROVENANCE, tables.TYPES, tables.USES, tables.SOLUTIONS, tables.PACKAGES, tables.CARRIERS, tables.REMARK_LEVELS, STANDINGS,
        tuple(tables.TABLES),
    )  # fmt: skip
    missing = sorted({word for words in vocabularies for word in words if word.replace("_", " ") not in terms})
    assert missing == []


def test_the_glossary_lists_every_unit():
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert [suffix for suffix in tables.UNITS if f"`{suffix}`" not in glossary] == []


# ----------------------------------------------------------------------------------------------------------- words and files

FOREIGN = {
    "a path of one machine": r"(?<![\w.])/(work|home|root|Users|opt)/\w|[A-Z]:\\\\",
    "the host of a package registry": r"pypi[.]org|pythonhosted[.]org|registry[.]npmjs|deb[.]debian[.]org|proxy[.]golang",
    "the way of working": r"(?<!\w)shared[/](?!\w+\.(py|html))|\bfacts[ ]page|\b(this|previous|next|last|each|another)[ ]session\b|\bsub-?agent|\bissue[ ]#?\d",
}
"""What a reader of the product has no use for."""


@cache
def texts() -> dict[Path, str]:
    outcome = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    paths = [ROOT / name for name in outcome.stdout.splitlines()] or [
        path for path in ROOT.rglob("*") if ".venv" not in path.parts
    ]
    found = {}
    for path in paths:
        if path.is_file() and path.suffix in {
            ".py",
            ".md",
            ".toml",
            ".txt",
            ".csv",
            ".typ",
            ".html",
            ".css",
            ".yml",
            ".json",
            ".svg",
            "",
        }:
            found[path] = path.read_text(encoding="utf-8", errors="ignore")
    return found


@pytest.mark.parametrize("what", FOREIGN)
def test_the_repository_does_not_mention(what):
    pattern = re.compile(FOREIGN[what])
    faults = []
    for path, text in texts().items():
        if path == Path(__file__):
            continue
        faults += [f"{where(path)}: {hit.group(0)}" for hit in [pattern.search(text)] if hit]
    assert not faults, listed(faults)


def test_no_large_file_slips_in():
    """The shipped places together are a few megabytes; anything larger is loaded by the user."""
    sizes = {
        where(path): path.stat().st_size
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {path: size for path, size in sizes.items() if size > 8_000_000} == {}
    assert sum(sizes.values()) < 30_000_000
