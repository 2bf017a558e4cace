"""Groups and channels by the names that people call them."""

from datetime import datetime

from crmbot.errors import Refused
from crmbot.incoming import Place
from crmbot.people import Member
from crmbot.reply import text
from storage import Room, Store

HERE = "here"


class NoSuchRoom(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(text("no-such-room", name=name.lstrip("#@")))


def room_called(name: str, place: Place, member: Member, store: Store, now: datetime) -> Room:
    """Raises `NoSuchRoom`. `HERE` is the group in which it is said."""
    if name == HERE and not place.private:
        room = store.rooms.at(store.place_id(place, now))
    else:
        room = store.rooms.called(name, member)
    if room is None:
        raise NoSuchRoom("sales" if name == HERE else name)
    return room
