"""Small builders for the tests of the turnover import: a shop with registers in a real database, and AFAS's rows."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy import text as sql

from tasks.turnover import closing, import_, orders
from tasks.turnover.facts import RunFacts
from tasks.turnover.import_ import Hands
from tasks.turnover.orders import Window
from tests.simulator import Connector, Simulator
from tests.simulator.examples import CONNECTOR, FIELDS
from workers.database import reading, table_of, transaction
from workers.ledger.days import Parcel
from workers.ledger.models import RegisterDay, SourceRead
from workers.ledger.runs import Run
from workers.secrets import Secret, seal
from workers.staff import owners
from workers.staff.models import (
    IMPORT_CLASS,
    AfasConnection,
    ImportSetting,
    Organisation,
    PaymentMethod,
    Register,
    Turnover,
    TurnoverPayment,
    TurnoverSetting,
)

GUID = "6f07c4dd-0c63-4430-a2af-b9d2b5497697"
OTHER = "0b2f6a34-1111-4222-8333-abcdefabcdef"
MONDAY = dt.date(2026, 3, 2)
WEEK = Window(MONDAY, MONDAY + dt.timedelta(days=6))
MAPPING = {
    "register": "Verbijzonderingscode",
    "date": "Datum",
    "amount": "Bedrag",
    "account": "Grootboekrekening",
    "account_number": "Nr",
}
COUPLING = "Koppelingsinformatie niet gevonden of standaard omzetgrootboekrekening niet gevonden."
Row = dict[str, object]
Sums = dict[tuple[str, dt.date], dict[str, Decimal]]


def of(*values: Any) -> tuple[Any, ...]:
    """Values to be compared with others of another type, as amounts with whole numbers."""
    return values


def day(number: int) -> dt.date:
    """The day so many days after Monday."""
    return MONDAY + dt.timedelta(days=number)


def row(code: object, on: object, amount: object, account: object = "1000") -> Row:
    """One booking as AFAS has it; an amount as text stays the text that it is."""
    return {"Verbijzonderingscode": code, "Datum": on, "Bedrag": amount, "Grootboekrekening": "-", "Nr": account}


def sale(code: str, number: int, euros: str, account: str | None = "1000") -> Row:
    """A booking on the day so many days after Monday."""
    return row(code, day(number), Decimal(euros), account)


def connector(rows: Iterable[Mapping[str, object]] = (), name: str = CONNECTOR) -> Connector:
    """The example connector with these rows."""
    return Connector(name, FIELDS, rows)


def summed(rows: Iterable[Mapping[str, Any]], default: str = "8000") -> Sums:
    """The same sums by other means: plain addition, row by row, of the rows that the simulator was given."""
    found: Sums = defaultdict(lambda: defaultdict(Decimal))
    for one in rows:
        cents = Decimal(one["Bedrag"]).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        found[str(one["Verbijzonderingscode"]).strip(), one["Datum"]][str(one["Nr"] or default).strip()] += cents
    return {key: dict(parts) for key, parts in found.items()}


@dataclass
class Recorder:
    """What was handed on: mails, and the runs that were to follow."""

    mails: list[int] = field(default_factory=list)
    started: list[Run] = field(default_factory=list)

    def hands(self) -> Hands:
        """Hands that write at once."""
        return Hands(write=self._write, mail=self.mails.append, start=self.started.append)

    def keeping(self, kept: list[Parcel]) -> Hands:
        """Hands that write nothing, but keep what was to be written."""
        return Hands(write=lambda _, parcels: kept.extend(parcels), mail=self.mails.append, start=self.started.append)

    def _write(self, run_id: int, parcels: Iterable[Parcel]) -> None:
        for parcel in parcels:
            import_.write_register(run_id, parcel.register, parcel.dates, self.hands())


@dataclass
class Shop:
    """An organisation with a connection to a simulator. What it is asked to make it makes at once."""

    afas: Simulator
    id: int = 0
    recorder: Recorder = field(default_factory=Recorder)

    def organisation(self, guid: str = GUID, *, same_as: int | None = None, **turnover: Any) -> int:
        """An organisation with turnover settings; its connection is its own, or that of `same_as`."""
        own = {"environment": self.afas.url, "token": seal(Secret(self.afas.token), owners.token(guid))}
        settings: dict[str, Any] = {"active": True, "daily_at": dt.time(5), "days_back": 40, "sign": 1}
        settings |= {"turnover_group": "OA", "other_turnover_groups": ["AO"], "default_turnover_account": "8000"}
        with transaction() as session:
            made = Organisation(guid=guid, name=f"Organisatie {guid[:4]}")
            session.objects.add(made)
            session.objects.flush()
            connection = {"organisation_id": made.id, "same_as_id": same_as, "mail_to": ["beheer@voorbeeld.nl"]}
            session.objects.add(AfasConnection(**connection, **(own if same_as is None else {})))
            session.objects.add(TurnoverSetting(organisation_id=made.id, **(settings | turnover)))
        self.id = self.id or made.id
        return made.id

    def register(self, code: str | None, organisation: int = 0, **link: Any) -> int:
        """A register with the default import setting; `link` overrules its columns, `linked=False`: none at all."""
        with transaction() as session:
            made = Register(organisation_id=organisation or self.id, external_id=code, name=f"Kassa {code}")
            session.objects.add(made)
            session.objects.flush()
            setting: dict[str, Any] = {"import_class": IMPORT_CLASS, "uri": self.uri(), "fields": MAPPING} | link
            if setting.pop("linked", True):
                session.objects.add(ImportSetting(register_id=made.id, **setting))
        return made.id

    def uri(self, name: str = CONNECTOR) -> str:
        """The address of a connector as people paste it."""
        return f"{self.afas.url}/connectors/{name}?skip=-1&take=-1"

    def method(self, code: str, organisation: int = 0) -> int:
        """A payment method."""
        with transaction() as session:
            made = PaymentMethod(organisation_id=organisation or self.id, external_id=code, name=f"Methode {code}")
            session.objects.add(made)
        return made.id

    def serves(self, *rows: Mapping[str, object], name: str = CONNECTOR) -> None:
        """AFAS has these bookings from now on."""
        if name in self.afas.connectors:
            self.afas.connectors[name].replace(rows)
        else:
            self.afas.connectors[name] = connector(rows, name)

    def order(self, window: Window = WEEK, registers: Sequence[str] | None = None) -> int:
        """A run by hand, not begun."""
        return orders.make(self.id, window, registers)

    def imports(self, window: Window = WEEK, registers: Sequence[str] | None = None) -> RunFacts:
        """A run by hand, done as far as it goes."""
        return self.works(self.order(window, registers))

    def works(self, run: int, seen: Callable[[dt.date], None] = lambda _: None) -> RunFacts:
        """What can be done of a run now is done; `seen` is called after each slice."""
        import_.work(run, replace(self.recorder.hands(), seen=seen))
        return closing.summary(run)

    def goes_on(self, run: int) -> RunFacts:
        """The run whose pause is over is worked on again."""
        execute(f"UPDATE turnover_run SET due_at = NULL WHERE id = {run}")
        return self.works(run)

    def unpause(self, until: str) -> None:
        """The organisation's pause ends at this moment."""
        execute(f"UPDATE afas_connection SET paused_until = '{until} 00:00:00.000000'")


