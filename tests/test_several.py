"""One reminder for several customers: each gets its own, a few a day, after a look and with one undo."""

from collections import Counter

import pytest
from conftest import NOW
from sqlmodel import select

from crmbot.due import Defaults
from crmbot.people import Role
from crmbot.reply import Reply, verbatim
from handlers.segments import about
from storage.tables import Customer, Tag, Task


@pytest.fixture
def amy(chat, database):
    """Twelve customers are tagged #vip, one is not."""
    amy = chat("amy", Role.MANAGER)

    def add(store):
        store.acts(None, "test", NOW)
        made = [Customer(kind="person", name=f"Kim {at}", name_key=f"kim {at}", created_at=NOW) for at in range(13)]
        store.session.add_all(made)
        store.session.flush()
        store.session.add_all([Tag(customer_id=each.id, tag="vip") for each in made[:12]])
        store.session.flush()

    database.run(add)
    return amy


def tasks(database):
    return database.run(lambda store: store.session.exec(select(Task)).all())


def test_everyone_with_a_tag_gets_one_a_few_a_day(amy, database):
    words = amy.say("remind me to call all vip customers next week")
    assert words == (
        "Shall I remind you of 12 customers, one by one: “call …”? At most 5 a day, from Mon 30 Nov to Wed 2 Dec."
    )
    assert tasks(database) == []
    assert amy.press("Yes") == "Added 12 follow-ups for vip, from Mon 30 Nov to Wed 2 Dec."
    made = tasks(database)
    assert Counter(f"{task.due_at:%a}" for task in made) == {"Mon": 5, "Tue": 5, "Wed": 2}
    assert {(task.subject, task.owner_id) for task in made} == {(f"call Kim {at}", 1) for at in range(12)}
    assert len({task.customer_id for task in made}) == 12
    assert amy.say("undo").startswith("Taken back: ")
    assert tasks(database) == []


def test_without_a_day_it_begins_on_the_next_working_day_and_at_the_hour_that_is_said(amy, database, clock):
    clock.wait(days=4)  # a Friday
    amy.say("remind me to email everyone tagged vip")
    amy.press("Yes")
    assert min(task.due_at for task in tasks(database)).strftime("%a %d") == "Mon 30"
    amy.say("undo")
    amy.say("明天下午3点提醒我给所有vip客户打电话")
    amy.press("是" if "是" in amy.labels else "Yes")
    first = min(tasks(database), key=lambda task: task.due_at)
    assert (first.subject, f"{first.due_at:%a %H:%M}") == ("给Kim 0打电话", "Sat 15:00")


def test_a_group_of_the_last_segments_by_its_name_in_either_language(amy, database, said):
    ids = database.run(lambda store: [row.id for row in store.session.exec(select(Customer)).all()])

    def keep(store):
        member = store.reach(1, Defaults("en", "UTC", "USD")).member
        kept = {"members": {str(ids[0]): "at risk", str(ids[1]): "at risk", str(ids[2]): "new"}, "odd": []}
        store.analyses(about("kmeans", None, member)).keep(kept, Reply(verbatim("")), "en", NOW, NOW)

    database.run(keep)
    assert "2 customers" in amy.say("remind me to call everyone in segment at-risk next week")
    amy.say("no")
    assert "2 customers" in amy.say("提醒我下周联系流失风险的所有客户")
    amy.say("no")
    assert amy.say("remind me to call everyone in segment gold next week").startswith("I know no ")


@pytest.mark.parametrize("words", ["todo: send all documents to Kim 1", "remind me to thank everyone tomorrow"])
def test_other_work_is_one_follow_up(amy, database, words):
    amy.say(words)
    assert len(tasks(database)) == 1


def test_stars_that_were_typed_stand_for_no_name(amy, database):
    assert "“email the draft to …”" in amy.say("remind me to email the *draft* to all vip customers next week")
    amy.press("Yes")
    assert "email the draft to Kim 0" in [task.subject for task in tasks(database)]
