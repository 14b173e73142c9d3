"""A real worker on the realization queue, and all that it shows of its messages."""

import base64
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import redis
from celery import Celery

from tests.e2e.processes import ROOT, environment, until


@dataclass
class Scene:
    """A worker on the realization queue, its log, a plain client, and every event that Flower would see."""

    process: "subprocess.Popen[bytes]"
    log: Path
    client: Celery
    url: str
    events: list[dict[str, Any]] = field(default_factory=list)

    def submit(self, **message: Any) -> Any:
        """The result of a submit, or its error."""
        sent = self.client.send_task("realization.submit", kwargs=message, queue="realization")
        return sent.get(timeout=30)

    def raw(self, body: bytes, queue: str = "realization", **headers: Any) -> None:
        """A message of a client that is not Celery."""
        told = {"lang": "py", "task": "realization.submit", "id": "raw-1", "root_id": "raw-1", **headers}
        self.push(body, told, queue)

    def push(
        self,
        body: bytes,
        headers: dict[str, Any],
        queue: str = "realization",
        content_type: str = "application/json",
        routing_key: str | None = None,
    ) -> None:
        """The same with these headers alone; its sender may name another `routing_key` than the queue."""
        properties = {
            "correlation_id": "raw-1",
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": routing_key or queue},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": "raw-1",
        }
        envelope = {
            "body": base64.b64encode(body).decode(),
            "content-encoding": "utf-8",
            "content-type": content_type,
            "headers": headers,
            "properties": properties,
        }
        with redis.Redis.from_url(self.url) as broker:
            broker.lpush(queue, json.dumps(envelope))

    def shown(self) -> str:
        """What the worker's log, its events and `inspect` show."""
        inspected = self.client.control.inspect(timeout=2)
        return f"{self.log.read_text()}{self.events}{inspected.active()}{inspected.reserved()}"

    def results(self) -> str:
        """All that the result store holds."""
        with redis.Redis.from_url(self.url) as store:
            return str([store.get(key) for key in store.scan_iter("celery-task-meta-*")])


@contextmanager
def worker(home: Path, broker: str, queues: str = "realization,turnover") -> Iterator[Scene]:
    """A worker of one process on these queues, ready, until the end."""
    env = environment(home, ALLOWED_HOSTS="127.0.0.1", BROKER_URL=broker, RESULT_BACKEND=broker)
    log = home / "worker.log"
    flags = ["-Q", queues, "-c", "1", "-E", "--loglevel", "DEBUG", "--without-gossip", "--without-mingle"]
    with log.open("wb") as told:
        command = [sys.executable, "-m", "celery", "-A", "workers", "worker", *flags]
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=told, stderr=told, start_new_session=True)
    client = Celery(broker=broker, backend=broker)
    made = Scene(process, log, client, broker)
    watching = threading.Event()
    watcher = threading.Thread(target=_watch, args=(made, watching), daemon=True)
    watcher.start()
    try:
        until(lambda: b" ready." in log.read_bytes() or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        watching.wait(10)
        yield made
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        watching.clear()
        watcher.join(10)
        client.close()


def _watch(scene: Scene, watching: threading.Event) -> None:
    with scene.client.connection_for_read() as connection:
        receiver = scene.client.events.Receiver(connection, handlers={"*": scene.events.append})
        watching.set()
        while watching.is_set():
            with suppress(TimeoutError):
                receiver.capture(limit=None, timeout=1, wakeup=False)