def held() -> Sums:
    """What Staff holds: payments per account number of each register and date, as its tables say."""
    found: Sums = {}
    with reading() as session:
        days = select(Register.external_id, Turnover.date, Turnover.amount).join(Register)
        for code, on, amount in session.execute(days):
            found[str(code), on] = {}
            parts = (
                select(PaymentMethod.external_id, TurnoverPayment.amount)
                .join(PaymentMethod, PaymentMethod.id == TurnoverPayment.payment_method_id)
                .join(Register, Register.id == TurnoverPayment.register_id)
                .where(Register.external_id == code, TurnoverPayment.date == on)
            )
            found[str(code), on] = {str(account): part for account, part in session.execute(parts)}
            assert amount == sum(found[str(code), on].values()), "payments add up to the turnover"
    return found


def states(run: int) -> dict[tuple[str, dt.date], str]:
    """{(register code, date): state} of a run."""
    with reading() as session:
        columns = (RegisterDay.register_external_id, RegisterDay.date, RegisterDay.state)
        rows = session.execute(select(*columns).where(RegisterDay.run_id == run))
        return {(code, on): str(state) for code, on, state in rows}


def messages(run: int) -> list[str]:
    """What the ledger says of the register-days of a run that went wrong."""
    with reading() as session:
        found = select(RegisterDay.message).where(RegisterDay.run_id == run, RegisterDay.message.is_not(None))
        return list(session.scalars(found.order_by(RegisterDay.register_external_id, RegisterDay.date)))


def source_states(run: int) -> dict[str, str]:
    """{connector: state} of a run's sources."""
    with reading() as session:
        rows = session.execute(select(SourceRead.source, SourceRead.state).where(SourceRead.run_id == run))
        return {source.rpartition("/")[2]: str(state) for source, state in rows}


def execute(statement: str) -> None:
    """Somebody changes the database behind our back."""
    with transaction() as session:
        session.execute(sql(statement))


def rows_of(query: str) -> list[tuple[Any, ...]]:
    """What the database answers."""
    with reading() as session:
        return [tuple(found) for found in session.execute(sql(query))]


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """The content of every table."""
    names = sorted(Turnover.metadata.tables)
    return {name: sorted(rows_of(f"SELECT * FROM {name}"), key=repr) for name in names}


def put(register: int, on: dt.date, group: int, amount: str) -> None:
    """A register-day that somebody else wrote, without payments."""
    values = {"register_id": register, "date": on, "turnover_group_id": group, "amount": Decimal(amount)}
    with transaction() as session:
        session.execute(insert(table_of(Turnover)).values(**values))
