"""Files on their way between a customer and the team: they pass through the bot, and only their names stay."""

from collections.abc import Sequence

from crmbot.incoming import File, Incoming
from crmbot.reply import Post, Text, lines, text
from storage import Store, Ticket

BIGGEST = 10_000_000  # bytes: what every platform and database takes in one piece
MOST = 10  # that wait to be passed on for one ticket


def said_with(incoming: Incoming) -> str:
    """What somebody wrote, and what the files are called that came with it."""
    words = incoming.said if isinstance(incoming.said, str) else ""
    return "\n".join(filter(None, (words, " ".join(f"({each.name})" for each in incoming.files))))


def passed(incoming: Incoming, ticket: Ticket, store: Store) -> tuple[list[File], list[File]]:
    """Those that get through, and those that are empty for being too big, or are too many."""
    if not incoming.files:
        return [], []
    room = max(0, MOST - store.desk.waiting_files(ticket))
    good = [each for each in incoming.files if 0 < len(each.data) <= BIGGEST][:room]
    return good, [each for each in incoming.files if each not in good]


def with_lost(words: Text, lost: Sequence[File]) -> Text:
    if not lost:
        return words
    names = ", ".join(each.name for each in lost)
    return lines(words, text("files-lost", names=names, most=BIGGEST // 1_000_000))


def for_team(files: Sequence[File], ticket: Ticket) -> tuple[Post, ...]:
    """Below the ticket's post, in the private chats or in the room."""
    return tuple(
        Post(ticket.ref, to, text("desk-file", ref=ticket.ref, name=ticket.customer.name), file=each)
        if to == "team"
        else Post(ticket.ref, to, text("desk-file-short", ref=ticket.ref), file=each)
        for each in files
        for to in ("team", "room")
    )


def for_customer(files: Sequence[File], ticket: Ticket) -> tuple[Post, ...]:
    return tuple(Post(ticket.ref, "customer", text("ticket-file", ref=ticket.ref), file=each) for each in files)
