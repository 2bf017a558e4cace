"""An export taken into an empty database comes out as it went in, refs and all; into another one, without doubling."""

import csv
import io
import json
import zipfile

import pytest
from conftest import NOW

from crmbot.people import Role
from crmbot.words import say
from storage.exports import export_to
from storage.imports import import_file
from storage.tables import Deal, Task, Ticket

# With what is hard: twins who differ in nothing, gaps where records were deleted, a company that stands below
# those who belong to it, a survey that is not sent yet, times in other zones, words that a spreadsheet would run.
BOOKS = {
    "customers": """ref,name,kind,company,phones,emails,owner,tags
C2,王伟,person,智和教育,,,何雪,
C3,王伟,person,智和教育,,,何雪,
C7,Ann Poe,person,Hooli,+14155552671; +442079460001,ann@hooli.com; a@x.test,Nina Cole,vip; 新
C8,Hooli,organisation,,,,,
C11,智和教育,organisation,,,,,
C12,Hooli Labs,organisation,Hooli,,,,
""",
    "products": "ref,name,price,currency\nP2,Pro,990,USD\nP5,企业版,12.5,CNY\nP6,Setup,,\n",
    "deals": """ref,customer,title,amount,currency,stage,close_date,owner,product,created
D3,Hooli,Seats,30000,USD,won,2026-03-01,Nina Cole,Pro,2025-12-01
D4,Hooli,Seats,30000,USD,won,2026-03-01,Nina Cole,Pro,2025-12-01
D9,智和教育,'=1+1,12.5,EUR,lead,,,,2026-01-02
D10,Ann Poe,,,,proposal,2027-01-05,何雪,,2026-01-02
""",
    "orders": """ref,customer,product,amount,currency,at
O4,Hooli,Pro,1.234,KWD,2026-01-02T15:30:04+00:00
O5,Hooli,Pro,100,JPY,2026-01-02
O6,Hooli,Pro,100,JPY,2026-01-02
""",
    "tickets": """ref,subject,customer,category,priority,status,owner,opened,closed
K3,Invoice is wrong,Hooli,complaint,urgent,closed,Leo Brandt,2026-01-02T10:00:00+00:00,2026-01-03T11:30:00+00:00
K5,怎么添加用户,智和教育,enquiry,normal,open,,2026-01-02T10:00:00+00:00,
""",
    "surveys": """ref,ticket,customer,score,comment,sent,answered
S2,K3,Hooli,2,too slow,2026-01-04T09:00:00+00:00,2026-01-04T10:00:00+00:00
S3,,Ann Poe,,,2026-01-04T09:00:00+00:00,
S8,,智和教育,,,,
""",
    "tasks": """ref,subject,customer,due,status,priority,owner
T2,Call,Hooli,2026-12-01T15:00:00+08:00,open,high,Nina Cole
T3,Call,Hooli,2026-12-01,done,normal,
T9,寄合同,,,open,low,何雪
T10,Call,Hooli,2026-12-01,dropped,normal,
""",
    "interactions": """ref,customer,kind,when,text,by
I2,Hooli,call,2026-01-02T10:00:00+00:00,"two
lines",Nina Cole
I3,Ann Poe,message,2026-01-02,好的,
I7,Ann Poe,message,2026-01-02,好的,
""",
    "campaigns": """ref,title,category,budget,currency
M2,Spring,product,5000,USD
M6,Spring,channel,,
M7,展会,market,1,CNY
""",
}
KINDS = list(BOOKS)


@pytest.fixture
def take(database, tmp_path):
    def take_in(kind: str, words: str) -> str:
        path = tmp_path / "file.csv"
        path.write_text(words, "utf-8", newline="")
        return [say(said, "en") for _, said in import_file(database, kind, path, "USD", "UTC", NOW, dry_run=False)][-1]

    return take_in


def given_back(database, kind, form="csv"):
    out = io.StringIO(newline="")
    export_to(database, kind, form, None, out)
    return out.getvalue()


def cells(words):
    return list(csv.reader(io.StringIO(words)))


def test_everything_comes_out_as_it_went_in_and_a_second_time_nothing_is_new(take, database):
    for kind in KINDS:
        number = len(cells(BOOKS[kind])) - 1
        assert take(kind, BOOKS[kind]).partition(": ")[2] == f"{number} new, 0 same"
    for kind in KINDS:
        assert cells(given_back(database, kind)) == cells(BOOKS[kind])
    for kind in KINDS:
        number = len(cells(BOOKS[kind])) - 1
        assert take(kind, given_back(database, kind)).partition(": ")[2] == f"0 new, {number} same"


def test_what_comes_after_goes_on_counting_where_the_file_ended(take, database, chat):
    for kind in KINDS:
        take(kind, BOOKS[kind])
    rep = chat("eve", Role.OWNER)
    assert "D11" in rep.say("new deal Hooli 5k")
    assert "T11" in rep.say("remind me tomorrow at 3pm to call Ann Poe")
    assert "C13" in rep.say("new customer Zed Quick")


