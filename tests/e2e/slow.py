"""Our app with one more task, slow on purpose. For workers that tests start with `-A tests.e2e.slow`."""

import time
from pathlib import Path

from workers.celery import app


@app.task(name="tests.slow", ignore_result=True)
def slow(notes: str, name: str, seconds: float) -> None:
    """Note the start and the end of `seconds` of work, in a file, a line each."""
    for word, pause in (("began", seconds), ("ended", 0)):
        with Path(notes).open("a", encoding="utf-8") as file:
            file.write(f"{name} {word}\n")
        time.sleep(pause)
