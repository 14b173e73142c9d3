"""Column types that are exact on PostgreSQL and SQLite, and the database's clock."""

import json
from collections.abc import Collection
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Float,
    Integer,
    Numeric,
    Text,
    bindparam,
    literal,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator

from workers.texts import text

AMOUNT_LIMIT = Decimal(900_000_000_000_000)  #: euros; above it SQLite's integer of ten-thousandths could overflow


class AmountError(ValueError):
    """Raised for an amount that the database can't hold exactly: over four decimals, or 900 trillion and more."""


def exact(amount: Decimal) -> Decimal:
    """`amount` as it is. Raises AmountError when it is not a Decimal of at most four decimals within the limit."""
    if not isinstance(amount, Decimal) or not amount.is_finite() or abs(amount) >= AMOUNT_LIMIT:
        raise AmountError(text("amount.limit", amount=amount))
    if amount != round(amount, 4):
        raise AmountError(text("amount.decimals", amount=amount))
    return amount


class Money(TypeDecorator[Decimal]):
    """Euros: NUMERIC(19,4) on PostgreSQL, integer ten-thousandths on SQLite; value, sum and order exact on both."""

    impl = Numeric(19, 4)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """The column type of `dialect`."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else Numeric(19, 4))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Raises AmountError rather than round."""
        if value is None:
            return None
        return int(exact(value).scaleb(4)) if dialect.name == "sqlite" else exact(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Always with four decimals."""
        if value is None or dialect.name != "sqlite":
            return value  # type: ignore[no-any-return]
        return Decimal(value).scaleb(-4)


class Moment(TypeDecorator[datetime]):
    """A point in time, aware, UTC; SQLite keeps it as ISO text without zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Naive UTC where the database knows no zones."""
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware again, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A small JSON value as text, the same bytes on both databases; amounts inside are strings."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Compact text."""
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """The value again."""
        return None if value is None else json.loads(value)


class ExactJson(TypeDecorator[Any]):
    """A JSON value as text: a Decimal is a number in it, as exact as it was, and comes back as one."""

    impl = Text
    cache_ok = True
    _encoder = msgspec.json.Encoder(decimal_format="number")
    _decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=Decimal)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Compact text."""
        return None if value is None else self._encoder.encode(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """The value again; whole numbers as int."""
        return None if value is None else self._decoder.decode(value)


class _Many(TypeDecorator[Collection[int]]):
    """Many whole numbers as one parameter: an array, or a JSON text."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(Integer))

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> Any:
        numbers = list(value or ())
        return json.dumps(numbers) if dialect.name == "sqlite" else numbers


class among(FunctionElement[bool]):  # noqa: N801 - it reads as SQL
    """Condition: the column is one of `values` (a text: of those the parameter of that name brings), however many.

    They are one parameter of the statement: one for each costs more than to look the rows up.
    """

    # As a Boolean, SQLite would be asked whether it equals 1, and no index serves that.
    type: NullType = NullType()  # type: ignore[assignment] # what type a condition is said to have changes its SQL
    inherit_cache = True

    def __init__(self, column: ColumnElement[Any] | InstrumentedAttribute[Any], values: Collection[int] | str) -> None:
        given = {"key": values} if isinstance(values, str) else {"key": None, "value": values, "unique": True}
        super().__init__(column, bindparam(**given, type_=_Many()))


@compiles(among, "postgresql")
def _among_postgresql(element: among, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(among, "sqlite")
def _among_sqlite(element: among, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - a column, and a parameter's place


class _Now(FunctionElement[datetime]):
    """The database's wall clock, plus seconds."""

    type = Moment()
    inherit_cache = True


@lru_cache
def now(seconds: float = 0) -> ColumnElement[datetime]:
    """The database's wall clock at this statement, plus `seconds`: the only clock that leases and due times know."""
    return _Now(literal(float(seconds), Float()))


@compiles(_Now, "postgresql")
def _now_postgresql(element: _Now, compiler: Any, **options: Any) -> str:
    return f"(clock_timestamp() + make_interval(secs => {compiler.process(element.clauses, **options)}))"


@compiles(_Now, "sqlite")
def _now_sqlite(element: _Now, compiler: Any, **options: Any) -> str:
    seconds = compiler.process(element.clauses, **options)
    return f"(strftime('%Y-%m-%d %H:%M:%f', 'now', {seconds} || ' seconds') || '000')"
