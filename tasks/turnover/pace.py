"""When to try again: growing pauses, and an end."""

import random

SHORTEST = 2.0  #: seconds before the second try
LONGEST = 900.0  #: seconds; the pauses double up to here
MOST_TRIES = 12  #: tries of one run, in about an hour and a half; what fails then fails for good
SHORT = 60.0  #: seconds; a shorter pause is Celery's own retry, a longer one waits in the database


def pause(attempts: int, asked: float | None) -> float | None:
    """Seconds until the next try after `attempts` that failed, None when it is enough.

    What AFAS asked for is waited for whole; a fifth more or less keeps organisations from coming back together.
    """
    if attempts + 1 >= MOST_TRIES:
        return None
    own = min(SHORTEST * 2**attempts, LONGEST) * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, guards nothing
    return float(max(own, asked or 0.0))
