"""What is sealed stays where it was sealed, and nothing of it is to be read in what lies on the disk."""

import base64
import hashlib
import os
import stat
from contextlib import closing

import pytest
from conftest import KEY, NOW
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

import bot
from crmbot.config import Settings
from crmbot.dialogue import Command, Dialogue, Question
from crmbot.errors import BadInput
from crmbot.incoming import Contact, File, Incoming, Place, Sender
from crmbot.people import Member, Role
from crmbot.reply import Button, Card, Reply, verbatim
from storage import NewCustomer, Wanted, open_database
from storage.backup import back_up
from storage.secrets import Keys, load_keys
from storage.waiting import WaitingRows

KEYS, OTHERS = Keys(bytes(range(32))), Keys(bytes(32))
AMY = Member(1, "Amy", Role.OWNER, "sales", "en", "UTC")
PHONE, NATIONAL, TYPED = "+8613955507731", "13955507731", "139 5550 7731"
EMAIL, CHAT, NOTE, FILED = "canary.vole@example.com", "990077553311", "the canary sang", b"canary,in,a,file"


# Sealing


@given(st.binary(), st.binary(min_size=1), st.text(), st.text())
def test_what_was_sealed_is_opened_again_and_nowhere_else(value, of, column, other):
    sealed = KEYS.seal(column, of, value)
    assert KEYS.open(column, of, sealed) == value
    if other.replace("\0", "") != column.replace("\0", ""):
        refused(KEYS, other, of, sealed)
    refused(KEYS, column, of + b"1", sealed)
    refused(OTHERS, column, of, sealed)


@given(st.binary(max_size=40), st.data())
def test_any_flipped_bit_is_found(value, data):
    sealed = KEYS.seal("handle.phone", b"row", value)
    at = data.draw(st.integers(0, 8 * len(sealed) - 1))
    flipped = bytearray(sealed)
    flipped[at // 8] ^= 1 << at % 8
    refused(KEYS, "handle.phone", b"row", bytes(flipped))
    refused(KEYS, "handle.phone", b"row", sealed[:-1])


def test_one_value_is_never_sealed_alike_and_digests_are_kept_apart():
    assert KEYS.seal("c", b"1", b"x") != KEYS.seal("c", b"1", b"x")
    assert KEYS.digest("handle.phone", PHONE) == KEYS.digest("handle.phone", PHONE)
    assert KEYS.digest("handle.phone", PHONE) != KEYS.digest("handle.national", PHONE)
    assert KEYS.digest("handle.phone", PHONE) != OTHERS.digest("handle.phone", PHONE)


def test_a_value_moved_to_another_row_or_column_is_not_believed(tmp_path):
    with closing(open_database(f"sqlite:///{tmp_path}/crm.db")) as database:
        database.run(lambda store: store.members.enrol(Sender("terminal", "amy", "Amy"), Role.OWNER, NOW))
        acme = database.run(lambda store: store.customers.add(new("Acme", PHONE), owner=AMY, now=NOW))
        hooli = database.run(lambda store: store.customers.add(new("Hooli", "+447700900123"), owner=AMY, now=NOW))
        assert database.run(lambda store: store.customers.contacts(hooli)).phones == ["+447700900123"]
        moves = [
            f"UPDATE handle SET value = (SELECT value FROM handle WHERE customer_id = {acme.id} AND kind = 'phone') "
            f"WHERE customer_id = {hooli.id} AND kind = 'phone'",
            f"UPDATE handle SET kind = 'email' WHERE customer_id = {acme.id} AND kind = 'phone'",
        ]
        for customer, move in zip((hooli, acme), moves, strict=True):
            database.run(lambda store, move=move: store.connection.exec_driver_sql(move))
            with pytest.raises(InvalidTag):
                database.run(lambda store, customer=customer: store.customers.contacts(customer))


def refused(keys, column, of, sealed):
    with pytest.raises(InvalidTag):
        keys.open(column, of, sealed)


def new(name, phone):
    return NewCustomer(name, phones=[phone], emails=[EMAIL])


# The key


def test_a_new_key_is_for_its_owner_alone(tmp_path):
    was = os.umask(0)
    try:
        open_database(f"sqlite:///{tmp_path}/crm.db").close()
    finally:
        os.umask(was)
    file = tmp_path / "crm.db.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(base64.b64decode(file.read_text())) == 32
    assert base64.b64decode(file.read_text()) not in (tmp_path / "crm.db").read_bytes()


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o660, 0o666])
def test_a_key_that_others_can_read_is_refused(tmp_path, mode):
    url = f"sqlite:///{tmp_path}/crm.db"
    open_database(url).close()
    (tmp_path / "crm.db.key").chmod(mode)
    with pytest.raises(BadInput, match="chmod 600"):
        open_database(url)


