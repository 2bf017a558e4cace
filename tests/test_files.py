"""A bare file in the chat or on the command line: the analysis that fits comes back, whatever else is known."""

import csv
import json
import random
from io import StringIO
from pathlib import Path

import pytest
from conftest import NOW
from openpyxl import Workbook
from sqlmodel import select
from test_bot import command

from crmbot.incoming import File
from crmbot.people import Role
from storage import open_database
from storage.sample import generate
from storage.tables import Customer


def table(headings, rows):
    out = StringIO()
    csv.writer(out).writerows([headings, *rows])
    return out.getvalue()


CHANCE = random.Random(3)
SEEDS = {
    "segments": table(
        ["customer_id", "age", "annual_spend", "visits"],
        [[at, CHANCE.randint(20, 60), CHANCE.gauss(*(5000, 300) if at % 2 else (400, 60)), 4 + 36 * (at % 2)]
         for at in range(80)],
    ),
    "forecast": table(["sales"], [[1000 + 20 * at + 200 * (at % 12)] for at in range(36)]),
    "csat": table(
        ["waiting_hours", "channel", "satisfied"],
        [[hours, CHANCE.choice(["phone", "chat"]), max(1, min(5, round(5 - hours / 3 + CHANCE.gauss(0, 0.8))))]
         for hours in (CHANCE.uniform(0, 10) for _ in range(200))],
    ),
    "campaign": table(
        ["sales", "marketing_budget", "marketing_channel"],
        [[20 + 1.5 * spend + CHANCE.gauss(0, 5), spend, CHANCE.choice(["email", "search"])]
         for spend in (CHANCE.uniform(10, 100) for _ in range(50))],
    ),
}  # fmt: skip
BEGINS = {
    "segments": "Groups, from",
    "forecast": "A forecast, from sales:",
    "csat": "What goes with low scores, from satisfied",
    "campaign": "What goes with sales, from sales, marketing_budget, marketing_channel",
}


@pytest.fixture
def amy(chat):
    return chat("amy", Role.VIEWER)


def drop(chat, words, name="data.csv"):
    data = words if isinstance(words, bytes) else words.encode()
    return chat.say("", files=(File(name, data),))


@pytest.mark.parametrize("analysis", SEEDS)
def test_the_analysis_that_fits_a_dropped_file_comes_back(amy, analysis):
    assert drop(amy, SEEDS[analysis]).startswith(BEGINS[analysis])
    assert amy.last.reply.chart.png.startswith(b"\x89PNG")


def test_another_analysis_of_the_same_file_is_a_press_away(amy):
    drop(amy, SEEDS["campaign"])
    [first, *_] = amy.labels
    assert not amy.press(first).startswith(BEGINS["campaign"])


@pytest.mark.parametrize(
    "data", [b"", b"a,b\n", b"\x00\xff\xfe", b"PK\x03\x04"], ids=["empty", "no row", "binary", "zip"]
)
def test_what_is_no_table_is_told_in_one_sentence(amy, data):
    said = drop(amy, data)
    assert (
        said.startswith(("data.csv: ", "I can read CSV and XLSX", "I find nothing to analyse"))
        and len(said.splitlines()) == 1
    )


def test_why_a_file_cannot_be_read_is_said_to_its_sender_in_their_language(amy):
    old = b"\xd0\xcf\x11\xe0" + bytes(512)
    assert drop(amy, old, "old.xls") == (
        "old.xls: this is an old or locked Excel file: save it as .xlsx or .csv without a password."
    )
    assert drop(amy, b"%PDF-1.7", "list.pdf").startswith("list.pdf: this is a PDF")
    amy.say("说中文")
    assert drop(amy, b"a,b\n", "a.csv") == "a.csv：标题行下面没有数据。"


def test_a_picture_is_no_table_and_a_file_may_be_too_large(amy):
    assert drop(amy, b"x", "photo.jpg").startswith("I can read CSV and XLSX files")
    assert drop(amy, b"sales\n" + b"1\n" * 2_600_000).startswith("That file is larger than 5 MB.")


def test_a_file_in_gbk_is_read(chat):
    lin = chat("lin", Role.VIEWER, "zh")
    words = "月份,销售额\n" + "".join(f"2024-{month:02d}-01,{100 + month * 7 % 5}\n" for month in range(1, 13))
    assert drop(lin, words.encode("gbk")).startswith("预测，依据 销售额")


def test_the_command_line_says_the_same_and_every_figure(tmp_path):
    (tmp_path / "csat_data.csv").write_text(SEEDS["csat"])
    ran = command("analyse", "csat_data.csv", "--json", "--out", "f.png", cwd=tmp_path, check=0)
    said = json.loads(ran.stdout)
    assert said["analysis"] == "csat" and said["text"].startswith(BEGINS["csat"])
    assert said["accuracy"] > said["majority"]
    assert (tmp_path / "f.png").read_bytes().startswith(b"\x89PNG")
    assert not (tmp_path / "crm.db").exists()


@pytest.mark.parametrize("file", ["none.csv", "nowhere.csv"])
def test_the_command_line_refuses_in_one_line(tmp_path, monkeypatch, capsys, file):
    monkeypatch.chdir(tmp_path)
    Path("none.csv").write_text("a\n")
    assert run("analyse", file) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


@pytest.mark.parametrize("kind", ["pipeline", "forecast", "segments", "csat", "campaign"])
def test_every_report_is_one_object_on_the_command_line(sample, monkeypatch, capsys, kind):
    monkeypatch.chdir(sample)
    assert run("report", kind, "--json", "--out", f"{kind}.png") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["analysis"] == kind and said["text"]
    assert Path(f"{kind}.png").read_bytes().startswith(b"\x89PNG")


