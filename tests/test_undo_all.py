"""Whatever a member may write can be taken back: afterwards every row of every record is as it was."""

import pytest
from sqlalchemy import select

from crmbot.lessons import Lesson
from crmbot.people import Role
from storage.changes import TRACKED
from storage.tables import Survey
from tests.conftest import NOW

DUE = "2026-11-27"
MONEY = {"value": "500"}
CASES: dict[str, dict[str, object]] = {
    "alert.add": {"report": "won"},
    "campaign.add": {"title": "Autumn"},
    "campaign.close": {"campaign": "M1"},
    "campaign.log": {"campaign": "M1", "metric": "spend", "amount": MONEY},
    "campaign.send": {"campaign": "M1", "query": "all", "words": "Spring is here", "sure": True},
    "csat.callback": {"survey": 1},
    "csat.send": {"customer": "C4"},
    "customer.add": {"name": "Initech", "phone": "+14155550000", "email": "a@initech.example", "text": "new"},
    "customer.claim": {"customer": "C4"},
    "customer.delete": {"customer": "C3", "sure": True},
    "customer.join": {"customer": "C4", "into": "C1"},
    "customer.merge": {"customer": "C3", "into": "C2", "sure": True},
    "customer.update": {"customer": "C1", "phone": "+14155550001", "text": "more", "company": "Hooli"},
    "deal.add": {"customer": "C1", "title": "seats", "amount": MONEY},
    "deal.lose": {"deal": "D1", "reason": "price"},
    "deal.move": {"deal": "D1", "stage": "proposal"},
    "deal.update": {"deal": "D1", "amount": MONEY, "text": "note", "close_date": DUE},
    "deal.win": {"deal": "D1"},
    "interaction.log": {"customer": "C1", "text": "wants a quote", "amount": MONEY, "due": DUE},
    "lesson.forget": {"lesson": 1},
    "member.invite": {"kind": "rep"},
    "member.remove": {"member": "U2", "owner": "U1", "sure": True},
    "member.role": {"member": "U2", "kind": "viewer"},
    "member.uninvite": {"invite": 1},
    "order.add": {"customer": "C1", "amount": MONEY},
    "schedule.add": {"report": "pipeline", "every": "mon", "at": "09:00"},
    "schedule.delete": {"schedule": "R1"},
    "schedule.mute": {"schedule": "R1", "muted": True},
    "schedule.update": {"schedule": "R1", "at": "10:00"},
    "target.set": {"amount": MONEY, "period": "month"},
    "task.add": {"subject": "call Ann", "due": DUE},
    "task.delete": {"task": "T1"},
    "task.done": {"task": "T1"},
    "task.next": {"customer": "C1", "due": DUE},
    "task.put-off": {"task": "T1", "minutes": 60},
    "task.several": {"subject": "say hello", "query": "all", "due": DUE, "sure": True},
    "task.update": {"task": "T1", "due": DUE, "priority": "high"},
    "ticket.add": {"customer": "C1", "subject": "it is slow"},
    "ticket.claim": {"ticket": "K2"},
    "ticket.close": {"ticket": "K1", "reason": "fixed"},
    "ticket.reply": {"ticket": "K1", "text": "we are at it"},
    "ticket.theme": {"ticket": "K1", "reason": "speed"},
    "ticket.update": {"ticket": "K1", "category": "feedback"},
}
ELSEWHERE = {  # what changes no record by itself, or has a test of its own
    "campaign.link": "a link",
    "csat.link": "a link",
    "ticket.link": "a link",
    "data.import": "says how",
    "file.import": "tests/test_imports.py: a batch is taken back as one",
    "place.link": "by a code, tests/test_groups.py",
    "place.unlink": "in a group, tests/test_groups.py",
    "segments.tasks": "needs an analysis, tests/test_segments.py",
    "task.none": "nothing",
    "task.pick": "asks for a day",
    "ticket.assign": "asks for whom, which ticket.update is told",
    "ticket.rank": "asks how urgent it is, which ticket.update is told",
}


def test_every_intent_that_writes_has_a_case(app):
    writes = {name for name, intent in app.intents.items() if intent.needs.writes}
    assert set(CASES) | set(ELSEWHERE) >= writes
    assert not set(CASES) & set(ELSEWHERE)


@pytest.fixture
def amy(chat, database):
    """A company with a record of every kind that can be written to."""
    amy = chat("amy", Role.OWNER)
    chat("bob", Role.REP)
    amy.does("customer.add", name="Ann Poe", phone="+14155552671")
    amy.does("customer.add", name="Hooli")
    amy.does("customer.add", name="Globex")
    amy.does("deal.add", customer="C1", amount={"value": "30000"})
    amy.does("task.add", subject="call Hooli", due="2026-11-25")
    amy.does("ticket.add", customer="C1", subject="it is broken")
    amy.does("campaign.add", title="Spring")
    amy.does("schedule.add", report="pipeline", every="tue", at="08:00")
    amy.does("member.invite", kind="rep")
    eve = chat("eve", None)
    eve.say("my door is broken")
    eve.say("news")
    rule = Lesson("ask {name} about quillon", "interaction.log", {}, "en")

    def add(store):
        store.acts(None, "sample", NOW)
        store.learn(rule, store.member(amy.sender), NOW)
        store.session.add(Survey(customer_id=1, score=1, answered_at=NOW, sent_at=NOW))

    database.run(add)
    return amy


def records(database):
    """Every row of every record, but for how often it was written."""
    with database.reading() as store:
        found = {}
        for kind in TRACKED:
            table = kind.__table__
            for row in store.connection.execute(select(table)).mappings():
                found[table.name, row["id"]] = {name: value for name, value in row.items() if name != "version"}
        return found


def test_every_write_is_taken_back_to_the_byte(amy, database):
    """One after the other on the same company, which is the same after each."""
    bad, idle = {}, []
    for name, slots in CASES.items():
        before = records(database)
        said = amy.does(name, **slots)
        if records(database) == before:
            idle.append((name, said))
            continue
        undone = amy.say("undo")
        after = records(database)
        if after != before:
            bad[name] = said, undone, {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert (bad, idle) == ({}, [])
