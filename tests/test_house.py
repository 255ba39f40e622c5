"""The house around the engine: the command line as a user meets it, plans that survive accidents, benchmarks that tell the truth."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import krekelwijk
from conftest import lacking

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import lines, process  # noqa: E402

RECORD, COMMANDS = "plan.json", ("check", "plan", "compare", "report")
PATIENCE_S = 120


def run(command: list[str], *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A command line run to its end."""
    return subprocess.run(
        [*command, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


@pytest.fixture(scope="session")
def small_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Krekelwijk as a GeoPackage with the layers and columns that a user would bring."""
    return krekelwijk.geopackage(tmp_path_factory.mktemp("place") / "krekelwijk.gpkg")


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# ---------------------------------------------------------------------------------------------------------------- command line


@pytest.mark.parametrize("arguments", [[], *[[name] for name in COMMANDS]], ids=["koppelkans", *COMMANDS])
def test_help_ends_well(koppelkans_command, tmp_path, arguments):
    outcome = run(koppelkans_command, *arguments, "--help", cwd=tmp_path)
    assert outcome.returncode == 0
    assert "--help" in outcome.stdout


def test_a_place_that_does_not_exist_is_one_message(koppelkans_command, tmp_path):
    outcome = run(koppelkans_command, "plan", "wechelderzande2", cwd=tmp_path)
    assert outcome.returncode == 1
    assert "wechelderzande2" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert left_in(tmp_path) == []


def test_a_folder_without_a_plan_is_one_message(koppelkans_command, tmp_path):
    outcome = run(koppelkans_command, "report", tmp_path, cwd=tmp_path)
    assert outcome.returncode == 1
    assert RECORD in outcome.stderr
    assert "Traceback" not in outcome.stderr


OFFLINE = """
import socket, sys
def refuse(*_, **__): raise OSError("the test has no network")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from koppelkans.cli import main
sys.argv = ["koppelkans", *sys.argv[1:]]
main()
"""


@pytest.mark.slow
def test_a_plan_needs_no_network(small_place, tmp_path):
    outcome = run([sys.executable, "-c", OFFLINE], "plan", small_place, "--out", tmp_path / "plan", cwd=tmp_path)
    assert outcome.returncode == 0, outcome.stderr
    assert {RECORD, "report.html", "report.pdf", "plan.gpkg"} <= set(left_in(tmp_path / "plan"))


# ------------------------------------------------------------------------------------------------- accidents while writing

WRITER = """
import sys
from pathlib import Path
from koppelkans.plan import plan_folder, read_plan, save_plan
plan, target = read_plan(sys.argv[1]), Path(sys.argv[2])
print("ready", flush=True)
while True:
    with plan_folder(target) as folder:
        save_plan(plan, folder)
"""
"""Writes the same plan over itself for ever, so that a kill hits any moment of the writing."""


@pytest.fixture(scope="session")
def small_plan(koppelkans_command, small_place, tmp_path_factory) -> Path:
    """A finished plan of Krekelwijk."""
    home = tmp_path_factory.mktemp("plan")
    outcome = run(koppelkans_command, "plan", small_place, "--out", home / "krekelwijk", cwd=home)
    assert outcome.returncode == 0, outcome.stderr
    return home / "krekelwijk"


def is_whole(plan: Path, model: Path) -> bool:
    """Whether a plan folder holds every table of the model, readable."""
    from koppelkans.plan import read_plan

    found, expected = read_plan(plan), read_plan(model)
    return (
        found.run.plan_hash == expected.run.plan_hash
        and set(found.tables) == set(expected.tables)
        and (plan / "plan.gpkg").exists()
    )


@pytest.mark.crash
@pytest.mark.parametrize("moment_s", [0.0, 0.01, 0.03, 0.05, 0.08, 0.12, 0.17, 0.23])
def test_kill_9_leaves_no_half_plan(small_plan, tmp_path, moment_s):
    target = tmp_path / "plan"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(small_plan), str(target)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout.readline() == "ready\n"
    until = time.monotonic() + PATIENCE_S
    while not target.exists() and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(moment_s)
    writer.kill()
    writer.wait()
    # Killed between setting the old plan aside and naming the new one, the plan is back at the next run.
    from koppelkans.plan import plan_folder

    if target.exists():
        assert is_whole(target, small_plan)
    with pytest.raises(RuntimeError, match="changed my mind"), plan_folder(target):
        raise RuntimeError("changed my mind")
    assert left_in(tmp_path) == ["plan"]
    assert is_whole(target, small_plan)


def heeds_ctrl_c() -> None:
    """A shell that starts the tests in the background has them ignore ctrl-c, and so would the run."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def started_and_writing(command: list[str], place: Path, target: Path) -> subprocess.Popen[str]:
    """A run of the command line that has begun to write its plan."""
    child = subprocess.Popen(
        [*command, "plan", str(place), "--out", str(target)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=target.parent,
        preexec_fn=heeds_ctrl_c,  # noqa: PLW1509 - no threads between fork and exec
    )  # fmt: skip
    until = time.monotonic() + PATIENCE_S
    while not any(target.parent.glob(f".{target.name}.partial-*")):
        assert child.poll() is None, child.communicate()[1]
        assert time.monotonic() < until, "the run never began to write"
        time.sleep(0.002)
    return child


@pytest.mark.crash
def test_kill_9_of_the_command_line_leaves_no_plan_and_the_next_run_clears_up(
    koppelkans_command, small_place, tmp_path
):
    target = tmp_path / "plan"
    child = started_and_writing(koppelkans_command, small_place, target)
    child.kill()
    child.communicate()
    assert not target.exists()
    outcome = run(koppelkans_command, "plan", small_place, "--out", target, cwd=tmp_path)
    assert outcome.returncode == 0, outcome.stderr
    assert left_in(tmp_path) == ["plan"]


@pytest.mark.crash
def test_ctrl_c_leaves_the_previous_plan_and_nothing_else(koppelkans_command, small_place, small_plan, tmp_path):
    target = tmp_path / "plan"
    shutil.copytree(small_plan, target)
    child = started_and_writing(koppelkans_command, small_place, target)
    child.send_signal(signal.SIGINT)
    _, complaint = child.communicate(timeout=PATIENCE_S)
    assert child.returncode not in (0, -signal.SIGINT)
    assert "Traceback" not in complaint
    assert left_in(tmp_path) == ["plan"]
    assert is_whole(target, small_plan)


# ------------------------------------------------------------------------------------------ folders that cannot be written


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own: 128 kB, for which one must be root."""
    if os.geteuid() != 0:
        pytest.skip("a small disk can only be mounted as root")
    disk = tmp_path / "disk"
    disk.mkdir()
    outcome = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(disk)], capture_output=True, text=True, check=False
    )
    if outcome.returncode:
        lacking("permission to mount a small disk", outcome.stderr.strip())
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def said_once(outcome: subprocess.CompletedProcess[str], target: Path) -> None:
    """One clear message, exit code 1, nothing half written."""
    assert outcome.returncode == 1
    assert outcome.stderr.count("koppelkans:") == 1
    assert target.name in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert not target.exists()


@pytest.mark.crash
def test_a_full_disk_is_one_message(koppelkans_command, small_place, mounted, tmp_path):
    target = mounted / "plan"
    outcome = run(koppelkans_command, "plan", small_place, "--out", target, cwd=tmp_path)
    said_once(outcome, target)
    assert left_in(mounted) == []


@pytest.mark.crash
def test_a_read_only_disk_is_one_message(koppelkans_command, small_place, mounted, tmp_path):
    subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
    target = mounted / "plan"
    outcome = run(koppelkans_command, "plan", small_place, "--out", target, cwd=tmp_path)
    said_once(outcome, target)
    assert left_in(mounted) == []


@pytest.mark.crash
def test_a_read_only_folder_is_one_message(koppelkans_command, small_place, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may write in any folder; the read-only disk stands for it")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    outcome = run(koppelkans_command, "plan", small_place, "--out", closed / "plan", cwd=tmp_path)
    said_once(outcome, closed / "plan")


def test_a_folder_that_holds_something_else_is_left_as_it_is(koppelkans_command, tmp_path):
    from koppelkans.errors import KoppelkansError
    from koppelkans.plan import plan_folder

    target = tmp_path / "holiday"
    target.mkdir()
    (target / "photo.txt").write_text("sea", encoding="utf-8")
    with pytest.raises(KoppelkansError, match="something other than a plan"), plan_folder(target):
        pass
    assert (target / "photo.txt").read_text(encoding="utf-8") == "sea"
    assert left_in(tmp_path) == ["holiday"]


# ------------------------------------------------------------------------------------------------------------------ benchmarks


def test_figures_are_written_as_soon_as_they_are_known(tmp_path):
    path = tmp_path / "figures.json"
    figures = lines.Figures(path)
    assert json.loads(path.read_text(encoding="utf-8")) == {}
    figures.record(one_s=1.25)
    figures.record(two_gb=0.5)
    assert json.loads(path.read_text(encoding="utf-8")) == {"one_s": 1.25, "two_gb": 0.5}
    with pytest.raises(ValueError, match="three_s"):
        figures.record(three_s=float("nan"))
    assert left_in(tmp_path) == ["figures.json"]


def test_peak_memory_counts_the_children(tmp_path):
    child = "import time; held = bytearray(150_000_000); held[::4096] = b'x' * len(held[::4096]); time.sleep(0.5)"
    parent = f"import subprocess, sys; held = bytearray(b'y') * 150_000_000; subprocess.run([sys.executable, '-c', {child!r}])"
    found = process.measured([sys.executable, "-c", parent], cwd=tmp_path)
    assert found.code == 0
    assert 0.30 < found.peak_gb < 0.40
    assert 0.5 < found.seconds < 30


def test_a_failing_process_is_reported_with_its_complaint(tmp_path):
    found = process.measured([sys.executable, "-c", "import sys; sys.exit('no such place')"], cwd=tmp_path)
    assert found.code == 1
    assert found.complaint.strip() == "no such place"
