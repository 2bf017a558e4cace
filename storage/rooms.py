"""Groups and channels that the bot may write to by itself."""

from datetime import datetime

from sqlmodel import Session, col, select

from crmbot.incoming import Place
from crmbot.names import fold
from crmbot.people import Member, Permission, Scope
from storage.places import Places
from storage.rows import add_row
from storage.statements import connection_of
from storage.tables import PlaceRow, Room

SERVICE = ("service", "support", "客服", "服务")


class Rooms:
    def __init__(self, session: Session, places: Places) -> None:
        self._session = session
        self._places = places

    def link(self, place_id: int, name: str, by: Member, now: datetime) -> Room:
        """From now on it is called so, and its clock and language are those of whoever said so.

        A name that another room had goes over to this one.
        """
        key = _key(name)
        known = self._session.exec(select(Room).where(Room.place_id == place_id)).first()
        for namesake in self._session.exec(select(Room).where(Room.team == by.team, Room.name_key == key)):
            if namesake.place_id != place_id:
                namesake.name_key = f"{key}/{namesake.id}"
        self._session.flush()
        if known is None:
            room = Room(
                place_id=place_id,
                name=name[:191],
                name_key=key,
                team=by.team,
                zone=by.zone,
                language=by.language,
                linked_by=by.id,
                linked_at=now,
            )
            return add_row(self._session, room)
        known.name, known.name_key, known.team = name[:191], key, by.team
        known.zone, known.language = by.zone, by.language
        self._session.flush()
        return known

    def called(self, name: str, member: Member) -> Room | None:
        """The room that a member of its team calls so, with or without # or @."""
        query = select(Room).where(Room.name_key == _key(name))
        if member.scope(Permission.READ_SCHEDULES) is not Scope.ALL:
            query = query.where(Room.team == member.team)
        return self._session.exec(query.order_by(col(Room.id))).first()

    def for_service(self, team: str) -> Room | None:
        """Where the tickets of a team are posted: the room that is called so, else its only one that is linked."""
        query = select(Room).where(Room.team == team).order_by(col(Room.id))
        linked = [room for room in self._session.exec(query) if self._is_linked(room)]
        called = [room for room in linked if room.name_key in SERVICE]
        return next(iter(called or (linked if len(linked) == 1 else ())), None)

    def _is_linked(self, room: Room) -> bool:
        place = self.place(room)
        return place is not None and self._places.team_of(place, connection_of(self._session)) == room.team

    def at(self, place_id: int) -> Room | None:
        return self._session.exec(select(Room).where(Room.place_id == place_id)).first()

    def place(self, room: Room) -> Place | None:
        """Where it is; nothing when the bot was put out of it."""
        row = self._session.get_one(PlaceRow, room.place_id)
        return None if row.dead else self._places.open(row.place_key, row.body)


def _key(name: str) -> str:
    return fold(name.lstrip("#@ "))
