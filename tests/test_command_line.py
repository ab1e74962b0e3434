"""The command line as people use it: a fresh folder, real processes, a real server on a free port."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from talimger import __version__

PATIENCE = 60.0


def environment(folder: Path, **more: str) -> dict[str, str]:
    """A clean environment: what this test says, and nothing of the developer's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TALIMGER_", "DJANGO_"))}
    return kept | {"TALIMGER_DATA": str(folder), "PYTHONPATH": str(Path(__file__).parent.parent / "src")} | more


def talimger(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "talimger", *words],
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status_of(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@contextlib.contextmanager
def serving(folder: Path, *words: str, **more: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A running server, stopped as Ctrl-C stops it."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "talimger", "serve", "--bind", f"127.0.0.1:{port}", *words],
        env=environment(folder, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    address = f"http://127.0.0.1:{port}"
    give_up = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(OSError):
            status_of(f"{address}/sign-in/")
            break
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < give_up, "the server did not come up"
        time.sleep(0.1)
    try:
        yield address, process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def test_help_and_version_answer_without_an_installation(tmp_path: Path) -> None:
    assert talimger(tmp_path, "--version").stdout.strip() == f"talimger {__version__}"
    help_text = talimger(tmp_path, "--help").stdout
    assert all(word in help_text for word in ("serve", "worker", "demo", "check", "bench"))
    assert talimger(tmp_path, "nonsense").returncode == 2
    assert talimger(tmp_path, "bench", "nothing").returncode == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.thorough
def test_the_benchmark_of_measurement_runs_without_an_installation(tmp_path: Path) -> None:
    ended = talimger(tmp_path, "bench", "measure", "--small", "--json", str(tmp_path / "figures.json"))
    assert "converged True" in ended.stdout, ended.stderr
    figures = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert figures["sizes"][0]["ratings"] == 2760
    assert figures["sizes"][0]["converged"]
    assert 0.8 < figures["small_intakes"]["true top third found by fair scores"] <= 1


def test_an_empty_installation_prints_the_way_to_set_it_up_and_serves_it(tmp_path: Path) -> None:
    with serving(tmp_path) as (address, process):
        assert status_of(f"{address}/sign-in/") == 200
        assert status_of(f"{address}/p/nowhere/") == 200  # the sign-in page
        give_up = time.monotonic() + PATIENCE
        while not json.loads(talimger(tmp_path, "check", "--json").stdout)["checks"]["worker"]["fine"]:
            assert time.monotonic() < give_up, "the worker did not come up"
            time.sleep(0.3)
        report = talimger(tmp_path, "check")
        assert report.returncode == 0, report.stdout
        process.send_signal(signal.SIGINT)
        words = process.communicate(timeout=30)[0]
    assert "/setup/" in words
    setup = next(word for word in words.split() if "/setup/" in word)
    assert setup.startswith(address)
    assert process.returncode == 0


def test_the_demo_is_loaded_once_and_only_as_a_demo(tmp_path: Path) -> None:
    assert talimger(tmp_path, "demo").returncode == 1
    assert talimger(tmp_path, "migrate").returncode == 0
    loaded = talimger(tmp_path, "demo", "--if-empty", TALIMGER_DEMO="1")
    assert loaded.returncode == 0, loaded.stderr
    assert talimger(tmp_path, "demo", "--if-empty", TALIMGER_DEMO="1").returncode == 0
    again = talimger(tmp_path, "demo", TALIMGER_DEMO="1")
    assert again.returncode == 1
    assert "already" in again.stderr
    with serving(tmp_path, "--no-worker", "--no-migrate", TALIMGER_DEMO="1") as (address, process):
        with urllib.request.urlopen(f"{address}/sign-in/", timeout=10) as answer:
            assert b"/demo/enter/" in answer.read()
            assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        taken = talimger(tmp_path, "serve", "--bind", address.removeprefix("http://"), TALIMGER_DEMO="1")
        assert taken.returncode == 1
        assert "taken" in taken.stderr
    assert process.returncode == 0


def test_sample_spreadsheets_are_written_beside_you(tmp_path: Path) -> None:
    assert talimger(tmp_path / "data", "demo", "--samples", str(tmp_path / "here")).returncode == 0
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == ["import-sample.csv", "import-sample.xlsx"]
    assert not (tmp_path / "data").exists()


def test_check_says_what_is_wrong(tmp_path: Path) -> None:
    report = talimger(tmp_path, "check")
    assert report.returncode == 1
    assert "migrations" in report.stdout
    assert "WRONG" in report.stdout


def test_a_command_of_django_is_passed_on(tmp_path: Path) -> None:
    assert "makemigrations" in talimger(tmp_path, "django").stdout


@pytest.mark.wheel
def test_the_wheel_serves_from_an_empty_environment(tmp_path: Path) -> None:
    root = Path(__file__).parent.parent
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "build")], check=True)
    python = tmp_path / "build/bin/python"
    subprocess.run(
        [python, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "-w", tmp_path / "dist", root], check=True
    )
    (wheel,) = (tmp_path / "dist").glob("talimger-*.whl")
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "empty")], check=True)
    pip = [tmp_path / "empty/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "--no-deps", "-r", root / "requirements/run.txt"], check=True)
    subprocess.run([*pip, "--no-deps", wheel], check=True)
    port = free_port()
    surroundings = environment(tmp_path / "data", TALIMGER_DEMO="1")
    del surroundings["PYTHONPATH"]
    command = tmp_path / "empty/bin/talimger"
    for words in (["migrate"], ["demo", "--if-empty"]):
        subprocess.run([command, *words], env=surroundings, cwd=tmp_path, check=True)
    server = subprocess.Popen([command, "serve", "--bind", f"127.0.0.1:{port}"], env=surroundings, cwd=tmp_path)
    try:
        give_up = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(OSError):
                assert status_of(f"http://127.0.0.1:{port}/sign-in/") == 200
                break
            assert time.monotonic() < give_up
            time.sleep(0.2)
        assert status_of(f"http://127.0.0.1:{port}/gallery/") == 200
        checked = subprocess.run([command, "check", "--json"], env=surroundings, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert json.loads(checked.stdout)["checks"]["translations"]["fine"]
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
