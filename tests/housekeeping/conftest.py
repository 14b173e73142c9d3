"""The shop of the turnover tests, in databases of its own."""

from tests.turnover.conftest import afas, shop

__all__ = ["afas", "shop"]
