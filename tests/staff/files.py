"""Configuration files for tests: applied, and built from small parts."""

import textwrap
from pathlib import Path

from sqlalchemy import text as sql

from tasks.connect import Rules
from workers.database import reading
from workers.staff.setup import Applied, apply

EXAMPLE = Path(__file__).with_name("example.yaml")
GUID = "6f07c4dd-0c63-4430-a2af-b9d2b5497697"
OTHER = "0b2f6a34-1111-4222-8333-abcdefabcdef"
TOKEN = f"<token><version>1</version><data>{'0123456789ABCDEF' * 4}</data></token>"
HOST = "https://12345.rest.afas.online/ProfitRestServices"
RULES = Rules(("*.afas.online",), lambda: True)

AFAS = f"""
afas:
  environment: {HOST}
  token: {TOKEN}
"""


def organisation(*parts: str, guid: str = GUID, name: str = "Voorbeeld Catering") -> str:
    """One organisation of a file: `parts` are YAML mappings without indentation."""
    body = "\n".join(textwrap.dedent(part).strip() for part in (f'guid: "{guid}"\nname: {name}', *parts))
    return "  - " + textwrap.indent(body, "    ").lstrip()


def file(home: Path, *organisations: str) -> Path:
    """A file of these organisations."""
    path = home / "setup.yaml"
    path.write_text("organisations:\n" + "\n".join(organisations) + "\n", encoding="utf-8")
    return path


def applied(path: Path, *, dry_run: bool = False) -> Applied:
    """The file applied with AFAS's own rules."""
    return apply(path, RULES, dry_run=dry_run)


def rows(query: str) -> list[tuple[object, ...]]:
    """What the database answers."""
    with reading() as session:
        return [tuple(row) for row in session.execute(sql(query))]


def everything() -> dict[str, list[tuple[object, ...]]]:
    """The whole content of Staff's set-up, sealed secrets as they are."""
    tables = ["organisation", "afas_connection", "turnover_setting", "register", "turnover_group"]
    tables += ["register_turnover_group", "payment_method", "import_setting"]
    return {table: rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables}
