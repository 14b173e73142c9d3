"""Work on many things, of which one that fails holds up no other."""

from collections.abc import Callable, Iterable
from typing import TypeVar

Thing = TypeVar("Thing")


def each(things: Iterable[Thing], work: Callable[[Thing], object]) -> None:
    """Do `work` with all of `things`, then raise what went wrong, so that the worker's log and Flower show it."""
    errors = []
    for thing in things:
        try:
            work(thing)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others come first
            errors.append(error)
    if errors:
        raise ExceptionGroup("housekeeping", errors)
