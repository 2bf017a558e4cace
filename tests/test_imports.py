"""Spreadsheets as people and other programs write them: taken in once, whatever the second time."""

import csv
import io
import json
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func
from sqlmodel import select

from crmbot.errors import BadInput
from crmbot.incoming import Sender
from crmbot.people import Role
from crmbot.words import say
from storage import Database, open_database
from storage.audit import broken_at
from storage.cells import BadCell, Order, decimal_mark, read_amount, read_day, read_moment, read_stage
from storage.exports import export_to
from storage.imports import import_file
from storage.mapping import columns_of, plain_header, tables
from storage.tables import Audit, Batch, Change, Customer, Deal, DealStage, Gram, Handle
from storage.tables import Product as ProductRow

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
Take = Callable[..., list[str]]
Table = Sequence[Sequence[object]]

CUSTOMERS: list[list[object]] = [["id", "name", "phone", "email"]]
CUSTOMERS += [[n, f"Person {n} Tester", f"+4477009{n:05}", f"p{n}@x.test"] for n in range(1, 31)]
DEALS = [
    ["opportunity_id", "sales_agent", "product", "account", "deal_stage", "engage_date", "close_date", "close_value"],
    ["A1", "Ann Lee", "Rocket Pro", "Acme Corp", "Won", "10/20/2025", "3/1/2026", "1054"],
    ["A2", "Bob Ray", "RocketPro", "Beta Ltd", "Lost", "10/25/2025", "3/11/2026", "0"],
    ["A3", "Ann Lee", "Rocket Basic", "", "Engaging", "11/3/2025", "", ""],
    ["A4", "Ann Lee", "Rocket Basic", "", "Prospecting", "", "", ""],
]


@pytest.fixture
def database(blank: Callable[[Path], str], compiled: dict, tmp_path: Path) -> Iterator[Database]:
    opened = open_database(blank(tmp_path / "x.db"))
    opened.engine.update_execution_options(compiled_cache=compiled)
    yield opened
    opened.close()


@pytest.fixture
def take(database: Database, tmp_path: Path) -> Take:
    """Import a table as a CSV file, and give back the report."""

    def taken(kind: str, table: Table, *, zone: str = "Europe/London", dry_run: bool = False, **how: str) -> list[str]:
        file = tmp_path / "table.csv"
        file.write_bytes(as_csv(table, **how))
        return report(database, kind, file, zone=zone, dry_run=dry_run)

    return taken


def report(database: Database, kind: str, file: Path, *, zone: str = "UTC", dry_run: bool = False) -> list[str]:
    lines = import_file(database, kind, file, "USD", zone, NOW, dry_run)
    return [say(said, "en") for reported, said in lines if reported]


def as_csv(table: Table, *, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(table)
    return out.getvalue().encode(encoding)


def rows(database: Database, kind: str) -> list[dict[str, str | None]]:
    out = io.StringIO()
    export_to(database, kind, "json", None, out)
    found: list[dict[str, str | None]] = json.loads(out.getvalue())
    return found


def count(database: Database, table: type) -> int:
    return int(database.run(lambda store: store.session.exec(select(func.count()).select_from(table)).one()))


# What is read


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ","), ("utf-8-sig", ";"), ("gbk", "\t"), ("gb18030", ","), ("utf-16", ";")]
)
def test_chinese_files_of_every_encoding(take: Take, database: Database, encoding: str, delimiter: str) -> None:
    table = [
        ["客户名称", "联系人", "手机", "邮箱", "负责人", "行业"],
        ["智云科技有限公司", "王小明", "138-0013-8000", "wang@zhiyun.test", "李雷", "软件"],
        ["杭州远景", "张丽", "13900139000", "", "", ""],
    ]
    assert take("customers", table, encoding=encoding, delimiter=delimiter)[-1] == "customers B1: 2 new, 0 same"
    people = [row for row in rows(database, "customers") if row["kind"] == "person"]
    assert [(row["name"], row["company"], row["phones"], row["owner"], row["tags"]) for row in people] == [
        ("王小明", "智云科技有限公司", "+8613800138000", "李雷", "软件"),
        ("张丽", "杭州远景", "+8613900139000", None, None),
    ]


