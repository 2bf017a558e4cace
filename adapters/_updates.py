"""What a Telegram update says, read from its JSON: the library's own objects cost more than the rest of the way in."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from adapters import in_one_line, read_vcard
from crmbot.incoming import Contact, Incoming, Place, Press, Sender, key

Raw = Mapping[str, Any]

FAKE_SENDERS = frozenset({1087968824, 136817688, 777000})  # any anonymous admin, a channel, Telegram itself
# what a message may hold instead of words; anything else is news about the chat
CARRIED = frozenset(
    [
        "animation",
        "audio",
        "contact",
        "dice",
        "document",
        "game",
        "invoice",
        "location",
        "paid_media",
        "photo",
        "poll",
        "sticker",
        "story",
        "venue",
        "video",
        "video_note",
        "voice",
    ]
)
PLAYED = (
    ("video", "video.mp4", "video/mp4"),
    ("video_note", "video.mp4", "video/mp4"),
    ("audio", "audio.mp3", "audio/mpeg"),
)
_COMMAND = re.compile(r"\A/\w+(?:@(?P<bot>\w+))?")


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that a message says it carries."""

    file_id: str
    name: str
    mime: str
    size: int


def receive(update: Raw, bot_id: str, username: str = "") -> Incoming | None:
    """What an update says, in our words; nothing, if it is none of those we answer.

    Its files are not fetched yet; `username` is the bot's own, by which groups address it.
    """
    if query := update.get("callback_query"):
        return _press(query)
    edited = update.get("edited_message")
    message = update.get("message") or edited
    if not message or not _is_person(message.get("from")) or not _is_for_us(message, bot_id, username):
        return None
    said = _said(message, username)
    if not said and (edited or CARRIED.isdisjoint(message)):
        return None  # somebody joined, a title changed, a live location moved
    number = str(message["message_id"])
    return Incoming(
        key("telegram", bot_id, update["update_id"]),
        _sender(message["from"]),
        _place(message),
        datetime.fromtimestamp(message.get("edit_date") or message["date"], UTC),
        said,
        message_id=number,
        reply_to=_reply_to(message),
        edited_of=number if edited else "",
        contact=_contact(message["contact"]) if "contact" in message else None,
        forwarded="forward_origin" in message,
    )


def attached(update: Raw) -> list[Attached]:
    """The files that a new message carries."""
    message, found = update.get("message") or {}, []
    if document := message.get("document"):
        name = in_one_line(document.get("file_name") or "file")
        found.append(_attached(document, name, document.get("mime_type", "")))
    if photo := message.get("photo"):
        found.append(_attached(photo[-1], "photo.jpg", "image/jpeg"))
    for kind, name, usual in PLAYED:
        if played := message.get(kind):
            found.append(
                _attached(played, in_one_line(played.get("file_name") or name), played.get("mime_type", usual))
            )
    if voice := message.get("voice"):
        found.append(_attached(voice, "voice.ogg", voice.get("mime_type", "audio/ogg")))
    return found


def query_of(update: Raw) -> str:
    """The id of a press, by which it is answered."""
    return str(update.get("callback_query", {}).get("id", ""))


def chat_of(update: Raw) -> str:
    """Where it was said, as far as that can be told before it is read."""
    with suppress(AttributeError, KeyError, TypeError):  # a shape that nobody here knows
        pressed = update.get("callback_query") or update
        return str((pressed.get("message") or pressed["edited_message"])["chat"]["id"])
    return ""


def _press(query: Raw) -> Incoming | None:
    posted = query.get("message")  # one that is too old to be shown has a date of 0 and little else
    if not posted or not _is_person(query.get("from")):
        return None
    number, data = str(posted["message_id"]), query.get("data", "")
    same = key("telegram-press", posted["chat"]["id"], number, data, query["id"])
    at = datetime.fromtimestamp(posted.get("date", 0), UTC)
    return Incoming(same, _sender(query["from"]), _place(posted), at, Press.read(data), reply_to=number)


def _is_person(user: Raw | None) -> bool:
    return bool(user and not user.get("is_bot") and user["id"] not in FAKE_SENDERS)


def _is_for_us(message: Raw, bot_id: str, username: str) -> bool:
    """In a group: commands, replies to the bot, messages that name it."""
    if message["chat"]["type"] == "private":
        return True
    words = _words(message)
    if command := _COMMAND.match(words):
        return not command["bot"] or command["bot"].casefold() == username.casefold()
    author = message.get("reply_to_message", {}).get("from") or {}
    if str(author.get("id")) == bot_id and _reply_to(message):
        return True
    return bool(username and _mention(username).search(words))


def _words(message: Raw) -> str:
    return str(message.get("text") or message.get("caption") or "")


def _said(message: Raw, username: str) -> str:
    words = _words(message)
    if not username or "@" not in words:
        return words.strip()
    command = _COMMAND.match(words)
    if command and (command["bot"] or "").casefold() == username.casefold():
        words = words[: command.start("bot") - 1] + words[command.end() :]
    return _mention(username).sub("", words).strip()


def _mention(username: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/])@{username}\b[,:，：]?\s*", re.IGNORECASE)


def _sender(user: Raw) -> Sender:
    return Sender("telegram", str(user["id"]), _full_name(user), (user.get("language_code") or "")[:2])


def _full_name(person: Raw) -> str:
    return " ".join(filter(None, (person.get("first_name"), person.get("last_name"))))


def _place(message: Raw) -> Place:
    chat = message["chat"]
    thread = str(message.get("message_thread_id") or "") if message.get("is_topic_message") else ""
    return Place("telegram", str(chat["id"]), thread, private=chat["type"] == "private")


def _reply_to(message: Raw) -> str:
    answered = message.get("reply_to_message")
    # in a topic, what replies to nothing says that it replies to the topic's first message
    return str(answered["message_id"]) if answered and "forum_topic_created" not in answered else ""


def _contact(contact: Raw) -> Contact:
    more = ("vcard" in contact and read_vcard(contact["vcard"])) or Contact("")
    phones = {re.sub(r"\D", "", phone): phone for phone in (contact["phone_number"], *more.phones)}
    user = str(contact.get("user_id") or "")
    return replace(more, name=_full_name(contact), phones=tuple(phones.values()), user=user)


def _attached(file: Raw, name: str, mime: str) -> Attached:
    return Attached(file["file_id"], name, mime, file.get("file_size") or 0)
