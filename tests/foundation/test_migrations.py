"""Migrations: they make what the models say, on both databases; and a missing database is told, never made."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, MetaData, create_engine, text

from tests.foundation.gate import together
from tests.postgresql import Server
from workers import database as databases
from workers import migrations, settings
from workers.children import free_port
from workers.database import Base, engine
from workers.ledger import models as ledger_models
from workers.ledger.realization import acts as realization_acts
from workers.ledger.realization import models as realization_models
from workers.migrations import HEAD, DatabaseMissing, require, upgrade
from workers.staff import models as staff_models

assert ledger_models
assert realization_acts
assert realization_models
assert staff_models

COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable, column_default, numeric_precision, numeric_scale
    FROM information_schema.columns WHERE table_schema = 'public'
"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
"""
INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
VERSION = "alembic_version"


def _structure(connection: Connection) -> set[tuple[object, ...]]:
    """All that the database knows of its tables: columns, types, nulls, keys, checks, indexes; in no order."""
    if connection.dialect.name == "postgresql":
        rows = [row for query in (COLUMNS, CONSTRAINTS, INDEXES) for row in connection.execute(text(query))]
        return {tuple(row) for row in rows if row[0] != VERSION}
    made = connection.execute(text("SELECT tbl_name, name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    # A table that was altered has its name quoted.
    lines = [
        (table, name, line.strip().rstrip(",").replace('"', ""))
        for table, name, sql in made
        for line in sql.splitlines()
    ]
    return {line for line in lines if line[0] != VERSION}


def _of_models(metadata: MetaData, url: str) -> set[tuple[object, ...]]:
    made = create_engine(url)
    with made.begin() as connection:
        metadata.create_all(connection)
        structure = _structure(connection)
    made.dispose()
    return structure


@pytest.fixture
def elsewhere(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database of the same kind."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'models.db'}"
        return
    server: Server = request.getfixturevalue("postgresql_server")
    with server.database(f"models_{uuid4().hex}") as url:
        yield url.replace("postgresql:", "postgresql+psycopg:")


def _changed(change: Callable[[MetaData], object]) -> MetaData:
    """The models with one thing made different."""
    copy = MetaData(naming_convention=Base.metadata.naming_convention)
    for table in Base.metadata.sorted_tables:
        table.to_metadata(copy)
    change(copy)
    return copy


def test_the_newest_migration_is_the_one_that_the_code_needs() -> None:
    assert ScriptDirectory.from_config(migrations.config()).get_heads() == [HEAD]


def test_the_migrations_make_what_the_models_say(database: str, elsewhere: str) -> None:
    with engine().connect() as connection:
        migrated = _structure(connection)
    assert len(migrated) > 100
    assert (database, migrated ^ _of_models(Base.metadata, elsewhere)) == (database, set())


def _drop_check(metadata: MetaData) -> None:
    table = metadata.tables["register_day"]
    table.constraints -= {c for c in table.constraints if isinstance(c, CheckConstraint)}


def _drop_condition(metadata: MetaData) -> None:
    for index in metadata.tables["turnover_run"].indexes:
        for options in index.dialect_options.values():
            options["where"] = None


def _drop_foreign_key(metadata: MetaData) -> None:
    table = metadata.tables["turnover_payment"]
    table.constraints -= table.foreign_key_constraints


@pytest.mark.parametrize(
    "change",
    [
        _drop_check,
        _drop_condition,
        _drop_foreign_key,
        lambda metadata: metadata.tables["call_log"].indexes.clear(),
        lambda metadata: setattr(metadata.tables["turnover"].c.amount, "nullable", True),
        lambda metadata: metadata.remove(metadata.tables["heartbeat"]),
    ],
)
def test_the_comparison_sees_a_model_that_no_migration_made(
    database: str, elsewhere: str, change: Callable[[MetaData], object]
) -> None:
    with engine().connect() as connection:
        migrated = _structure(connection)
    assert (database, migrated) != (database, _of_models(_changed(change), elsewhere))


def _told(*parts: str) -> None:
    with pytest.raises(DatabaseMissing) as caught:
        require()
    told = str(caught.value)
    assert len(told.splitlines()) == 1
    assert all(part in told for part in parts), told


def test_a_migrated_database_is_enough(database: str) -> None:
    assert database
    require()
    upgrade()
    require()


def test_a_missing_database_is_named_with_its_remedy_and_not_made(home: Path) -> None:
    _told(str(home / "afasconnector.db"), "afasconnector db upgrade")
    assert list(home.iterdir()) == []


@pytest.mark.usefixtures("home")
def test_a_home_that_is_not_there_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFASCONNECTOR_HOME", str(tmp_path / "absent" / "home"))
    settings.current.cache_clear()
    _told(str(tmp_path / "absent" / "home" / "afasconnector.db"))
    assert not (tmp_path / "absent").exists()


def test_a_file_of_another_kind_is_named_with_its_remedy(home: Path) -> None:
    file = home / "afasconnector.db"
    file.touch()
    _told(str(file), "afasconnector db upgrade", HEAD)
    databases.forget_engine()
    file.write_bytes(b"a photograph" * 1000)
    _told(str(file))
    assert file.read_bytes() == b"a photograph" * 1000


def test_another_schema_version_is_named_with_the_one_that_is_needed(database: str) -> None:
    assert database
    try:
        _version("abcd")
        _told("abcd", HEAD, "afasconnector db upgrade")
    finally:
        _version(HEAD)


def _version(number: str) -> None:
    with engine().begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :number"), {"number": number})


def _use(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    settings.current.cache_clear()
    databases.forget_engine()


@pytest.mark.usefixtures("home")
def test_a_server_without_our_tables_is_named_with_the_remedy(
    postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgresql_server.database("empty") as url:
        _use(monkeypatch, url)
        _told("/empty", "afasconnector db upgrade")
        _use(monkeypatch, f"{url}_or_not")
        _told("/empty_or_not", "DATABASE_URL")
        _use(monkeypatch, url.replace("tests:", "tests:wrong"))
        _told("/empty", "DATABASE_URL")


@pytest.mark.usefixtures("home")
def test_a_server_out_of_reach_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    _use(monkeypatch, f"postgresql://staff:geheim@127.0.0.1:{free_port()}/staff")
    with pytest.raises(DatabaseMissing) as caught:
        require()
    assert "geheim" not in str(caught.value)
    assert "staff:***@127.0.0.1" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("place", ["plain", "with blank", "100%", "ä"])
def test_a_database_is_made_wherever_the_home_is(home: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setenv("AFASCONNECTOR_HOME", str(home / place))
    settings.current.cache_clear()
    upgrade()
    require()
    file = home / place / "afasconnector.db"
    assert file.stat().st_mode & 0o777 == 0o600


def _upgraded_at_once() -> None:
    prepare = "from workers import migrations; from alembic import command; migrations.config()"
    assert together(3, prepare, "migrations.upgrade(); print('done')") == ["done"] * 3
    require()


@pytest.mark.usefixtures("home")
def test_upgrades_at_once_make_one_sqlite_database() -> None:
    _upgraded_at_once()


@pytest.mark.usefixtures("home")
def test_upgrades_at_once_make_one_schema_on_a_server(
    postgresql_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgresql_server.database(f"upgrades_{uuid4().hex}") as url:
        _use(monkeypatch, url)
        _upgraded_at_once()
        databases.engine().dispose()
