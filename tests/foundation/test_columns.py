"""Money, moments and the clock: the same on both databases, and exact."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, delete, event, func, insert, select
from sqlalchemy.exc import StatementError

from workers.columns import AMOUNT_LIMIT, AmountError, Json, Moment, Money, among, exact, now
from workers.database import engine, reading, transaction
from workers.rows import ROWS_A_STATEMENT, insert_many, update_many

NOTE = Table(
    "note",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("amount", Money),
    Column("at", Moment),
    Column("content", Json),
)
LARGEST = AMOUNT_LIMIT - Decimal("0.0001")
EUROS = st.decimals(-LARGEST, LARGEST, places=4, allow_nan=False)
FEW_EUROS = st.decimals(-(10**12), 10**12, places=4, allow_nan=False)
ZONES = st.sampled_from([ZoneInfo("Europe/Amsterdam"), ZoneInfo("UTC"), ZoneInfo("America/New_York")])
MOMENTS = st.datetimes(dt.datetime(2, 1, 1), dt.datetime(9998, 1, 1), timezones=ZONES)  # noqa: DTZ001 - bounds
JSON = st.recursive(
    st.text(st.characters(exclude_categories=["Cs"])) | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=8,
)
law = examples(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40, deadline=None
)


@pytest.fixture
def notes(database: str) -> Iterator[str]:
    NOTE.create(engine())
    yield database
    NOTE.drop(engine())


def _kept(rows: list[tuple[object, ...]], *columns: str) -> list[tuple[object, ...]]:
    """What comes back of rows, in their order: a third inserted by statement, one in bulk, and one updated in bulk."""
    numbered = [(number, *row) for number, row in enumerate(rows)]
    named = [dict(zip(("id", *columns), row, strict=True)) for row in numbered]
    third = -(-len(rows) // 3)
    with transaction() as session:
        session.execute(NOTE.delete())
        for row in named[:third]:
            session.execute(insert(NOTE).values(row))
        insert_many(session, NOTE, ("id", *columns), numbered[third : 2 * third])
        insert_many(session, NOTE, ("id",), ([row["id"]] for row in named[2 * third :]))
        update_many(session, NOTE, named[2 * third :])
    with reading() as session:
        return [tuple(row) for row in session.execute(select(*(NOTE.c[name] for name in columns)).order_by(NOTE.c.id))]


@law
@given(amounts=st.lists(EUROS | st.none(), max_size=8))
@example([LARGEST, -LARGEST, Decimal("0.0001"), Decimal("-0.0001"), Decimal(0), None])
@example([Decimal("-0.0000"), Decimal("1E+3"), Decimal("12345678901234.5678")])
def test_an_amount_comes_back_to_the_last_decimal(notes: str, amounts: list[Decimal | None]) -> None:
    assert notes
    kept = _kept([(amount,) for amount in amounts], "amount")
    assert kept == [(amount,) for amount in amounts]
    assert all(isinstance(amount, Decimal | None) for (amount,) in kept)


def test_more_rows_than_one_statement_takes_all_come_back(notes: str) -> None:
    assert notes
    rows = [(number, Decimal(number)) for number in range(1, 2 * ROWS_A_STATEMENT + 4)]
    with transaction() as session:
        insert_many(session, NOTE, ("id", "amount"), iter(rows))
    with reading() as session:
        assert [tuple(row) for row in session.execute(select(NOTE.c.id, NOTE.c.amount).order_by(NOTE.c.id))] == rows


def test_an_update_in_bulk_changes_its_rows_and_columns_alone(notes: str) -> None:
    assert notes
    rows = [(number, Decimal(number), None) for number in range(1000)]
    with transaction() as session:
        insert_many(session, NOTE, ("id", "amount", "content"), rows)
        update_many(session, NOTE, [])
        update_many(session, NOTE, [{"id": number, "content": [number]} for number in range(500, 2000)])
    with reading() as session:
        found = session.execute(select(NOTE.c.id, NOTE.c.amount, NOTE.c.content).order_by(NOTE.c.id))
        assert [tuple(row) for row in found] == [
            (one, amount, [one] if one >= 500 else None) for one, amount, _ in rows
        ]


def test_an_expression_is_no_value_of_an_update_in_bulk(notes: str) -> None:
    assert notes
    with pytest.raises(TypeError, match="no value of a column"), transaction() as session:
        update_many(session, NOTE, [{"id": func.lower("a")}])


@law
@given(amounts=st.lists(FEW_EUROS, min_size=1, max_size=12))
@example([Decimal("0.1")] * 3)
@example([Decimal("999999999999.9999"), Decimal("0.0001"), Decimal(-1000000000000)])
def test_sum_and_order_of_amounts_are_exact_in_the_database(notes: str, amounts: list[Decimal]) -> None:
    assert notes
    _kept([(amount,) for amount in amounts], "amount")
    with reading() as session:
        assert session.scalar(select(func.sum(NOTE.c.amount))) == sum(amounts)
        assert session.scalars(select(NOTE.c.amount).order_by(NOTE.c.amount)).all() == sorted(amounts)
        above = session.scalar(select(func.count()).where(NOTE.c.amount > amounts[0]))
    assert above == sum(amount > amounts[0] for amount in amounts)


@pytest.mark.parametrize(
    "amount",
    [
        "0.00001",
        "-1.00005",
        "1E-5",
        f"{LARGEST}9",
        "900000000000000",
        "-900000000000000",
        "1E+40",
        "NaN",
        "sNaN",
        "Infinity",
    ],
)
def test_an_amount_that_would_not_come_back_is_refused_and_nothing_is_written(notes: str, amount: str) -> None:
    assert notes
    for refused in (Decimal(amount), float(Decimal(amount)) if amount != "sNaN" else 0.1):
        with pytest.raises(AmountError):
            exact(refused)  # type: ignore[arg-type]
        with pytest.raises(AmountError), transaction() as session:
            insert_many(session, NOTE, ("id", "amount"), [(1, Decimal(1)), (2, refused)])
        with pytest.raises(AmountError), transaction() as session:
            update_many(session, NOTE, [{"id": 1, "amount": Decimal(1)}, {"id": 2, "amount": refused}])
        with pytest.raises(StatementError) as caught, transaction() as session:
            session.execute(insert(NOTE), [{"id": 1, "amount": Decimal(1)}, {"id": 2, "amount": refused}])
        assert isinstance(caught.value.orig, AmountError)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(NOTE)) == 0


@pytest.mark.usefixtures("home")
def test_what_is_wrong_with_an_amount_is_told_with_the_amount() -> None:
    with pytest.raises(AmountError, match=r"0\.12345: meer dan vier decimalen"):
        exact(Decimal("0.12345"))
    with pytest.raises(AmountError, match=r"900000000000000: geen bedrag"):
        exact(AMOUNT_LIMIT)


@law
@given(moments=st.lists(MOMENTS | st.none(), max_size=6))
def test_a_moment_comes_back_the_same_in_utc(notes: str, moments: list[dt.datetime | None]) -> None:
    assert notes
    kept = _kept([(moment,) for moment in moments], "at")
    assert kept == [(moment.astimezone(dt.UTC) if moment else None,) for moment in moments]
    with reading() as session:
        later = session.scalars(select(NOTE.c.at).where(NOTE.c.at.is_not(None)).order_by(NOTE.c.at)).all()
    assert later == sorted(later)
    assert all(moment.tzinfo == dt.UTC for (moment,) in kept if isinstance(moment, dt.datetime))


@law
@given(values=st.lists(JSON, max_size=6))
def test_a_json_value_comes_back_the_same(notes: str, values: list[object]) -> None:
    assert notes
    assert _kept([(value,) for value in values], "content") == [(value,) for value in values]


@law
@given(seconds=st.floats(-1e6, 1e6).filter(lambda seconds: seconds == 0 or abs(seconds) > 1e-3))
def test_the_clock_is_the_databases_and_counts_in_fractions_of_a_second(notes: str, seconds: float) -> None:
    assert notes
    with reading() as session:
        row = session.execute(select(now(), now(seconds), now())).one()
    before, then, after = row
    assert before.tzinfo == dt.UTC
    slack = dt.timedelta(milliseconds=2)
    assert before - slack <= then - dt.timedelta(seconds=seconds) <= after + slack


@law
@given(kept=st.sets(st.integers(1, 30)), asked=st.lists(st.integers(-5, 35)))
def test_among_many_values_are_those_and_no_others(notes: str, kept: set[int], asked: list[int]) -> None:
    assert notes
    with transaction() as session:
        session.execute(delete(NOTE))
        insert_many(session, NOTE, ("id",), [(number,) for number in kept])
        assert set(session.scalars(select(NOTE.c.id).where(among(NOTE.c.id, asked)))) == kept & set(asked)
        named = select(NOTE.c.id).where(among(NOTE.c.id, "wanted"))
        assert set(session.scalars(named, {"wanted": asked})) == kept & set(asked)


def test_among_many_values_the_index_finds_them(notes: str) -> None:
    assert notes
    asked: list[tuple[str, object]] = []
    with transaction() as session:
        insert_many(session, NOTE, ("id",), [(number,) for number in range(10_000)])
        event.listen(session.connection, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
        session.execute(select(NOTE.c.id).where(among(NOTE.c.id, [1, 2])))
        statement, values = asked[0]
        words = "EXPLAIN QUERY PLAN" if engine().dialect.name == "sqlite" else "EXPLAIN"
        plan = [str(row) for row in session.connection.exec_driver_sql(f"{words} {statement}", values)]  # type: ignore[arg-type]
    assert any("SEARCH note" in line or "Index" in line for line in plan), plan


def test_a_kept_moment_and_the_clock_compare(notes: str) -> None:
    assert notes
    with transaction() as session:
        session.execute(insert(NOTE).values(id=1, at=now()))
        session.execute(insert(NOTE).values(id=2, at=dt.datetime.now(dt.UTC) + dt.timedelta(days=1)))
        assert session.scalars(select(NOTE.c.id).where(NOTE.c.at > now(3600))).all() == [2]
        assert session.scalars(select(NOTE.c.id).where(NOTE.c.at > now(-3600)).order_by(NOTE.c.at)).all() == [1, 2]
        assert session.scalars(select(NOTE.c.id).where(NOTE.c.at <= now())).all() == [1]
