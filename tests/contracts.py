"""A contract for import-linter: modules that import the standard library and one another, and nothing else."""

import sys
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class StandardLibraryOnly(Contract):
    """`modules` (packages with all that is in them) import each other and the standard library alone."""

    modules = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - import-linter's form
        """Kept when no module here imports a stranger."""
        ours = {name for package in self.modules for name in (package, *graph.find_descendants(package))}  # type: ignore[attr-defined]
        strangers = [
            (importer, imported)
            for importer in sorted(ours)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if imported not in ours and imported.partition(".")[0] not in sys.stdlib_module_names
        ]
        return ContractCheck(kept=not strangers, metadata={"strangers": strangers})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """A line for each stranger."""
        strangers: list[tuple[Any, Any]] = check.metadata["strangers"]
        for importer, imported in strangers:
            output.print_error(f"{importer} is not allowed to import {imported}", bold=False)
