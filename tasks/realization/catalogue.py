"""The fields that an environment's lines may have: AFAS's own list, kept a day, before the one that we ship."""

from collections.abc import Mapping
from typing import Any

from tasks import connect
from tasks.realization.intake.fields import Catalogue, with_metainfo
from workers.afas.answer import decoded
from workers.afas.errors import AfasError
from workers.database import reading, transaction
from workers.ledger.realization import intake
from workers.secrets import SecretError
from workers.settings import current
from workers.staff import lookup
from workers.staff.lookup import Connection

LIST = "metainfo/update/PtRealization"
KEPT = 86_400.0  #: seconds that AFAS's list is good for
AGAIN = 300.0  #: seconds until AFAS is asked again when it did not answer
CONNECT, READ = 2.0, 5.0  #: seconds that an intake waits for AFAS, at most


def catalogue(owner: int, environment: int) -> Catalogue:
    """The fields of the environment; AFAS is asked once a day, and never makes intake fail or wait for long."""
    with reading() as session:
        kept, age = intake.metainfo(session, environment)
    if age is None or age >= KEPT:
        kept = _asked(owner, environment) or kept
    return with_metainfo(kept)


def _asked(owner: int, environment: int) -> Any:
    """AFAS's list, kept from now on; None when there is none to be had."""
    try:
        with reading() as session:
            connection = lookup.connection(session, owner)
        found = None if connection.pause_kind else _fetched(connection)
    except (AfasError, SecretError):
        found = None
    with transaction() as session:
        if found is None:
            intake.save_metainfo(session, environment, KEPT - AGAIN)
        else:
            intake.save_metainfo(session, environment, 0, metainfo=found)
    return found


def _fetched(connection: Connection) -> Any:
    settings = current()
    hasty = settings.model_copy(
        update={
            "afas_connect_timeout": min(CONNECT, settings.afas_connect_timeout),
            "afas_read_timeout": min(READ, settings.afas_read_timeout),
        }
    )
    with connect.own(connection, hasty) as afas:
        found = afas.get(LIST, {}, decoded)
    fields = found.get("fields") if isinstance(found, Mapping) else None
    return {"fields": fields} if isinstance(fields, list) else None
