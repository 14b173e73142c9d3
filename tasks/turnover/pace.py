"""When to try again: growing pauses, and an end."""

import random
from collections.abc import Collection

SHORTEST = 2.0  #: seconds before the second try
LONGEST = 900.0  #: seconds; the pauses double up to here
MOST_TRIES = 12  #: tries of one run, in about an hour and a half; what fails then fails for good
MOST_REFUSALS = 4  #: tries when AFAS refuses the address it sees: that comes and goes under load, or stays
SHORT = 60.0  #: seconds; a shorter pause is Celery's own retry, a longer one waits in the database


def pause(attempts: int, asked: float, kinds: Collection[str]) -> float | None:
    """Seconds until the next try after `attempts` that failed before this one, None when it is enough.

    What AFAS asked for is waited for whole; a fifth more or less keeps organisations from coming back together.
    """
    if attempts + 1 >= (MOST_REFUSALS if set(kinds) == {"forbidden"} else MOST_TRIES):
        return None
    own = min(SHORTEST * 2**attempts, LONGEST) * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, guards nothing
    return float(max(own, asked))
