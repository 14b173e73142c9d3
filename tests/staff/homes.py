"""A home of its own with a fresh database for one test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from workers import migrations, settings, texts
from workers.database import forget_engine


@contextmanager
def fresh_home(path: Path, **environment: str) -> Iterator[Path]:
    """Settings say that home is `path`; its database is there and empty."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DATABASE_URL", "SECRET_KEYS", "SMTP_URL", "ADMIN_MAIL", "ALLOWED_HOSTS", "TEXT_LANGUAGE"):
            patch.delenv(name, raising=False)
        for name, value in (environment | {"AFASCONNECTOR_HOME": str(path)}).items():
            patch.setenv(name, value)
        settings.current.cache_clear()
        forget_engine()
        migrations.upgrade()
        yield path
    settings.current.cache_clear()
    forget_engine()
    texts.use("nl")
