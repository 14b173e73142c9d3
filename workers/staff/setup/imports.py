"""The file's `import` of a register, put into its import setting."""

from workers.staff import owners
from workers.staff.models import IMPORT_CLASS, ImportSetting
from workers.staff.setup.changes import Changes
from workers.staff.setup.document import Entry
from workers.staff.setup.readers import unknown
from workers.staff.setup.sealing import Place, asked
from workers.staff.setup.tree import Kept, Organisation, Register

#: AFAS field ids where the file names none.
DEFAULT_FIELDS = {
    "register": "Verbijzonderingscode",
    "date": "Datum",
    "amount": "Bedrag",
    "account": "Grootboekrekening",
    "account_number": "Nr",
}
CREDIT_AND_DEBIT = {"credit", "debit"}  #: both, instead of `amount`


def merge_import(changes: Changes, organisation: Organisation, register: Register, entry: Entry) -> None:
    """Put `entry` into the register's import setting."""
    subject = organisation.subject("import", register.row)
    kept = register.import_
    if kept is None:
        kept = Kept(ImportSetting(import_class=IMPORT_CLASS, uri="", fields={}), new=True)
        register.import_ = kept
        if not register.new:
            changes.add("config.added", subject=subject)
    kept.entry = entry
    changes.update(kept, subject, ("import_class", "uri", "default_turnover_account"))
    if kept.new and kept.row.import_class == IMPORT_CLASS:
        entry.require(("uri",))
    changes.put(kept, subject, "fields", _fields(kept.row, entry))
    place = Place(kept.row, "password", lambda: owners.import_password(organisation.row.guid, register.row.id))
    if sealing := asked(entry, "password", place):
        changes.put_secret(kept, subject, sealing)
    elif "password" in entry.values and entry.values["password"] is None and kept.row.password is not None:
        changes.add("config.removed", subject=subject, field="password")
        kept.row.password = None


def _fields(row: ImportSetting, entry: Entry) -> dict[str, str]:
    """The whole mapping; that of another import class is kept as it is written."""
    given = entry.values.get("fields")
    values: dict[str, str] = given.values if isinstance(given, Entry) else row.fields
    if row.import_class != IMPORT_CLASS:
        return values
    split = bool(values.keys() & CREDIT_AND_DEBIT)
    if isinstance(given, Entry):
        split = bool(given.lines.keys() & CREDIT_AND_DEBIT)
        _check_fields(given)
    return {name: field for name, field in DEFAULT_FIELDS.items() if name != "amount" or not split} | values


def _check_fields(given: Entry) -> None:
    known = [*DEFAULT_FIELDS, *sorted(CREDIT_AND_DEBIT)]
    for name in given.lines.keys() - set(known):
        unknown(given, name, known)
    split = given.lines.keys() & CREDIT_AND_DEBIT
    if split and "amount" in given.lines:
        given.wrong("amount", "config.excludes", other=", ".join(sorted(split)))
    elif len(split) == 1:
        given.wrong(min(split), "config.both", other=min(CREDIT_AND_DEBIT - split))
