"""What an organisation's registers name to be read: the sources of its import, and the plan for each."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from tasks import connect
from tasks.turnover.convert import Plan, Target
from workers.afas.address import import_address
from workers.afas.auth import TokenStore
from workers.afas.calls import Call
from workers.afas.client import Client
from workers.database import reading
from workers.secrets import Secret
from workers.settings import current
from workers.staff import groups, lookup
from workers.staff.lookup import Connection, ImportFacts

USUAL_FIELDS = {"register": "Verbijzonderingscode", "date": "Datum", "amount": "Bedrag", "account_number": "Nr"}
MONEY_FIELDS = {*USUAL_FIELDS, "credit", "debit"}  #: the fields that decide about amounts


@dataclass(frozen=True, eq=False)
class Source:
    """One connector, read with one credential and one mapping; `password` null: the connection's own credential.

    `label` is its name in the ledger, the same from run to run; `accounts`: the fields with the text of an account.
    """

    label: str
    base: str
    connector: str
    password: Secret | None
    fields: Mapping[str, str]
    accounts: tuple[str, ...]
    codes: list[str]
    register_ids: list[int]
    plan: Plan


def sources(connection: Connection, only: Sequence[str] | None) -> list[Source]:
    """The sources of a connection group, in order of their first register. `only`: register codes to be imported.

    Raises AddressError for an import URI that is none.
    """
    facts, known = _group(connection.organisation_id)
    with reading() as session:
        sign = lookup.sign(session, connection.organisation_id)
    by_source: dict[tuple[object, ...], list[ImportFacts]] = defaultdict(list)
    address = cache(import_address)  # most registers name the same one
    for fact in facts:
        if fact.uri and fact.fields:
            fields = frozenset(item for item in fact.fields.items() if item[0] in MONEY_FIELDS)
            by_source[(*address(fact.uri), fact.password, fields)].append(fact)
    found = []
    for (base, connector, *_), members in by_source.items():
        label = f"{base}/connectors/{connector}{_apart(members[0])}"
        ours = {fact.code for fact in members}
        plan = Plan(
            {code: replace(target, ours=code in ours) for code, target in known.items()},
            sign,
            frozenset(only) if only is not None else None,
        )
        found.append(_source(label, str(base), str(connector), members, plan))
    return found


def _apart(first: ImportFacts) -> str:
    """What keeps sources of one address apart, whatever else is set up: a token or fields of their own."""
    own_token = f"#{first.register_id}" if first.password is not None else ""
    named = {name: field for name, field in (first.fields or {}).items() if name in MONEY_FIELDS}
    other_fields = "" if named.items() <= USUAL_FIELDS.items() else f"#{'/'.join(sorted(named.values()))}"
    return own_token + other_fields


def _source(label: str, base: str, connector: str, members: list[ImportFacts], plan: Plan) -> Source:
    mapped = [fact.fields or {} for fact in members]
    return Source(
        label=label,
        base=base,
        connector=connector,
        password=members[0].password,
        fields={name: field for name, field in mapped[0].items() if name in MONEY_FIELDS},
        accounts=tuple(dict.fromkeys(fields["account"] for fields in mapped if "account" in fields)),
        codes=[fact.code for fact in members],
        register_ids=[fact.register_id for fact in members],
        plan=plan,
    )


def targets(organisation_id: int) -> dict[str, Target]:
    """Every register of the connection group by code, whichever source it names."""
    return _group(organisation_id)[1]


def _group(organisation_id: int) -> tuple[list[ImportFacts], dict[str, Target]]:
    with reading() as session:
        facts = lookup.imports(session, organisation_id)
        methods = lookup.payment_methods(session, {fact.organisation_id for fact in facts})
        group_of = groups.of_registers(session, {fact.register_id for fact in facts})
    found = {}
    for fact in facts:
        accounts = methods[fact.organisation_id]
        found[fact.code] = Target(
            register_id=fact.register_id,
            sign=fact.sign,
            linked=fact.linked,
            ours=True,
            default_account=fact.default_account,
            methods=accounts,
            group_id=group_of.get(fact.register_id),
        )
    return facts, found


def client(connection: Connection, source: Source, tokens: TokenStore, log: Callable[[Call], None]) -> Client:
    """A client for the source. Raises AddressError, Never (token)."""
    return connect.client(source.base, connect.credential(connection, source.password, tokens), current(), log)
