"""Which customers are meant by "all", a #tag or the name of a group of the last segments."""

import re
from collections.abc import Sequence
from datetime import datetime

from crmbot.errors import Refused
from crmbot.names import fold
from crmbot.people import Member
from crmbot.reply import text
from crmbot.words import LANGUAGES, say
from handlers._analysis_words import segment_name
from handlers.segments import about
from storage import Customer, Store

ALL = {"all", "everyone", "everybody", "all customers", "customers", "全部", "所有", "所有人", "全部客户", "所有客户"}
AROUND = re.compile(r"^(?:有|已)|的?客户$")  # 有流失风险, 最佳客户


def audience(query: str, member: Member, store: Store, now: datetime) -> Sequence[Customer]:
    """Those that the member sees. Raises `Refused` if nothing is called so."""
    said = query.strip().removeprefix("#")
    if fold(said) in ALL:
        return store.mailings.audience(member)
    if store.mailings.has_tag(said):
        return store.mailings.audience(member, tag=said)
    for kept in store.analyses(about("kmeans", None, member)).before(now, limit=1):
        names = {name for name in kept["members"].values() if _is_called(name, said)}
        if names:
            ids = [int(id) for id, name in kept["members"].items() if name in names]
            return store.mailings.audience(member, ids=ids)
    raise Refused(text("no-such-audience", query=query))


def _is_called(name: str, said: str) -> bool:
    """In any language, for the one who asks may have read it in either."""
    called = {_bare(name), *(_bare(say(segment_name(name), each)) for each in LANGUAGES)}
    return _bare(said.replace("-", " ")) in called


def _bare(name: str) -> str:
    return AROUND.sub("", fold(name)) or fold(name)
