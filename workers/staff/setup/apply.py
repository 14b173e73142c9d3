"""A file put into the database: all of it, or, when anything in it is wrong, nothing."""

from dataclasses import dataclass
from pathlib import Path

from workers.database import transaction
from workers.staff.setup.changes import Changes
from workers.staff.setup.document import Entry, Problems, Spot, compose
from workers.staff.setup.merge import merge
from workers.staff.setup.moving import move
from workers.staff.setup.rules import AfasRules, Rules
from workers.staff.setup.save import lock, save
from workers.staff.setup.schema import FILE
from workers.staff.setup.tree import read


@dataclass(frozen=True)
class Applied:
    """A line for each change, and the ids of all organisations that the file names (empty after a dry run)."""

    changes: tuple[str, ...]
    organisation_ids: tuple[int, ...]


def apply(path: Path, afas: AfasRules, *, dry_run: bool = False) -> Applied:
    """Make the database what the file says; what it does not name stays. The same file again changes nothing.

    Raises SetupErrors with all mistakes of the file, and of what it would make; then nothing was changed.
    """
    problems = Problems(path)
    root = compose(path, problems)
    file = FILE(Spot(root, "organisations", 1, problems)) if root else None
    entries = file.values.get("organisations", []) if isinstance(file, Entry) else []
    changes = Changes()
    with transaction() as session, session.objects.no_autoflush:
        lock(session)
        tree = read(session)
        merge(tree, entries, changes)
        Rules(afas, tree).check()
        move(session, afas, tree, changes)
        problems.raise_any()
        if dry_run:
            session.objects.rollback()
            return Applied(tuple(changes.lines), ())
        save(session, tree)
        return Applied(tuple(changes.lines), tuple(held.row.id for held in tree if held.entry))