def test_chinese_deals(take: Take, database: Database) -> None:
    table = [
        ["商机名称", "客户", "金额（万元）", "阶段", "负责人", "预计成交日期", "产品"],
        ["年度合同", "智云科技", "3.5", "赢单", "李雷", "2026年3月1日", "云盘"],
        ["扩容", "智云科技", "12", "报价", "李雷", "2026/12/31", "云盘"],
    ]
    take("deals", table, zone="Asia/Shanghai")
    assert [(row["title"], row["amount"], row["stage"], row["close_date"]) for row in rows(database, "deals")] == [
        ("年度合同", "35000", "won", "2026-03-01"),
        ("扩容", "120000", "proposal", "2026-12-31"),
    ]


def test_a_cell_that_brings_its_own_unit_is_not_scaled_again(take: Take, database: Database) -> None:
    take("deals", [["客户", "金额（万元）"], ["腾讯", "30"], ["华为", "3万"]])
    assert [(row["amount"], row["currency"]) for row in rows(database, "deals")] == [
        ("300000", "CNY"),
        ("30000", "CNY"),
    ]


def test_latin_1_is_not_taken_for_chinese(take: Take, database: Database) -> None:
    table = [["name", "email"], ["Müller Söhne GmbH", "a@x.test"], ["Café Théâtre", "b@x.test"], ["Größe", "c@x.test"]]
    take("customers", table, encoding="cp1252")
    assert [row["name"] for row in rows(database, "customers")] == ["Müller Söhne GmbH", "Café Théâtre", "Größe"]


