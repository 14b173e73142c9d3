"""Progress of long work: a bar on a terminal, plain lines elsewhere, on standard error."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tasks.cli.show import say

Advance = Callable[[int], None]


@contextmanager
def progress(title: str, total: int) -> Iterator[Advance]:
    """Gives a function that is called with how much of `total` is done by now."""
    if sys.stderr.isatty():
        with _bar(title, total) as advance:
            yield advance
        return
    told = [-1]

    def line(done: int) -> None:
        tenth = done * 10 // max(total, 1)
        if tenth > told[0]:
            told[0] = tenth
            say(f"{title}: {done}/{total}")

    yield line


@contextmanager
def _bar(title: str, total: int) -> Iterator[Advance]:
    from rich.console import Console  # noqa: PLC0415 - needed on a terminal only
    from rich.progress import Progress  # noqa: PLC0415 - as above

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.update(task, completed=done)