def test_without_its_key_a_database_is_not_opened_and_no_other_key_is_made(tmp_path):
    url = f"sqlite:///{tmp_path}/crm.db"
    open_database(url).close()
    key, before = (tmp_path / "crm.db.key").read_text(), (tmp_path / "crm.db").read_bytes()
    (tmp_path / "crm.db.key").unlink()
    with pytest.raises(BadInput, match="key is not here"):
        open_database(url)
    with pytest.raises(BadInput, match="does not fit"):
        open_database(url, key=KEY)
    assert not (tmp_path / "crm.db.key").exists()
    assert (tmp_path / "crm.db").read_bytes() == before
    open_database(url, key=key.strip()).close()


def test_the_key_of_the_environment_wins_over_the_file(tmp_path):
    url = f"sqlite:///{tmp_path}/crm.db"
    with closing(open_database(url, key=KEY)) as database:
        assert database.keys.fingerprint == Keys(base64.b64decode(KEY)).fingerprint
    assert not (tmp_path / "crm.db.key").exists()
    (tmp_path / "crm.db.key").write_text(base64.b64encode(bytes(32)).decode())
    (tmp_path / "crm.db.key").chmod(0o600)
    open_database(url, key=KEY).close()
    with pytest.raises(BadInput, match="does not fit"):
        open_database(url)


@pytest.mark.parametrize("bad", ["not base64!", "c2hvcnQ=", "密钥", ""])
def test_a_key_that_is_none_is_said_in_one_line_without_the_key(tmp_path, bad):
    file = tmp_path / "key"
    file.write_text(bad)
    file.chmod(0o600)
    with pytest.raises(BadInput) as said:
        load_keys("", file, may_make=True)
    assert "\n" not in str(said.value)
    assert not bad or bad not in str(said.value)
    assert file.read_text() == bad


# Canaries


@pytest.fixture(params=[False, True], ids=["notes clear", "notes sealed"])
def crm(request, blank, tmp_path):
    database = open_database(blank(tmp_path / "crm.db"), encrypt_notes=request.param)
    database.run(lambda store: store.members.enrol(Sender("terminal", "amy", "Amy"), Role.OWNER, NOW))
    yield database
    database.close()


def on_the_disk(folder):
    """Every byte that somebody gets who takes the disk, but for the key."""
    files = [file for file in folder.iterdir() if not file.name.endswith(".key")]
    return {file.name: file.read_bytes() for file in files}


def hits(folder, *canaries):
    found = []
    for canary in canaries:
        plain = canary if isinstance(canary, bytes) else canary.encode()
        forms = (
            plain,
            base64.b64encode(plain).rstrip(b"=")[:-1],
            plain.decode().encode("utf-16-le"),
            plain.hex().encode(),
        )
        for name, content in on_the_disk(folder).items():
            found += [(name, canary) for form in forms if form in content]
    return found


def test_a_phone_and_an_email_are_nowhere_on_the_disk_but_are_found(crm, tmp_path):
    said = Incoming("k1", Sender("terminal", "amy", "Amy"), Place("terminal", "amy"), NOW, "new customer", "m1")

    def add(store):
        store.first_time(said, NOW)
        store.acts(AMY, "customer.add", NOW)
        acme = store.customers.add(
            NewCustomer("Acme", phones=[PHONE, "0" + NATIONAL], emails=[EMAIL]), owner=AMY, now=NOW
        )
        store.customers.give_handle(acme, "telegram", CHAT)

    crm.run(add)
    assert "crm.db-wal" in on_the_disk(tmp_path)
    back_up(f"sqlite:///{tmp_path}/crm.db", tmp_path / "backup.db")
    canaries = (PHONE, NATIONAL, TYPED, EMAIL, CHAT)
    assert hits(tmp_path, *canaries) == []
    for wanted in (Wanted(phone=PHONE), Wanted(phone=NATIONAL[-4:]), Wanted(email=EMAIL.upper())):
        found, _ = crm.run(lambda store, wanted=wanted: store.customers.find(wanted, seen_by=AMY))
        assert [each.name for each in found] == ["Acme"]
    crm.close()
    assert hits(tmp_path, *canaries) == []


def test_a_phone_that_was_changed_or_undone_is_nowhere_either(crm, tmp_path):
    def say(key, work):
        def handle(store):
            place = Place("terminal", "amy")
            store.first_time(Incoming(key, Sender("terminal", "amy", "Amy"), place, NOW, key, key), NOW)
            store.acts(AMY, "customer.add", NOW)
            return work(store)

        return crm.run(handle)

    say(
        "k1", lambda store: store.customers.add(NewCustomer("Acme", phones=[PHONE], emails=[EMAIL]), owner=AMY, now=NOW)
    )
    assert hits(tmp_path, PHONE, NATIONAL, EMAIL) == []
    first = crm.run(lambda store: store.connection.exec_driver_sql("SELECT max(id) FROM handled").scalar())
    say("k2", lambda store: store.changes.take_back(AMY, first, NOW))
    assert found_by(crm, PHONE) == []
    back_up(f"sqlite:///{tmp_path}/crm.db", tmp_path / "backup.db")
    assert hits(tmp_path, PHONE, NATIONAL, EMAIL) == []
    say("k3", lambda store: store.changes.take_back(AMY, first + 1, NOW))
    (acme,) = found_by(crm, PHONE)
    assert crm.run(lambda store: store.customers.contacts(acme)).phones == [PHONE]
    assert hits(tmp_path, PHONE, NATIONAL, EMAIL) == []


