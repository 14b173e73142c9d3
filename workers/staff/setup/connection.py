"""The file's `afas` of an organisation, put into its connection."""

from functools import partial

from workers.staff import owners
from workers.staff.models import AfasConnection
from workers.staff.setup.changes import Changes
from workers.staff.setup.document import Entry
from workers.staff.setup.sealing import Place, asked
from workers.staff.setup.tree import Connection, Organisation

OWN = ("environment", "token", "oauth")  #: what a connection of its own has, and `same_as` excludes


def merge_connection(changes: Changes, organisation: Organisation, entry: Entry) -> None:
    """Put `entry` into the organisation's connection; a new one must be its own or another organisation's."""
    kept = organisation.connection
    if kept is None:
        kept = Connection(AfasConnection(mail_to=[], delete_style="id"), new=True)
        organisation.connection = kept
        if not organisation.new:
            changes.add("config.added", subject=organisation.subject("afas"))
    kept.entry = entry
    if "same_as" in entry.lines:
        for name in entry.lines.keys() & set(OWN):
            entry.wrong(name, "config.excludes", other="same_as")
        _share(changes, organisation, kept, entry.values.get("same_as"))
    elif kept.new or entry.lines.keys() & set(OWN):
        _own(changes, organisation, kept, entry)
    changes.update(kept, organisation.subject("afas"), ("mail_to", "read_back", "delete_style"))


def _share(changes: Changes, organisation: Organisation, kept: Connection, guid: str | None) -> None:
    if guid is None or guid == organisation.same_as:
        return
    if not kept.new:
        old = organisation.same_as or kept.row.environment
        changes.add("config.changed", subject=organisation.subject("afas"), field="same_as", old=old, new=guid)
    organisation.same_as = guid
    kept.row.environment = kept.row.token = kept.row.client_id = kept.row.client_secret = None
    kept.forget_access_token = True


def _own(changes: Changes, organisation: Organisation, kept: Connection, entry: Entry) -> None:
    subject = organisation.subject("afas")
    if kept.new or organisation.same_as:
        entry.require(("environment",))
        if not entry.lines.keys() & {"token", "oauth"}:
            entry.wrong("token", "config.credential")
    if "token" in entry.lines and "oauth" in entry.lines:
        entry.wrong("oauth", "config.excludes", other="token")
    if organisation.same_as:
        changes.add("config.changed", subject=subject, field="same_as", old=organisation.same_as, new="-")
        organisation.same_as = None
    before = (kept.row.environment, kept.row.token, kept.row.client_id, kept.row.client_secret)
    changes.update(kept, subject, ("environment",))
    _token(changes, organisation, kept, entry)
    if isinstance(oauth := entry.values.get("oauth"), Entry):
        _oauth(changes, organisation, kept, oauth)
    if before != (kept.row.environment, kept.row.token, kept.row.client_id, kept.row.client_secret):
        kept.forget_access_token = True


def _token(changes: Changes, organisation: Organisation, kept: Connection, entry: Entry) -> None:
    subject, owner = organisation.subject("afas"), partial(owners.token, organisation.row.guid)
    if sealing := asked(entry, "token", Place(kept.row, "token", owner)):
        if kept.row.client_id is not None:
            changes.add("config.removed", subject=subject, field="oauth")
            kept.row.client_id = kept.row.client_secret = None
        changes.put_secret(kept, subject, sealing)


def _oauth(changes: Changes, organisation: Organisation, kept: Connection, oauth: Entry) -> None:
    subject, owner = organisation.subject("afas"), partial(owners.client_secret, organisation.row.guid)
    if "client_id" in oauth.values:
        changes.put(kept, subject, "client_id", oauth.values["client_id"])
    if sealing := asked(oauth, "client_secret", Place(kept.row, "client_secret", owner)):
        if kept.row.token is not None:
            changes.add("config.removed", subject=subject, field="token")
            kept.row.token = None
        changes.put_secret(kept, subject, sealing)