def test_excel_cells_are_read_as_what_they_are(database: Database, tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["My pipeline"])
    sheet.append([])
    sheet.append(["Customer", "Deal", "Amount", "Stage", "Close date", "Created at"])
    sheet.append(["Acme", "Big one", 1234.5, "Won", datetime(2026, 3, 1), datetime(2026, 1, 2, 15, 30)])  # noqa: DTZ001  # Excel knows no zones
    sheet.append(["Beta", 4711.0, 12.345, "Proposal", date(2026, 4, 5), "2026-01-03"])
    book.save(tmp_path / "x.xlsx")
    assert report(database, "deals", tmp_path / "x.xlsx")[-1] == "deals B1: 2 new, 0 same"
    first, second = rows(database, "deals")
    assert (first["amount"], first["close_date"], first["created"]) == ("1234.5", "2026-03-01", "2026-01-02")
    assert (second["title"], second["amount"], second["close_date"]) == ("4711", "12.35", "2026-04-05")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"name,email\n", "no rows"),
        ("a.csv", b"colour,size\nred,9\n", "no column"),
        ("a.xlsx", b"PK\x03\x04rubbish", "no Excel file"),
        ("a.xls", b"\xd0\xcf\x11\xe0rubbish", "old or locked"),
        ("a.csv", b"name\n" + b'"' + b"x" * 200_000 + b'"', "field larger"),
        ("a.csv", b'name,email\nAnn,a@x.com\n"Bob,b@x.com\nCleo,c@x.com\n', "line 3 is never closed"),
    ],
)
def test_what_is_no_table_is_said_in_one_line(
    database: Database, tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(BadInput, match=said) as error:
        report(database, "customers", tmp_path / name)
    assert "\n" not in str(error.value)


def test_unknown_kinds_and_missing_files(database: Database, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name\nx\n")
    for kind, file in (("horses", "a.csv"), ("tasks", "b.csv"), ("customers", "b.csv"), ("customers", "")):
        with pytest.raises(BadInput):
            report(database, kind, tmp_path / file)


def test_a_zip_bomb_is_refused(database: Database, tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as packed, packed.open("xl/a.xml", "w") as out:
        for _ in range(600):
            out.write(bytes(2**20))
    with pytest.raises(BadInput, match="unpacks"):
        report(database, "customers", tmp_path / "a.xlsx")


@pytest.mark.parametrize(
    ("header", "plain"),
    [("close_value", "close value"), ("CloseDate", "close date"), ("Est. Close Date", "est close date"),
     ("金额（万元）", "金额"), ("Account.Name", "account name"), ("Amount (USD)", "amount")],
)  # fmt: skip
def test_headers_lose_their_marks(header: str, plain: str) -> None:
    assert plain_header(header) == plain


@pytest.mark.parametrize(
    ("kind", "headers", "vendor", "fields"),
    [
        ("deals", "Id,Name,StageName,Amount,CloseDate,AccountId,Account.Name,Owner.Name", "Salesforce",
         {"title": "Name", "customer": "Account.Name", "owner": "Owner.Name", "stage": "StageName"}),
        ("deals", "(Do Not Modify) Opportunity,Topic,Potential Customer,Est. Close Date,Est. Revenue,Owner", "Dynamics",
         {"title": "Topic", "customer": "Potential Customer", "amount": "Est. Revenue"}),
        ("deals", "Record Id,Deal Name,Account Name,Amount,Closing Date,Stage,Deal Owner,Contact Name", "Zoho",
         {"title": "Deal Name", "customer": "Account Name", "close_date": "Closing Date"}),
        ("deals", "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Associated Company,Pipeline", "HubSpot",
         {"title": "Deal Name", "customer": "Associated Company", "owner": "Deal owner"}),
        ("deals", "ID,Lead title,Company,Main contact,Responsible user,Lead stage,Sale,Created at", "Kommo",
         {"title": "Lead title", "customer": "Company", "amount": "Sale", "stage": "Lead stage"}),
        ("customers", "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Company Name", "HubSpot",
         {"company": "Company Name", "owner": "Contact owner", "phones": "Phone Number"}),
        ("customers", "Full Name,Company Name,Business Phone,Mobile Phone", "Dynamics", {"company": "Company Name"}),
    ],
)  # fmt: skip
def test_exports_of_other_crms(kind: str, headers: str, vendor: str, fields: dict[str, str]) -> None:
    columns = columns_of(kind, headers.split(","))
    assert columns.vendor == vendor
    assert {name: columns.header(name) for name in fields} == fields


# Cells


@pytest.mark.parametrize(
    ("said", "mark", "value", "currency"),
    [("30,000", "", 30_000, ""), ("$30k", "", 30_000, "USD"), ("3万", "", 30_000, ""), ("12.500,50", "", "12500.5", ""),
     ("12.345", ".", "12.35", ""), ("12.345", ",", 12_345, ""), ("1,234", ",", "1.23", ""),
     ("¥3,000.00", "", 3000, "CNY"), ("0", "", 0, ""), ("1'000", "", 1000, "")],
)  # fmt: skip
def test_amounts(said: str, mark: str, value: object, currency: str) -> None:
    money, told = read_amount(said, mark, "EUR")
    assert (money.value, money.currency, told) == (Decimal(str(value)), currency or "EUR", bool(currency))


@pytest.mark.parametrize("said", ["-500", "(500)", "$-3", "abc", "1e5", "9" * 40])
def test_what_is_no_amount(said: str) -> None:
    with pytest.raises(BadCell):
        read_amount(said, "", "EUR")


def test_the_column_tells_the_decimal_mark() -> None:
    assert decimal_mark(["1,234", "99.5"]) == "."
    assert decimal_mark(["1.234", "99,5"]) == ","
    assert decimal_mark(["1.234", "1,234,567"]) == ""


@pytest.mark.parametrize(
    "said",
    ["2026-03-04", "2026/3/4", "2026年3月4日", "4.3.2026", "4/3/2026", "20260304", "Mar 4, 2026", "04-Mar-26", "46085"],
)
def test_days(said: str) -> None:
    assert read_day(said, Order(True)) == date(2026, 3, 4)


def test_moments_are_those_of_the_zone() -> None:
    assert read_moment("2026-03-04 08:30", Order(True), "Asia/Shanghai") == datetime(2026, 3, 4, 0, 30, tzinfo=UTC)
    assert read_moment("2026-03-04T08:30:00Z", Order(True), "Asia/Shanghai") == datetime(2026, 3, 4, 8, 30, tzinfo=UTC)
    assert read_moment("2026年3月4日 下午3:05", Order(True), "Asia/Shanghai").hour == 7
    assert read_moment("2026-03-04 00:00:00", Order(True), "America/New_York").date() == date(2026, 3, 4)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.booleans())
def test_a_day_that_was_written_is_read(day: date, day_first: bool) -> None:
    parts = (day.day, day.month) if day_first else (day.month, day.day)
    for said in (
        f"{parts[0]}/{parts[1]}/{day.year}",
        day.isoformat(),
        f"{day:%d}.{day:%m}.{day.year}",
        f"{day:%Y%m%d}",
    ):
        assert read_day(said, Order(day_first)) == day


@pytest.mark.parametrize("said", ["31/2/2026", "13/13/2026", "soon", "2026-13-01", "99"])
def test_what_is_no_day(said: str) -> None:
    with pytest.raises(BadCell):
        read_day(said, Order(True))


@pytest.mark.parametrize(
    ("said", "stage"),
    [("Closed Won", "won"), ("closedwon", "won"), ("3. Proposal (50%)", "proposal"), ("赢单", "won"), ("丢单", "lost"),
     ("Engaging", "qualified"), ("Prospecting", "lead"), ("1-Qualify", "qualified"), ("Closed-Lost", "lost"),
     ("appointmentscheduled", "lead"), ("Negotiation/Review", "negotiation")],
)  # fmt: skip
def test_stages(said: str, stage: str) -> None:
    assert read_stage(said) == stage


# The order of day and month


@pytest.mark.parametrize(
    ("days", "zone", "first", "said"),
    [
        (["3/4/2026", "25/4/2026"], "America/New_York", "2026-04-03", False),
        (["3/4/2026", "4/25/2026"], "Europe/London", "2026-03-04", False),
        (["3/4/2026", "5/6/2026"], "America/New_York", "2026-03-04", True),
        (["3/4/2026", "5/6/2026"], "Europe/London", "2026-04-03", True),
        (["3.4.2026", "5.6.2026"], "America/New_York", "2026-04-03", False),
    ],
)
def test_a_column_decides_what_3_4_is(
    take: Take, database: Database, days: list[str], zone: str, first: str, said: bool
) -> None:
    lines = take("deals", [["customer", "close_date"], *(["Acme", day] for day in days)], zone=zone)
    assert rows(database, "deals")[0]["close_date"] == first
    assert any("3/4 was read as" in line for line in lines) is said


def test_a_column_that_does_not_tell_follows_one_that_does(take: Take, database: Database) -> None:
    table = [["customer", "close_date", "created"], ["Acme", "3/4/2026", "25/12/2025"]]
    lines = take("deals", table, zone="America/New_York")
    assert rows(database, "deals")[0]["close_date"] == "2026-04-03"
    assert any("another column" in line for line in lines)


# Again and again


def test_the_seed_of_four_columns_goes_in_and_comes_out(take: Take, database: Database) -> None:
    assert take("customers", CUSTOMERS)[-1] == "customers B1: 30 new, 0 same"
    found = [[row["name"], row["phones"], row["emails"]] for row in rows(database, "customers")]
    assert found == [row[1:] for row in CUSTOMERS[1:]]
    assert take("customers", CUSTOMERS)[-1] == "customers B2: 0 new, 30 same"
    assert count(database, Handle) == 60


def test_a_changed_row_changes_its_record(take: Take, database: Database) -> None:
    take("customers", CUSTOMERS)
    changed = [list(row) for row in CUSTOMERS]
    changed[3][1], changed[5][2] = "Petra Newname", "+447700999999"
    assert take("customers", changed)[-1] == "customers B2: 0 new, 28 same, 2 changed"
    found = rows(database, "customers")
    assert found[2]["name"] == "Petra Newname"
    assert found[4]["phones"] == "+447700900005; +447700999999"
    assert take("customers", changed)[-1] == "customers B3: 0 new, 30 same"


def test_deals_go_in_once(take: Take, database: Database) -> None:
    lines = take("deals", DEALS)
    assert lines[-1] == "deals B1: 4 new, 0 same"
    assert any("2 rows name no customer: they are under the customer (no account)" in line for line in lines)
    assert any("product RocketPro was taken for Rocket Pro: one row" in line for line in lines)
    assert any("2 amounts without a currency were taken as USD" in line for line in lines)
    assert take("deals", DEALS)[-1] == "deals B2: 0 new, 4 same"
    assert rows(database, "deals")[:2] == [
        {"ref": "D1", "customer": "Acme Corp", "title": None, "amount": "1054", "currency": "USD", "stage": "won",
         "close_date": "2026-03-01", "owner": "Ann Lee", "product": "Rocket Pro", "created": "2025-10-20"},
        {"ref": "D2", "customer": "Beta Ltd", "title": None, "amount": "0", "currency": "USD", "stage": "lost",
         "close_date": "2026-03-11", "owner": "Bob Ray", "product": "Rocket Pro", "created": "2025-10-25"},
    ]  # fmt: skip
    assert [row["stage"] for row in rows(database, "deals")] == ["won", "lost", "qualified", "lead"]
    assert count(database, Customer) == 3
    assert count(database, ProductRow) == 2


def test_a_deal_that_moved_on_is_moved(take: Take, database: Database) -> None:
    take("deals", DEALS)
    moved = [list(row) for row in DEALS]
    moved[3][4:] = ["Won", "11/3/2025", "3/20/2026", "500"]
    assert take("deals", moved)[-1] == "deals B2: 0 new, 3 same, 1 changed"
    third = rows(database, "deals")[2]
    assert (third["stage"], third["amount"], third["close_date"]) == ("won", "500", "2026-03-20")
    assert count(database, DealStage) == 5
    assert take("deals", moved)[-1] == "deals B3: 0 new, 4 same"


def test_deals_without_an_id_are_known_by_what_they_say(take: Take, database: Database) -> None:
    table = [
        ["customer", "title", "amount", "stage"],
        ["Acme", "Seats", "100", "lead"],
        ["Acme", "Seats", "200", "lead"],
    ]
    take("deals", table)
    assert take("deals", table)[-1] == "deals B2: 0 new, 2 same"
    assert take("deals", [*table, ["Acme", "Seats", "300", "lead"]])[-1] == "deals B3: 1 new, 2 same"
    later = [table[0], ["Acme", "Seats", "100", "proposal"], table[2]]
    assert take("deals", later)[-1] == "deals B4: 0 new, 1 same, 1 changed"


def test_orders_alike_are_two_orders_and_stay_two(take: Take, database: Database) -> None:
    table = [
        ["customer_id", "date", "quantity", "amount"],
        ["00001", "19970101", "1", "11.77"],
        ["00001", "19970101", "1", "11.77"],
    ]
    assert take("orders", table)[-1] == "orders B1: 2 new, 0 same"
    assert take("orders", table)[-1] == "orders B2: 0 new, 2 same"
    assert [row["at"] for row in rows(database, "orders")] == ["1997-01-01", "1997-01-01"]


def test_an_order_without_an_amount_takes_that_of_its_product(take: Take, database: Database) -> None:
    take("products", [["product", "price"], ["Seat", "25"]])
    table = [
        ["customer", "product", "quantity", "date"],
        ["Acme", "Seat", "4", "2026-01-02"],
        ["Acme", "Desk", "1", "2026-01-02"],
    ]
    lines = take("orders", table)
    assert lines[-1] == "orders B2: 1 new, 0 same, 1 bad"
    assert rows(database, "orders")[0]["amount"] == "100"


def test_people_of_one_name_stay_apart_and_spellings_of_one_company_meet(take: Take, database: Database) -> None:
    table = [
        ["name", "company", "email"],
        ["John Smith", "Acme Inc", "js@acme.test"],
        ["John Smith", "Beta", "js@beta.test"],
        ["Ann Wu", "ACME, Inc.", "office@acme.test"],
        ["Bob Wu", "Acme", "office@acme.test"],
    ]
    assert take("customers", table)[-1] == "customers B1: 4 new, 0 same"
    assert [row["name"] for row in rows(database, "customers") if row["kind"] == "organisation"] == ["Acme Inc", "Beta"]
    assert take("customers", table)[-1] == "customers B2: 0 new, 4 same"


def test_a_row_that_repeats_another_adds_and_does_not_overwrite(take: Take, database: Database) -> None:
    table = [["company", "phone", "owner"], ["Acme", "+4420794600", "Ann"], ["ACME Inc.", "+44207946001", "Bob"]]
    lines = take("customers", table)
    assert lines[-1] == "customers B1: 1 new, 0 same, 1 changed"
    assert any("the same as an earlier row" in line for line in lines)
    row = rows(database, "customers")[0]
    assert (row["owner"], row["phones"]) == ("Ann", "+4420794600; +44207946001")
    assert take("customers", table)[-1] == "customers B2: 0 new, 2 same"


def test_two_programs_may_both_have_a_customer_1(take: Take, database: Database) -> None:
    take("customers", [["id", "name", "email"], ["1", "Ann Wu", "ann@x.test"]])
    assert take("customers", [["id", "name", "email"], ["1", "Zed Quick", "zed@y.test"]])[-1].endswith("1 new, 0 same")
    assert [row["name"] for row in rows(database, "customers")] == ["Ann Wu", "Zed Quick"]


def test_companies_stand_under_their_parents_wherever_those_are_in_the_file(take: Take, database: Database) -> None:
    table = [["account", "subsidiary_of"], ["Beta", "Acme"], ["Acme", ""], ["Ring A", "Ring B"], ["Ring B", "Ring A"]]
    assert take("customers", table)[-1] == "customers B1: 4 new, 0 same"
    assert {row["name"]: row["company"] for row in rows(database, "customers")} == {
        "Acme": None, "Beta": "Acme", "Ring A": "Ring B", "Ring B": "Ring A",
    }  # fmt: skip
    assert take("customers", table)[-1] == "customers B2: 0 new, 4 same"


def test_owners_who_are_members_own(take: Take, database: Database) -> None:
    database.run(lambda store: store.members.enrol(Sender("telegram", "7", "Ann Lee"), Role.REP, NOW))
    take("deals", DEALS)
    owners = database.run(lambda store: [(deal.owner_id, deal.owner_name) for deal in store.session.exec(select(Deal))])
    assert owners[:2] == [(1, None), (None, "Bob Ray")]


def test_a_product_in_which_a_word_is_another_word_is_another_product(take: Take, database: Database) -> None:
    take("products", [["product", "price"], ["Media Suite", "25"]])
    take("products", [["product", "price"], ["Medical Suite", "90"], ["Mdeia Suite", "30"]])
    assert [(row["name"], row["price"]) for row in rows(database, "products")] == [
        ("Media Suite", "30"),
        ("Medical Suite", "90"),
    ]


def test_products_are_known_by_their_names(take: Take, database: Database) -> None:
    take("products", [["product", "sales_price"], ["Rocket Pro", "4,821"], ["Rocket Basic", "550"]])
    assert (
        take("products", [["产品名称", "单价"], ["RocketPro", "5000"]])[-1] == "products B2: 0 new, 0 same, 1 changed"
    )
    assert [(row["name"], row["price"]) for row in rows(database, "products")] == [
        ("Rocket Pro", "5000"),
        ("Rocket Basic", "550"),
    ]


# What is refused, and what is left alone


def test_bad_rows_are_told_and_the_rest_goes_in(take: Take, database: Database) -> None:
    table = [["customer", "amount", "stage", "close_date"], ["Acme", "100", "won", "2026-03-01"]]
    table += [["Bad", "lots", "won", ""] for _ in range(7)] + [
        ["Bad", "5", "banana", ""],
        ["Bad", "5", "won", "31/31/2026"],
    ]
    lines = take("deals", table)
    assert lines[-1] == "deals B1: 1 new, 0 same, 9 bad"
    refused = next(line for line in lines if "no amount" in line)
    assert refused.startswith("not taken, no amount that can be read: 7 rows (line 3 “lots”, line 4")
    assert refused.endswith("…)")
    assert refused.count("line") == 5
    assert [row["name"] for row in rows(database, "customers")] == ["Acme"]  # a bad row leaves nothing behind


def test_lines_are_counted_as_in_the_file(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('customer,amount,note\nAcme,1,"two\nlines"\n\nBeta,lots,x\n')
    assert any("line 5" in line for line in report(database, "deals", file))


def test_a_phone_that_is_none_does_not_cost_the_row(take: Take, database: Database) -> None:
    lines = take("customers", [["name", "phone", "email"], ["Ann Wu", "ask Bob", "n/a"]])
    assert lines[-1].endswith("1 new, 0 same")
    assert any("no phone that can be read, left out: one row (line 2 “ask Bob”)" in line for line in lines)


def test_a_dry_run_counts_the_same_and_changes_nothing(take: Take, database: Database) -> None:
    big = [
        ["account", "title", "amount"],
        *([f"Company{n % 700}", f"Deal{n}", n] for n in range(1200)),
        ["x", "y", "bad"],
    ]
    dry = take("deals", big, dry_run=True)
    assert [count(database, table) for table in (Customer, Deal, Batch, Change, Audit)] == [0] * 5
    wet = take("deals", big)
    assert dry[:-1] == wet[:-1]
    assert dry[-1] == "deals (dry run, nothing was written): 1200 new, 0 same, 1 bad"
    assert wet[-1] == "deals B1: 1200 new, 0 same, 1 bad"
    assert take("deals", big, dry_run=True)[-1].endswith("0 new, 1200 same, 1 bad")


def test_a_batch_its_changes_and_the_audit_are_kept(take: Take, database: Database) -> None:
    take("deals", DEALS)
    batch, handled, kinds = database.run(
        lambda store: (
            store.session.get(Batch, 1),
            set(store.session.exec(select(Change.handled_id))),
            set(store.session.exec(select(Audit.kind))),
        )
    )
    assert batch is not None
    assert (batch.kind, batch.added, batch.same, batch.refused) == ("deals", 4, 0, 0)
    assert len(handled) == 1
    assert kinds == {"import.deals"}
    assert database.run(lambda store: broken_at(store.connection)) is None
    assert count(database, Gram) > 0


def test_words_in_a_file_are_no_commands(take: Take, database: Database) -> None:
    evil = [
        "/won D1",
        "delete all",
        "删除所有客户",
        "{{7*7}}",
        "'; DROP TABLE deal; --",
        "<b>x</b>",
        "[Undo]",
        "confirm",
    ]
    take("customers", [["name", "note"], *([f"{words} {n}", words] for n, words in enumerate(evil))])
    assert len(rows(database, "customers")) == len(evil)
    assert rows(database, "deals") == []


ODD = ["", " ", "-", "n/a", "=1+1", "3/4/2026", "25/12/2025", "2026-01-01 15:00", "13/13/2013", "100", "1,234.5"]
ODD += ["$5k", "3万", "-5", "won", "赢单", "EUR", "XXX", "1", "2", "Acme", "ACME Inc.", "Ann Wu", "王小明", "a@x.test"]
ODD += ["b@x.test", "\0", "+447700900123", "13800138000", "x" * 300, "C1", "D1", "O1", "Rocket Pro", "RocketPro"]
ODD += ["person", "😀", '"a\nb"']


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["customers", "products", "deals", "orders"])
def test_whatever_is_in_a_file_a_second_import_adds_nothing(take: Take, kind: str, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(5):
        headers = [chance.choice(words) for words in tables()[kind].values()]
        table = [headers, *([chance.choice(ODD) for _ in headers] for _ in range(20))]
        dry, first, second = take(kind, table, dry_run=True)[-1], take(kind, table)[-1], take(kind, table)[-1]
        assert dry.partition(": ")[2] == first.partition(": ")[2]
        assert ": 0 new" in second
        assert "changed" not in second


def test_imports_load_no_heavy_libraries() -> None:
    import subprocess
    import sys

    heavy = "{'pandas', 'openpyxl', 'charset_normalizer'}"
    code = f"import sys, storage.imports, storage.exports; print({heavy} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