def found_by(crm, phone):
    return crm.run(lambda store: store.customers.find(Wanted(phone=phone), seen_by=AMY))[0]


def test_what_a_message_leaves_on_its_road_is_nowhere_on_the_disk(crm, tmp_path):
    """Its place and words, those who wait, the question asked, the reply with its buttons, what was pressed."""
    place, sender = Place("telegram", CHAT, TYPED), Sender("telegram", CHAT, "Amy")
    words = f"new customer Acme {TYPED} {EMAIL}: {NOTE}"
    contact = Contact("Ann", (PHONE,), (EMAIL,), "Acme", CHAT)
    incoming = Incoming(
        f"telegram/{CHAT}/1", sender, place, NOW, words, "m1", files=(File("a.csv", FILED),), contact=contact
    )
    later = Incoming(
        f"telegram/{CHAT}/2", sender, place, NOW, words, "m2", files=(File("a.csv", FILED),), contact=contact
    )
    slots = {"name": "Acme", "phone": TYPED, "email": EMAIL, "note": NOTE}
    reply = Reply(
        verbatim(words),
        card=Card("C1", PHONE, ((verbatim("Email"), verbatim(EMAIL)),)),
        buttons=(Button(verbatim(TYPED), "customer.add", slots),),
    )

    def handle(store):
        assert store.first_time(incoming, NOW)
        store.acts(AMY, "customer.add", NOW)
        asked = Dialogue(
            Question(Command("customer.add", slots), "company"), Command("customer.add", slots), {"C": "C1"}
        )
        store.remember(asked, AMY, place, NOW)
        store.say(reply, place, "en", "token-of-the-canary", NOW)
        WaitingRows(lambda: NOW, ["telegram", "terminal"]).wait(later, store)
        WaitingRows(lambda: NOW, ["telegram", "terminal"]).count(later, store)

    crm.run(handle)
    crm.run(lambda store: store.first_time(incoming, NOW))
    back_up(f"sqlite:///{tmp_path}/crm.db", tmp_path / "backup.db")
    assert hits(tmp_path, PHONE, NATIONAL, TYPED, EMAIL, CHAT, NOTE, FILED, "token-of-the-canary") == []
    assert crm.run(lambda store: store.dialogue(AMY, place, NOW)).question.command.slots == slots
    assert crm.run(WaitingRows(lambda: NOW, ["telegram", "terminal"]).waiting) == [later]
    crm.run(lambda store: WaitingRows(lambda: NOW, ["telegram", "terminal"]).park(later, store))
    crm.close()
    assert hits(tmp_path, PHONE, NATIONAL, TYPED, EMAIL, CHAT, NOTE, FILED) == []


def test_notes_are_clear_or_sealed_as_it_was_set(crm, tmp_path):
    def note(store):
        store.acts(AMY, "customer.add", NOW)
        acme = store.customers.add(NewCustomer("Acme", phones=[PHONE]), owner=AMY, now=NOW)
        store.interactions.add(acme, f"{NOTE}, at {TYPED}", kind="note", at=NOW, by=AMY)

    crm.run(note)
    back_up(f"sqlite:///{tmp_path}/crm.db", tmp_path / "backup.db")
    assert bool(hits(tmp_path, NOTE, TYPED)) is not crm.notes.sealed
    assert hits(tmp_path, PHONE, NATIONAL) == []


def test_a_strangers_chat_is_nowhere_on_the_disk_though_they_are_known_again(crm, tmp_path):
    stranger, place = Sender("telegram", CHAT, "Bob"), Place("telegram", CHAT)
    app, heard = bot.build(Settings(), lambda: NOW), []
    for key in ("k1", "k2"):
        said = Incoming(key, stranger, place, NOW, "the export is broken", key)
        heard += crm.run(lambda store, said=said: (app.answer(app.read(said), store), store.outgoing)[1])
    assert [each.reply.text.args["ref"] for each in heard if each.place == place] == ["K1", "K1"]
    back_up(f"sqlite:///{tmp_path}/crm.db", tmp_path / "backup.db")
    assert hits(tmp_path, CHAT) == []


def test_who_takes_the_database_and_guesses_a_phone_has_nothing_to_compare_it_with(crm, tmp_path):
    """Without the key no digest of the phone, plain or chained, is in the file."""
    crm.run(lambda store: store.customers.add(NewCustomer("Acme", phones=[PHONE]), owner=AMY, now=NOW))
    guesses = [phone.encode() for phone in (PHONE, NATIONAL, NATIONAL[-4:], PHONE[1:])]
    digests = [hashlib.new(name, guess).digest() for guess in guesses for name in ("sha256", "sha1", "md5", "blake2b")]
    content = b"".join(on_the_disk(tmp_path).values())
    assert not any(digest[:16] in content for digest in digests)
