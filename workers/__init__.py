"""The hands and tools: everything that touches the world outside this process."""

import atexit
import gc

# Nothing of what a process has loaded is garbage: to look for some once more as it ends takes a third of a second.
atexit.register(gc.freeze)
