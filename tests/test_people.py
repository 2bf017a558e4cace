"""Strangers, invitations, and what is gone with one who leaves."""

from datetime import timedelta

from conftest import NOW

from crmbot.incoming import Sender
from crmbot.people import Role


def test_a_list_and_its_sum_hold_only_what_one_may_see(chat):
    amy, bob = chat("amy"), chat("bob")
    amy.say("new deal Acme 30k")
    bob.say("new deal Hooli 5k")
    assert amy.say("open deals") == "One open deal: $30,000"
    assert chat("other", Role.MANAGER, team="other").say("open deals") == "No open deals."


# Strangers and invitations


def test_a_stranger_becomes_a_ticket_and_learns_nothing(chat):
    amy, mal = chat("amy"), chat("mal", None)
    amy.say("new deal Acme 30k")
    assert mal.say("the export is broken") == "Thank you. Your number is K1; the team will answer here."
    heard = "Added to K1. The team will answer here."
    for words in ("open deals", "show me Acme", "D1", "' OR 1=1 --"):
        assert mal.say(words) == heard
        assert mal.last.reply.buttons == ()
    assert mal.say("/help").startswith("Hello. Write what it is about")
    assert mal.say(amy.button("Won")).startswith("That button is too old to work")
    assert amy.say("D1") == "This is D1."


def test_a_stranger_who_writes_too_much_is_not_answered_any_more(chat, clock):
    mal = chat("mal", None)
    answers = [mal.say(f"spam {number}") for number in range(30)]
    assert answers.count("") == 10
    clock.wait(seconds=11)
    assert mal.say("sorry") == "Added to K1. The team will answer here."


def test_with_the_service_closed_a_stranger_hears_one_neutral_sentence(chat, settings, database):
    settings.service.open = False
    mal = chat("mal", None)
    object.__setattr__(mal.app, "service_open", False)
    assert (
        mal.say("hello")
        == mal.say("D1")
        == "I talk to members of the team only. If you are one, ask for an invitation."
    )


def test_in_a_group_the_bot_answers_members_only(chat):
    mal = chat("mal", None, private=False)
    mal.say("new deal Acme")
    assert mal.last is None


def invite(database, role=Role.REP, now=NOW):
    return database.run(lambda store: store.members.invite(role, now))


def test_an_invitation_makes_one_member_once(chat, database):
    token = invite(database, Role.MANAGER)
    ann, bob = chat("ann", None), chat("bob", None)
    assert ann.say(f"/start {token}").startswith("Welcome. You are a manager")
    assert ann.say("new deal Acme") == "Added D1 for Acme."
    assert bob.say(token) == "This invitation does not work, or not any more. Please ask for a new one."


def test_an_old_a_guessed_and_a_revoked_invitation_do_nothing(chat, database):
    old = invite(database, now=NOW - timedelta(hours=73))
    revoked = invite(database)
    database.run(lambda store: store.members.revoke_open(Role.REP, NOW))
    for number, token in enumerate((old, revoked, "i_guess", "i_" + "A" * 22)):
        assert chat(f"mal{number}", None).say(f"/start {token}").startswith("This invitation does not work")
    assert database.run(lambda store: len(store.members.all())) == 0


def test_an_invitation_is_not_kept_in_clear(database, url):
    token = invite(database)
    with database.reading() as store:
        kept = store.connection.exec_driver_sql("SELECT token_key FROM invite").scalar()
    assert token.encode() not in bytes(kept) and len(bytes(kept)) == 32


def test_one_who_is_removed_is_a_stranger_with_the_next_message(chat, database):
    amy = chat("amy")
    assert amy.say("new deal Acme") == "Added D1 for Acme."
    with_sql = (
        "UPDATE member SET active = false"
        if database.engine.dialect.name != "sqlite"
        else "UPDATE member SET active = 0"
    )
    database.run(lambda store: store.connection.exec_driver_sql(with_sql))
    assert amy.say("D1").startswith("Thank you. Your number is")


def test_an_owner_whom_the_settings_know_by_number_has_a_name_once_they_write(chat, database):
    amy = chat("amy", None)
    database.run(lambda store: store.members.enrol(Sender("terminal", "amy", "amy"), Role.OWNER, NOW))
    amy.say("help")
    assert [row.name for row, _ in database.run(lambda store: store.members.all())] == ["Amy"]


def test_the_same_id_on_two_channels_is_two_people(database):
    database.run(lambda store: store.members.enrol(Sender("telegram", "7", "Amy"), Role.OWNER, NOW))
    assert database.run(lambda store: store.member(Sender("slack", "7", "Mal"))) is None
