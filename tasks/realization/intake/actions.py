"""What each action asks of AFAS: which field says it, and what a line of a file may mean by its fields alone."""

from collections.abc import Mapping

from tasks.realization.intake.values import boolean, is_empty

INSERT, UPDATE, DELETE = "insert", "update", "delete"
#: The changes that one field says: its name, and what it is then.
FLAGS: Mapping[str, tuple[str, bool]] = {
    "approve": ("Ap", True),
    "unapprove": ("Ap", False),
    "ready": ("Pr", True),
    "reject": ("DiAp", True),
}
ACTIONS = (INSERT, UPDATE, DELETE, *FLAGS)
REASON = "DiRe"  #: the field that says why a line is rejected
NAMING = frozenset({"Id", "XpRe", "DaTi"})  #: the fields that say which line is meant


def meant(fields: Mapping[str, object]) -> str:
    """The action that an update is by its fields: one that names the line and sets one flag is that flag's."""
    said = fields.keys() - NAMING
    for action, (flag, value) in FLAGS.items():
        allowed = {flag, REASON} if action == "reject" else {flag}
        if flag in said and said <= allowed and boolean(fields[flag]) is value:
            return action
    return UPDATE


def contradiction(action: str, fields: Mapping[str, object]) -> str | None:
    """The field by which a line says another thing than its action does; None when it says the same or nothing."""
    if action not in FLAGS:
        return None
    flag, value = FLAGS[action]
    given = fields.get(flag)
    return None if is_empty(given) or boolean(given) is value else flag


def addition(action: str, fields: Mapping[str, object]) -> dict[str, bool]:
    """The field that `action` sets where the line does not say it itself: all that a change ever adds."""
    if action not in FLAGS:
        return {}
    flag, value = FLAGS[action]
    return {flag: value} if is_empty(fields.get(flag)) else {}
