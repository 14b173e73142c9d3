"""The whole set-up as one YAML file: in (apply) and out (export).

document: the file with its lines; readers, schema: its form; tree: the set-up as rows; merge and its siblings: the file
put into the tree; rules: what the outcome must obey; save: the tree into the database.
"""

from workers.staff.setup.apply import Applied, apply
from workers.staff.setup.document import SetupErrors
from workers.staff.setup.export import export
from workers.staff.setup.rules import AfasRules, RuleError

__all__ = ["AfasRules", "Applied", "RuleError", "SetupErrors", "apply", "export"]
