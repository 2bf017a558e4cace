"""One table says who may do what; every intent is asked for by every role, on rows of their own and of others."""

from datetime import datetime, timedelta

import pytest
from conftest import NOW

import handlers
from crmbot.incoming import Press, Sender
from crmbot.intents import collect
from crmbot.people import MAY, Member, Permission, Role
from crmbot.reply import Button, Reply, text
from storage import Store

INTENTS = collect(handlers, offered=(Member, Store, datetime))
REFUSED = {
    Role.OWNER: set(),
    Role.MANAGER: set(),
    Role.REP: set(),
    Role.VIEWER: {
        "customer.add",
        "deal.add",
        "deal.move",
        "deal.win",
        "deal.lose",
        "interaction.log",
        "undo",
    },
}
ON_A_DEAL = {"deal.show": {}, "deal.move": {"stage": "proposal"}, "deal.win": {}, "deal.lose": {}}
SEES = {  # whose deals each role reaches: own, of the team, of another team
    Role.OWNER: (True, True, True),
    Role.MANAGER: (True, True, False),
    Role.REP: (True, False, False),
    Role.VIEWER: (False, True, False),
}


def press(someone, intent, slots):
    """As if a button of ours carried it: no sentence stands between."""
    reply = Reply(text("never-mind"), buttons=(Button(text("button-yes"), intent, slots),))
    token = f"token-{next(someone.numbers)}"
    someone.database.run(lambda store: store.say(reply, someone.place, "en", token, NOW))
    someone.say(Press(token, 0))
    return someone.last.reply.text.id


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("intent", sorted(INTENTS))
def test_each_role_does_what_the_table_says_and_no_more(intent, role, chat):
    refused = press(chat("someone", role), intent, {}) == "not-allowed"
    assert refused == (intent in REFUSED[role]) == (INTENTS[intent].needs not in MAY[role])


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("intent", sorted(ON_A_DEAL))
def test_each_role_reaches_the_deals_that_it_may_see(intent, role, chat):
    someone = chat("someone", role)
    if role is not Role.VIEWER:
        someone.say("new deal Own")
    chat("colleague", Role.REP).say("new deal Team")
    chat("stranger", Role.REP, team="other").say("new deal Other")
    refs = {"own": "D1", "team": "D2", "other": "D3"} if role is not Role.VIEWER else {"team": "D1", "other": "D2"}
    for whose, sees in zip(("own", "team", "other"), SEES[role], strict=True):
        if whose in refs and intent not in REFUSED[role]:
            answered = press(someone, intent, {"ref": refs[whose], **ON_A_DEAL[intent]})
            assert (answered != "not-found") == sees, (role, whose, answered)


def test_a_list_and_its_sum_hold_only_what_one_may_see(chat):
    amy, bob = chat("amy"), chat("bob")
    amy.say("new deal Acme 30k")
    bob.say("new deal Hooli 5k")
    assert amy.say("open deals") == "One open deal: $30,000"
    assert chat("other", Role.MANAGER, team="other").say("open deals") == "No open deals."


def test_every_permission_is_needed_by_some_intent():
    assert {intent.needs for intent in INTENTS.values()} == set(Permission)


# Strangers and invitations


def test_a_stranger_becomes_a_ticket_and_learns_nothing(chat):
    amy, mal = chat("amy"), chat("mal", None)
    amy.say("new deal Acme 30k")
    heard = "Thank you. Your number is K1; the team will answer here."
    for words in ("open deals", "show me Acme", "D1", "' OR 1=1 --", "/help"):
        assert mal.say(words) == heard
        assert mal.last.reply.buttons == ()
    assert mal.say(amy.button("Won")) == "I talk to members of the team only. If you are one, ask for an invitation."
    assert amy.say("D1") == "This is D1."


def test_a_stranger_who_writes_too_much_is_not_answered_any_more(chat, clock):
    mal = chat("mal", None)
    answers = [mal.say(f"spam {number}") for number in range(30)]
    assert answers.count("") == 10
    clock.wait(seconds=11)
    assert mal.say("sorry").startswith("Thank you")


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
