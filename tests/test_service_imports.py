"""Tickets and surveys from spreadsheets, in both languages: taken once, brought up to date, counted right."""

import csv

import pytest
from conftest import NOW, Chat
from sqlalchemy import text as sql

from crmbot.people import Role
from crmbot.words import say
from storage.exports import export_to
from storage.imports import import_file

HEADERS = (
    "Ticket ID,Customer Name,Customer Email,Ticket Type,Ticket Subject,Ticket Status,Ticket Priority,Ticket Channel,"
    "First Response Time,Time to Resolution,Customer Satisfaction Rating\n"
)
HELP_DESK = (
    HEADERS
    + """\
1,Ann Poe,ann@hooli.com,Billing inquiry,Bill is wrong,Closed,Critical,Email,2026-06-01 11:14,2026-06-02 10:00,4.0
2,Bob Ray,bob@initech.com,Technical issue,Cannot log in,Pending Customer Response,Low,Chat,2026-06-01 09:00:00,,
3,Ann Poe,ann@hooli.com,Cancellation request,Late,Closed,Medium,Phone,2026-06-03 11:00:00,2026-06-03 09:00:00,2.0
4,Cy Dee,,Praise,Nice,Open,High,Chat,,,
5,Cy Dee,,Praise,Nice,Vanished,High,Chat,,,
6,Cy Dee,,Praise,Nice,Closed,High,Chat,,,9
"""
)
CHINESE = """工单编号,客户名称,工单类型,问题,状态,优先级,创建时间,关闭时间,满意度
A1,腾讯,投诉,发货太慢,已关闭,紧急,2026-06-01 09:00,2026-06-01 18:00,5分
A2,腾讯,咨询,怎么添加用户,处理中,普通,2026-06-02 09:00,,
"""


@pytest.fixture
def take(database, tmp_path):
    def take_in(kind: str, words: str) -> list[str]:
        path = tmp_path / "file.csv"
        path.write_text(words, "utf-8")
        return [say(said, "en") for _, said in import_file(database, kind, path, "USD", "UTC", NOW, dry_run=False)]

    return take_in


def rows(database, query: str):
    return database.run(lambda store: [tuple(row) for row in store.connection.execute(sql(query))])


def test_a_help_desk_export_is_taken_with_its_ratings(take, database):
    said = take("tickets", HELP_DESK)
    assert said[-1] == "tickets B1: 4 new, 0 same, 2 bad"
    assert any("no status that is known" in line for line in said)
    assert any("no score from 1 to 5" in line for line in said)
    assert rows(database, "SELECT external_id, category, priority, status, channel FROM ticket ORDER BY id") == [
        ("1", "enquiry", "urgent", "closed", "email"),
        ("2", "complaint", "low", "pending", "chat"),
        ("3", "complaint", "normal", "closed", "phone"),
        ("4", "feedback", "high", "open", "chat"),
    ]
    assert rows(database, "SELECT ticket_id, score FROM survey ORDER BY id") == [(1, 4), (3, 2)]
    assert rows(database, "SELECT count(*) FROM customer") == [(3,)]


def test_what_is_known_is_brought_up_to_date_and_not_doubled(take, database):
    take("tickets", HELP_DESK)
    assert take("tickets", HELP_DESK)[-1] == "tickets B2: 0 new, 4 same, 2 bad"
    later = HELP_DESK.replace("10:00,4.0", "10:00,5.0").replace("Pending Customer Response", "Open")
    assert take("tickets", later)[-1] == "tickets B3: 0 new, 2 same, 2 changed, 2 bad"
    assert rows(database, "SELECT score FROM survey ORDER BY id") == [(5,), (2,)]
    assert rows(database, "SELECT status FROM ticket WHERE external_id = '2'") == [("open",)]


def test_in_chinese(take, database):
    assert take("tickets", CHINESE)[-1] == "tickets B1: 2 new, 0 same"
    assert rows(database, "SELECT category, priority, status FROM ticket ORDER BY id") == [
        ("complaint", "urgent", "closed"),
        ("enquiry", "normal", "open"),
    ]
    assert rows(database, "SELECT score FROM survey") == [(5,)]


def test_surveys_alone_are_of_a_ticket_or_of_a_customer(take, database):
    take("tickets", HELP_DESK)
    words = "ticket,customer,score,comment,sent\nK2,,3,slow,2026-06-05\n,Cy Dee,5,,2026-06-06\nK99,,4,,2026-06-07\n"
    assert take("surveys", words)[-1] == "surveys B2: 2 new, 0 same, 1 bad"
    assert take("surveys", words)[-1] == "surveys B3: 0 new, 2 same, 1 bad"
    found = rows(database, "SELECT ticket_id, score, comment FROM survey WHERE id > 2 ORDER BY id")
    assert found == [(2, 3, "slow"), (None, 5, None)]


@pytest.mark.parametrize("kind", ["tickets", "surveys"])
def test_what_is_given_back_can_be_taken_again(kind, take, database, tmp_path):
    take("tickets", HELP_DESK)
    out = tmp_path / "out.csv"
    export_to(database, kind, "csv", out, None)
    said = take(kind, out.read_text("utf-8-sig"))
    count = len(list(csv.DictReader(out.read_text("utf-8-sig").splitlines())))
    assert said[-1] == f"{kind} B2: 0 new, {count} same"


def test_the_figures_are_those_of_an_independent_count(take, database, chat):
    boss: Chat = chat("boss", Role.OWNER)
    lines = [
        f"{number},Customer {number % 7},Question,Subject {number},Closed,Low,{'' if number % 3 else number % 5 + 1}"
        for number in range(1, 200)
    ]
    head = "Ticket ID,Customer,Type,Subject,Status,Priority,Satisfaction"
    take("tickets", "\n".join((head, *lines)) + "\n")
    said = boss.does("csat.report", period="year")
    [(answered, content)] = rows(
        database,
        "SELECT count(score), sum(CASE WHEN score >= 4 THEN 1 ELSE 0 END) FROM survey "
        "JOIN ticket ON ticket.id = survey.ticket_id",
    )
    assert said.startswith(f"This year: {round(100 * content / answered)} % satisfied")
    assert (answered, "with 66 answers." in said) == (66, True)
