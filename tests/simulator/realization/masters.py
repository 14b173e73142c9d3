"""What lines are checked against: made-up employees, projects, items and closed periods."""

from dataclasses import dataclass, field


def _employees() -> set[str]:
    return {str(number) for number in range(1001, 1201)}


def _projects() -> set[str]:
    return {f"P{number}" for number in range(1000, 1050)}


def _items() -> dict[str, str]:
    works, articles = ("100", "200", "300", "310"), ("A100", "A200", "A300")
    return {**dict.fromkeys(works, "1"), **dict.fromkeys(articles, "2"), "K10": "6", "K20": "6"}


def _closed() -> set[str]:
    return {f"2025-{month:02}" for month in range(1, 13)}


@dataclass
class Masters:
    """May be changed while the simulator runs; `items` are codes with their VaIt, `closed_periods` months YYYY-MM."""

    employees: set[str] = field(default_factory=_employees)
    projects: set[str] = field(default_factory=_projects)
    items: dict[str, str] = field(default_factory=_items)
    closed_periods: set[str] = field(default_factory=_closed)