@pytest.fixture(scope="module")
def sample(blank, tmp_path_factory):
    """A folder with the sample company in the database of the default settings."""
    folder = tmp_path_factory.mktemp("sample")
    database = open_database(blank(folder / "crm.db"))
    generate(database, NOW, "UTC")
    database.close()
    return folder


def run(*words):
    """The command line in this process: a new one would load every library again. Its exit code."""
    from bot import cli

    with pytest.raises(SystemExit) as ended:
        cli(words)
    return ended.value.code


# Records

PEOPLE = "Name,Mobile,Email\nAnn Lee,+44 20 7946 0001,ann@acme.test\nBo Sand,+44 20 7946 0002,bo@acme.test\n,,\nX,12,\n"


@pytest.fixture
def boss(chat):
    return chat("eve", Role.MANAGER)


def customers(database):
    return database.run(lambda store: sorted(row.name for row in store.session.exec(select(Customer))))


def test_a_file_of_customers_is_looked_at_and_taken_in_after_a_yes_and_can_be_taken_back(boss, database, clock):
    words = drop(boss, PEOPLE, "people.csv")
    assert words.startswith(
        "3 rows that look like customers: 3 new, 0 changed, 0 known already, 0 that cannot be taken."
    )
    assert "I read: Name → name, Mobile → phones, Email → emails" in words and "12" in words
    assert customers(database) == []
    assert boss.press("Import").startswith("Customers: 3 added, 0 changed, 0 known already, 0 not taken.")
    assert customers(database) == ["Ann Lee", "Bo Sand", "X"]
    imported = boss.button("Undo")
    clock.wait(days=6)
    again = drop(boss, PEOPLE, "people.csv")
    assert "0 new, 0 changed, 3 known already" in again and "this very file was imported before, as B1" in again
    assert boss.say(imported).startswith("Taken back: ")
    assert customers(database) == []


def test_it_may_be_something_else_or_be_analysed(boss, database):
    bought = [[f"Firm {at % 9}", 100 + 13 * (37 * at % 61), f"2026-{at % 9 + 1:02}-03"] for at in range(60)]
    sales = table(["customer", "amount", "date"], bought)
    assert drop(boss, sales).startswith("60 rows that look like orders: 60 new")
    assert boss.labels == ["Import", "Analyse instead", "No"]
    assert boss.press("Analyse instead").startswith(("A forecast, from", "Groups, from"))
    boss.press(boss.labels[0])
    assert customers(database) == []


def test_a_list_of_accounts_without_contacts_is_one_of_customers(boss, database):
    accounts = "account,sector,revenue\nAcme,retail,10\nBeta,software,20\n"
    assert drop(boss, accounts).startswith("2 rows that look like customers: 2 new")
    boss.press("Import")
    assert customers(database) == ["Acme", "Beta"]


def test_a_rep_cannot_take_in_files_and_gets_the_analysis(chat, database):
    rep = chat("ben", Role.REP)
    assert drop(rep, PEOPLE).startswith("I find nothing to analyse")
    assert rep.does("file.import", file="x", kind="customers", sure=True) == "A rep may not do that."


def test_a_manager_beside_other_teams_takes_in_nothing_for_an_import_meets_their_records_too(boss, chat, database):
    drop(boss, PEOPLE, "people.csv")
    press = boss.button("Import")
    chat("rita", Role.REP, team="rivals")
    assert boss.say(press).startswith("There are other teams here")
    assert drop(boss, PEOPLE).startswith("I find nothing to analyse")
    assert customers(database) == []
    owner = chat("olga", Role.OWNER)
    drop(owner, PEOPLE, "people.csv")
    assert owner.press("Import").startswith("Customers: 3 added")


def test_a_spreadsheet_is_read_as_a_csv_is(boss, amy, tmp_path):
    book = Workbook()
    for row in csv.reader(StringIO(PEOPLE)):
        book.active.append(row)
    book.save(tmp_path / "people.xlsx")
    assert drop(boss, (tmp_path / "people.xlsx").read_bytes(), "people.xlsx").startswith(
        "3 rows that look like customers"
    )
    figures = Workbook()
    for row in csv.reader(StringIO(SEEDS["forecast"])):
        figures.active.append(row)
    figures.save(tmp_path / "sales.xlsx")
    assert drop(amy, (tmp_path / "sales.xlsx").read_bytes(), "sales.xlsx").startswith(BEGINS["forecast"])


def test_too_many_rows_are_for_the_command_line(boss, monkeypatch):
    monkeypatch.setattr("handlers.files.MOST", 2)
    sales = table(
        ["customer", "amount", "date"], [[f"Firm {n % 9}", 100 + n, f"2026-{n % 9 + 1:02}-03"] for n in range(60)]
    )
    assert drop(boss, sales).startswith("These are 60 rows; I take in 2 at once here.")
    assert boss.labels == ["Analyse instead"]
    assert boss.press("Analyse instead").startswith(("A forecast, from", "Groups, from"))


def test_the_import_is_asked_about_in_chinese_too(boss, database):
    boss.say("说中文")
    said = drop(boss, "姓名,手机,爱好\n赵磊,13800138000,\n钱进,问小王,\n,13800138001,\n").splitlines()
    assert said[0].startswith("共 3 行，看起来是客户：新增 2，更新 0，已有 0，无法导入 1")
    assert said[1:] == [
        "列的对应：姓名 → 名称、手机 → 电话",
        "未导入，没有名称：1 行（第 4 行）",
        "没有用到的列：爱好",
        "读不出的电话，已略去：1 行（第 3 行“问小王”）",
    ]
    assert boss.press("导入").startswith("客户已导入：新增 2")
