"""Which decisions deliver which action: inserts, or changes of lines that exist."""

from collections.abc import Callable

from tasks.realization import changes, chunks
from tasks.realization.chunks import Turn
from tasks.realization.decisions import Ask, Send, Wait
from tasks.realization.words import Action, Chunk

Step = Send | Ask | Wait | None


def next_step(chunk: Chunk) -> Callable[[Chunk, Turn], Step]:
    """What decides about the chunk's next step."""
    return chunks.next_step if chunk.action == Action.INSERT else changes.next_step
