"""Tables of results, and the file that keeps the newest of each comparison."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

HEAD = """# Results of `make bench`

Each section is the newest run of one comparison; ratios are between rows of one run.
"""


@dataclass(frozen=True)
class Table:
    """Rows under a title, with what a reader must know to read them."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    notes: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        """Return the table as Markdown, numbers to the right."""
        numbers = [any(isinstance(row[i], int | float) for row in self.rows) for i in range(len(self.columns))]
        rule = "|" + "|".join("---:" if number else "---" for number in numbers) + "|"
        lines = [_line(self.columns), rule, *(_line(row) for row in self.rows)]
        return "\n".join([f"### {self.title}", "", *lines, "", *(f"- {note}" for note in self.notes)]).rstrip()


def _line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(_text(cell) for cell in cells) + " |"


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:,.1f}" if abs(cell) >= 10 else f"{cell:.2f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell).replace("|", "\\|")


def machine() -> str:
    """Return the machine and the day in one line."""
    info = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.*)", info.read_text("utf-8")) if info.exists() else []
    model = names[0] if names else platform.processor() or platform.machine()
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    return (
        f"{date.today().isoformat()}; {model}, {os.cpu_count()} cores, {pages:.0f} GB; {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}; load {os.getloadavg()[0]:.1f} at the end"
    )


def keep(path: Path, name: str, tables: list[Table]) -> None:
    """Put the tables of a comparison into the file, in place of those of its last run."""
    text = path.read_text("utf-8") if path.exists() else HEAD
    sections = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE))
    body = "\n\n".join(table.markdown() for table in tables)
    sections[name] = f"\n{machine()}\n\n{body}\n\n"
    whole = HEAD + "".join(f"\n## {title}\n\n{section.strip()}\n" for title, section in sections.items())
    path.write_text(whole, "utf-8")
