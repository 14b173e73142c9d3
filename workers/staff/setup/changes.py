"""Values of the file put into rows, and each change told in a line."""

import datetime as dt
from typing import Any

from workers.staff.setup.document import Entry, one_line
from workers.staff.setup.readers import HIDDEN
from workers.staff.setup.sealing import Sealing
from workers.staff.setup.tree import Kept
from workers.texts import text


class Changes:
    """The lines that tell what changes. A secret is told as changed, never shown."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, key: str, **values: object) -> None:
        """Tell the text of `key`."""
        self.lines.append(text(key, **values))

    def put(self, kept: Kept[Any], subject: str, name: str, value: object) -> None:
        """Give the row's attribute `name` its value, told unless it has it already or the whole row is new."""
        old = getattr(kept.row, name)
        if old == value:
            return
        if not kept.new:
            self.add("config.changed", subject=subject, field=name, old=shown(old), new=shown(value))
        setattr(kept.row, name, value)

    def update(self, kept: Kept[Any], subject: str, names: tuple[str, ...]) -> None:
        """Give the row what its entry says of `names`; what that does not say stays."""
        values = kept.entry.values if kept.entry else {}
        for name in names:
            if name in values:
                self.put(kept, subject, name, _plain(values[name]))

    def put_secret(self, kept: Kept[Any], subject: str, sealing: Sealing) -> None:
        """Give the row a secret, which is sealed when it is saved."""
        if not kept.new:
            self.add("config.secret_changed", subject=subject, field=sealing.attribute)
        kept.sealings.append(sealing)
        setattr(kept.row, sealing.attribute, HIDDEN)


def shown(value: object) -> str:
    """A value of a row as people write it in the file, on one line."""
    if value is None or value == []:
        return "-"
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(map(shown, value))
    if isinstance(value, dict):
        return ", ".join(f"{name}: {shown(part)}" for name, part in value.items())
    return one_line(value)


def _plain(value: object) -> object:
    return {name: _plain(part) for name, part in value.values.items()} if isinstance(value, Entry) else value
