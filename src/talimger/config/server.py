"""``talimger serve``: the web server in this process, the worker beside it, and what both need before they start."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import io
import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connections
from gunicorn.app.base import BaseApplication

from talimger import __version__

logger = logging.getLogger(__name__)
STOPS_WITHIN = 20.0
RESTARTS_AFTER = (1.0, 5.0, 30.0)


def migrate() -> None:
    """Bring the tables to this version."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def collect_static_files() -> bool:
    """Put the style sheets, scripts and fonts where the server reads them, if any has changed. Whether it did."""
    stamp: Path = settings.DATA_DIR / "static.stamp"
    found = _static_stamp()
    if settings.STATIC_ROOT.is_dir() and stamp.is_file() and stamp.read_text(encoding="ascii") == found:
        return False
    with contextlib.redirect_stdout(io.StringIO()):
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(found, encoding="ascii")
    return True


def _static_stamp() -> str:
    digest = hashlib.sha256(__version__.encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = os.stat(storage.path(name))
            digest.update(f"{name} {status.st_mtime_ns} {status.st_size}\n".encode())
    return digest.hexdigest()


def address_is_free(bind: str) -> bool:
    """Whether a server could listen there. Addresses of another kind than ``host:port`` are left to the server."""
    host, separator, port = bind.rpartition(":")
    if not separator or not port.isdigit():
        return True
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), int(port)))
        except OSError:
            return False
    return True


class WorkerProcess:
    """The worker as a child of the web server: started again if it dies, stopped with the server."""

    def __init__(self, command: list[str] | None = None) -> None:
        # The child watches its parent, so that it does not outlive a server that was killed.
        self.command = command or [sys.executable, "-m", "talimger", "worker", "--parent", str(os.getpid())]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep_alive, name="keeps the worker alive", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _keep_alive(self) -> None:
        deaths = 0
        while not self._stopping.is_set():
            process = subprocess.Popen(self.command)  # noqa: S603  # our own command line
            while process.poll() is None and not self._stopping.wait(0.5):
                pass
            if process.poll() is None:
                self._end(process)
            elif not self._stopping.is_set():
                wait = RESTARTS_AFTER[min(deaths, len(RESTARTS_AFTER) - 1)]
                logger.error("the worker has ended; it starts again in %g s", wait)
                self._stopping.wait(wait)
                deaths += 1

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        try:
            process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class WebServer(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn with synchronous workers that share the loaded application."""

    def __init__(self, *, bind: str, workers: int, worker: WorkerProcess | None, ready: Callable[[], None]) -> None:
        self._bind, self._workers, self._worker, self._ready = bind, workers, worker, ready
        super().__init__()

    def load_config(self) -> None:
        wanted: dict[str, Any] = {
            "bind": self._bind,
            "workers": self._workers,
            "preload_app": True,
            "proc_name": "talimger",
            "loglevel": "warning",
            "timeout": 60,
            "graceful_timeout": int(STOPS_WITHIN / 2),
            # A heartbeat file on a disk can stall a server that is busy writing.
            "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,  # noqa: S108  # gunicorn makes its own file there
            "control_socket_disable": True,
            "when_ready": self._when_ready,
            "on_exit": self._on_exit,
        }
        for name, value in wanted.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from talimger.config.wsgi import application  # the application is made when the server loads it, not before

        # Forked processes share memory only as long as nobody writes to it; connections are never shared.
        connections.close_all()
        gc.collect()
        gc.freeze()
        return application

    def _when_ready(self, server: Any) -> None:
        if self._worker is not None:
            self._worker.start()
        self._ready()

    def _on_exit(self, server: Any) -> None:
        if self._worker is not None:
            self._worker.stop()


def serve(*, bind: str, workers: int, with_worker: bool, with_migrations: bool, ready: Callable[[], None]) -> None:
    """Prepare the installation and serve it until told to stop; ``ready`` is called when pages can be opened."""
    settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    if with_migrations:
        migrate()
    collect_static_files()
    WebServer(bind=bind, workers=workers, worker=WorkerProcess() if with_worker else None, ready=ready).run()