@pytest.mark.parametrize("kind", KINDS)
def test_where_there_were_records_before_refs_are_new_and_nothing_is_doubled(kind, take, database):
    before = BOOKS | {"customers": "ref,name\nC1,Somebody Else\n"}
    for each in KINDS:
        take(each, before[each])
    other = {"customers": "name\nX Y\n", "products": "name\nZ\n", "deals": "customer,title,amount\nHooli,Other,1\n"}
    for each in other:
        take(each, other[each])
    words = BOOKS[kind].replace("Hooli,", "Initech,").replace("智和教育,", "Umbrella,").replace("Ann Poe,", "Cy Dee,")
    first, second = take(kind, words), take(kind, words)
    assert ": 0 new" in second and "changed" not in second
    assert "new" in first


def test_notes_that_are_to_be_sealed_are_sealed(blank, tmp_path):
    from storage import open_database

    sealed = open_database(blank(tmp_path / "s.db"), encrypt_notes=True)
    path = tmp_path / "notes.csv"
    path.write_text("customer,text,when\nHooli,a secret word,2026-01-02\n")
    for expected in ("1 new, 0 same", "0 new, 1 same"):
        [*_, (_, last)] = import_file(sealed, "interactions", path, "USD", "UTC", NOW, dry_run=False)
        assert say(last, "en").endswith(expected)
    assert json.loads(given_back(sealed, "interactions", "json"))[0]["text"] == "a secret word"
    sealed.close()
    assert b"secret word" not in b"".join(each.read_bytes() for each in tmp_path.glob("s.db*"))


def test_tasks_notes_and_campaigns_as_other_programs_write_them(take, database):
    tasks = "Subject,Due Date,Status,Priority,Assigned To,Company / Account\n"
    tasks += "Call back,12/1/2026,Not Started,High,Ann,Acme\n"
    assert take("tasks", tasks) == "tasks B1: 1 new, 0 same"
    assert take("tasks", tasks.replace("Not Started", "Completed")) == "tasks B2: 0 new, 0 same, 1 changed"
    notes = "客户名称,跟进方式,跟进时间,跟进内容,记录人\n腾讯,电话拜访,2026-01-02 10:00,聊了续约,小王\n"
    notes += "腾讯,微信,2026-01-03,,小王\n"
    assert take("interactions", notes) == "interactions B3: 1 new, 0 same, 1 bad"
    campaigns = 'Campaign Name,Type,Budgeted Cost in Campaign,Start Date\nSpring,Trade Show,"$5,000",2026-03-01\n'
    assert take("campaigns", campaigns) == "campaigns B4: 1 new, 0 same"
    task, note, campaign = (
        json.loads(given_back(database, k, "json"))[0] for k in ("tasks", "interactions", "campaigns")
    )
    assert (task["status"], task["due"], task["priority"], task["owner"]) == ("done", "2026-01-12", "high", "Ann")
    assert (note["kind"], note["text"], note["by"]) == ("call", "聊了续约", "小王")
    assert (campaign["category"], campaign["budget"]) == ("market", "5000")


def test_one_file_may_hold_all_kinds_and_is_taken_back_sheet_by_sheet(take, database, tmp_path):
    for kind in KINDS:
        take(kind, BOOKS[kind])
    for name in ("all.xlsx", "all.json", "all.zip"):
        export_to(database, "all", "", tmp_path / name, io.StringIO())
    assert json.loads((tmp_path / "all.json").read_text("utf-8")) == json.loads(given_back(database, "all", ""))
    with zipfile.ZipFile(tmp_path / "all.zip") as packed:
        assert {each.removesuffix(".csv") for each in packed.namelist()} == set(KINDS)
        assert cells(packed.read("deals.csv").decode()) == cells(BOOKS["deals"])
    for kind in KINDS:
        *_, (_, last) = import_file(database, kind, tmp_path / "all.xlsx", "USD", "UTC", NOW, dry_run=True)
        number = len(cells(BOOKS[kind])) - 1
        assert say(last, "en").endswith(f"0 new, {number} same")


def test_records_of_two_customers_of_one_name_stay_where_they_are(database, take, chat):
    """An export names its customers only."""
    take("customers", BOOKS["customers"])
    boss = chat("eve", Role.OWNER)
    boss.say("new deal C3 5k")
    boss.say("remind me tomorrow at 3pm to call C3")
    boss.does("ticket.add", customer="C3", subject="it is slow")
    for kind in ("deals", "tasks", "tickets"):
        assert take(kind, given_back(database, kind)).endswith("0 new, 1 same")
    whose = database.run(lambda store: [store.session.get(each, 1).customer_id for each in (Deal, Task, Ticket)])
    assert whose == [3, 3, 3]
