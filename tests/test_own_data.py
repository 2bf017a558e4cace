"""A customer asks what is held on them, and to be forgotten: both in the chat that is theirs."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select
from sqlmodel import SQLModel

from crmbot.people import Role
from handlers._customer_words import is_export, is_forget
from storage.tables import Customer, Deal, DealStage, Mailing, Order, Recipient, Survey, Tag, Task
from tests.conftest import NOW

CUSTOMER = Customer.__table__


@pytest.fixture
def amy(chat):
    return chat("amy", Role.OWNER)


@pytest.fixture
def ann(amy, chat, database):
    """Somebody on whom there is something of every kind."""
    amy.does("customer.add", name="Ann Poe", phone="+14155552671", email="ann@hooli.example", text="likes tea")
    ann = chat("ann", None)
    database.run(lambda store: store.customers.give_handle(store.session.get(Customer, 1), "terminal", "ann"))
    amy.does("deal.add", customer="C1", amount={"value": "30000"}, title="seats")
    amy.does("deal.win", deal="D1")
    amy.does("campaign.add", title="Spring")
    amy.does("interaction.log", customer="C1", text="wants a quote", due="2026-11-27")
    ann.say("my export is broken")
    ann.say("news")
    rows = (
        insert(Tag).values(customer_id=1, tag="vip"),
        insert(Survey).values(customer_id=1, score=2, comment="slow", reminded=False, version=1),
        insert(Order).values(customer_id=1, quantity=1, amount=500, currency="USD", at=NOW, version=1),
        insert(Mailing).values(campaign_id=1, text="Spring is here", at=NOW),
        insert(Recipient).values(mailing_id=1, customer_id=1, held_out=False, sent_at=NOW),
    )
    database.run(lambda store: [store.connection.execute(row) for row in rows])
    amy.does("customer.add", name="Somebody Else", text="not hers")
    amy.does("deal.add", customer="C2", amount={"value": "700"})
    return ann


def held(person) -> dict:
    file = person.last.reply.file
    assert file.name == "2026-11-23-C1.json"
    return json.loads(file.data)


def test_a_customer_gets_all_that_is_held_on_them(ann, database):
    """As many rows as the database itself counts, in every table that points to a customer."""
    assert ann.say("/export me") == "This is all that is held on you here."
    told = held(ann)
    with database.reading() as store:

        def count(table, which):
            return store.connection.execute(select(func.count()).select_from(table).where(which)).scalar()

        hers = select(Deal.id).where(Deal.customer_id == 1)
        expected = {"customer": 1, "deal_stage": count(DealStage.__table__, DealStage.deal_id.in_(hers))}
        for table in SQLModel.metadata.sorted_tables:
            keys = [column for column in table.c if any(key.column is CUSTOMER.c.id for key in column.foreign_keys)]
            for column in keys if table is not CUSTOMER else []:
                expected[table.name] = count(table, column == 1)
    assert {name: len(rows) for name, rows in told.items()} == expected
    assert min(expected.values()) > 0
    assert {row["value"] for row in told["handle"]} == {"+14155552671", "ann@hooli.example", "ann"}
    own = {"name": "Ann Poe", "note": "likes tea", "agreed_how": "terminal: news"}
    assert told["customer"][0] | own == told["customer"][0]
    assert told["deal"][0] | {"ref": "D1", "title": "seats", "amount": "30000", "owner": "Amy"} == told["deal"][0]
    assert told["recipient"][0]["text"] == "Spring is here" and told["survey"][0]["comment"] == "slow"
    assert {row["text"] for row in told["interaction"]} == {"wants a quote", "my export is broken"}
    assert "not hers" not in json.dumps(told) and "700" not in json.dumps(told)
    with database.reading() as store:
        audited = "SELECT count(*) FROM audit WHERE kind LIKE 'own data C1%'"
        assert store.connection.exec_driver_sql(audited.replace("%", "%%")).scalar() == 1


def test_of_a_stranger_nothing_is_held_and_nothing_is_made(chat, database):
    eve = chat("eve", None)
    assert eve.say("what do you know about me?") == "Nothing is held on you here."
    assert eve.say("忘记我") == "Nothing is held on you here."
    with database.reading() as store:
        assert store.connection.execute(select(func.count()).select_from(Customer)).scalar() == 0


def test_who_asks_to_be_forgotten_is_asked_once_more_and_an_owner_does_it(ann, amy, database):
    assert ann.say("forget me").startswith("Shall the team forget you?")
    done = ann.press("Yes")
    assert done.startswith("The team was asked to forget you, and will have done so by Wed 23 Dec")
    [told] = [each for each in ann.all if each.place == amy.place]
    amy.last = told
    with database.reading() as store:
        assert store.session.get(Customer, 1).stopped_at == NOW
        due = store.connection.execute(select(Task.due_at).where(Task.subject.like("forget C1%"))).scalar()
        assert due == NOW + timedelta(days=23)
    amy.last = told
    assert amy.press("Forget").startswith("Forget C1 · Ann Poe for good?")
    assert amy.press("Yes").startswith("C1 is forgotten")
    assert ann.say("/export me") == "Nothing is held on you here."


def test_whoever_came_by_a_link_is_looked_at_by_an_owner_first(ann, amy, chat, database):
    amy.does("ticket.add", ref="C2", subject="no invoice")
    link = amy.does("ticket.link", ref="K2").rpartition("\n")[2]
    eve = chat("eve", None)
    eve.say("hello, my door is broken")
    assert eve.say(f"/start {link}").startswith("This is K2 (no invoice).")
    told = []
    for _ in range(3):
        assert eve.say("/export me").startswith("Your chat came by a link") and eve.last.reply.file is None
        told += [each for each in eve.all if each.place == amy.place]
    [amy.last] = told
    amy.press("Give me the file")
    assert "not hers" in amy.last.reply.file.data.decode()
    with database.reading() as store:
        tasks = select(func.count()).select_from(Task).where(Task.subject.like("send C2 %"))
        assert store.connection.execute(tasks).scalar() == 1


def test_the_button_is_theirs_and_works_once(ann, chat):
    ann.say("删除我的数据")
    button = ann.button(ann.labels[0])
    eve = chat("eve", None)
    eve.say("hello there, my door is broken")
    assert "too old to work" in eve.say(button)
    ann.say(button)
    assert "too old" in ann.say(button) or "already" in ann.say(button)


ASKS = ("/export me", "export my data", "What do you know about me?", "which data do you have on me", "send me my data")
ASKS += ("导出我的数据", "我的个人信息", "你们有我的哪些信息？", "你保存了哪些我的数据")
FORGETS = (
    "/forget me",
    "forget me",
    "please delete my data",
    "Erase me",
    "删除我的数据",
    "忘记我",
    "请删除我的所有信息",
)
OTHERS = ("export is broken", "delete my last order", "my data is wrong", "don't forget me", "我的数据不对")


@pytest.mark.parametrize("words", [*ASKS, *FORGETS, *OTHERS])
def test_asked_in_many_words(words):
    assert (is_export(words), is_forget(words)) == (words in ASKS, words in FORGETS)
