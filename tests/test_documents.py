"""What the documents say is there, and is understood."""

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crmbot.understand import understand

HERE = Path(__file__).parent.parent
README = (HERE / "README.md").read_text(encoding="utf-8")
TABLE = README.partition("## What it understands")[2].partition("\n## ")[0]
SAID = [each for line in TABLE.splitlines() if line.startswith("|") for each in re.findall("`([^`]+)`", line)]
PAGES = [HERE / "README.md", HERE / "CONTRIBUTING.md", *sorted((HERE / "docs").rglob("*.md"))]


def test_every_sentence_of_the_readme_is_surely_understood():
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert len(SAID) > 50
    assert [each for each in SAID if understand(each, now=now).confidence < 0.9] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_points_at_is_there(page):
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [each for each in links if "://" not in each and not (page.parent / each).exists()] == []


def test_each_decision_has_a_number_of_its_own_and_a_line_in_the_list():
    folder = HERE / "docs" / "decisions"
    listed = (folder / "README.md").read_text(encoding="utf-8")
    names = [path.name for path in folder.glob("0*.md")]
    assert [number for number, times in Counter(name[:4] for name in names).items() if times > 1] == []
    assert [name for name in names if f"]({name})" not in listed] == []
