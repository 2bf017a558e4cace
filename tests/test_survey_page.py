"""The survey page, by real HTTP and in a browser: whoever has the link answers once; nobody guesses one."""

import asyncio
import re
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar
from servers.browser import browser, missing
from sqlmodel import select

from adapters._survey import MINUTE, WRONG, SurveySite
from adapters.web import Web
from crmbot.config import Settings
from crmbot.people import Role
from crmbot.words import say
from handlers._survey_pages import SurveyLinks
from storage import Survey, surveys
from storage.secrets import token_key

SECURE = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@pytest.fixture
def settings() -> Settings:
    return Settings(web={"public_url": "http://crm.test/"})


@pytest.fixture
def boss(chat):
    boss = chat("boss", Role.OWNER)
    boss.does("ticket.add", name="Ann Poe", subject="the export is broken")
    boss.does("ticket.close", ref="K1")
    assert "Survey link" in boss.labels
    return boss


class Site:
    """The bot's web server, and what was told of what was answered there."""

    def __init__(self, app, database, url):
        self.told, self.now = [], 0.0
        links = SurveyLinks(app, database, lambda road: self.told.extend(road.outgoing))
        pages = SurveySite(links, url, clock=lambda: self.now)
        self.web = Web("127.0.0.1", 0, None, [pages.page])
        self.url = f"http://127.0.0.1:{self.web.port}"

    @property
    def heard(self):
        return [f"{each.place.chat}: {say(each.reply.text, each.language)}" for each in self.told]


@asynccontextmanager
async def serving(app, database, url="http://crm.test"):
    site = Site(app, database, url)
    running = asyncio.create_task(site.web.run())
    try:
        yield site
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await site.web.close()


@dataclass(frozen=True)
class Page:
    status: int
    headers: Mapping[str, str]
    words: str
    redirects: int


class Browser:
    """Somebody's, which keeps its cookies; `async with` it."""

    def __init__(self, site):
        self._http = ClientSession(site.url, cookie_jar=CookieJar(unsafe=True))  # they are kept for numbers too

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self._http.close()

    async def get(self, path, method="GET", **more):
        async with self._http.request(method, path, **more) as answer:
            return Page(answer.status, answer.headers, await answer.text(), len(answer.history))

    async def post(self, path, **more):
        return await self.get(path, "POST", **more)


def link_for(boss, name="Ann Poe"):
    """The path of a link that the bot makes."""
    said = boss.does("csat.link", name=name)
    return re.search(r"http://crm\.test(/s/[\w-]{22})$", said)[1]


def kept(database):
    return database.run(lambda store: store.session.exec(select(Survey)).one())


async def test_whoever_opens_the_link_changes_nothing_and_whoever_sends_answers(boss, app, database):
    path = link_for(boss)
    async with serving(app, database) as site, Browser(site) as ann:
        for method in ("HEAD", "GET", "GET"):
            page = await ann.get(path, method)
            assert page.status == 200
            assert SECURE.items() <= dict(page.headers).items()
            assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert "K1 (the export is broken)" in page.words and "<script" not in page.words
        assert kept(database).score is None
        page = await ann.post(path, data={"words": "no score"})
        assert page.status == 422 and "no score</textarea>" in page.words
        assert kept(database).score is None
        page = await ann.post(path, data={"score": "2", "words": "<b>slow</b>"})
        assert (page.status, page.redirects) == (200, 1)
        assert "Thank you: 2 of 5." in page.words and "&lt;b&gt;slow&lt;/b&gt;" in page.words
        assert (kept(database).score, kept(database).comment) == (2, "<b>slow</b>")
        [alarm] = site.heard
        assert alarm.startswith("boss: Ann Poe gave 2 of 5 (K1, the export is broken): <b>slow</b>\n")
        assert "Thank you: 4 of 5." in (await ann.post(path, data={"score": "4"})).words
        assert (kept(database).score, len(site.told)) == (4, 1)


async def test_a_forwarded_link_is_not_answered_twice(boss, app, database):
    path = link_for(boss)
    async with serving(app, database) as site, Browser(site) as ann, Browser(site) as eve:
        await ann.post(path, data={"score": "5", "words": "secret"})
        for page in (await eve.get(path), await eve.post(path, data={"score": "1"})):
            assert page.status == 410
            assert "This has been answered" in page.words
            assert "secret" not in page.words and "export" not in page.words
    assert kept(database).score == 5


async def test_of_two_who_answer_at_once_one_is_heard(boss, app, database):
    path = link_for(boss)
    async with serving(app, database) as site, Browser(site) as ann, Browser(site) as eve:
        both = ann.post(path, data={"score": "5"}), eve.post(path, data={"score": "1"})
        pages = [page.words for page in await asyncio.gather(*both)]
    assert sum("Thank you: " in page for page in pages) == 1
    assert f"Thank you: {kept(database).score} of 5." in "".join(pages)


async def test_the_answer_stands_after_a_day_and_the_question_ends_after_a_week(boss, app, database, clock):
    first, second = link_for(boss), link_for(boss)
    async with serving(app, database) as site, Browser(site) as ann:
        await ann.post(first, data={"score": "3"})
        clock.wait(hours=25)
        assert (await ann.post(first, data={"score": "1"})).status == 410
        assert (await ann.get(second)).status == 200
        clock.wait(days=6)
        over = await ann.post(second, data={"score": "1"})
        assert over.status == 410 and "too late" in over.words
    scores = database.run(lambda store: store.session.exec(select(Survey.score).order_by(Survey.id)).all())
    assert scores == [3, None]


async def test_a_link_that_was_taken_back_is_none(boss, app, database):
    path = link_for(boss)
    boss.say("undo")
    async with serving(app, database) as site, Browser(site) as ann:
        assert (await ann.get(path)).status == 404


@pytest.mark.parametrize(
    ("asked", "known", "query", "says"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "", "", 'lang="zh-Hans"'),
        ("fr, zh;q=0.2, en;q=0.4", "", "", 'lang="en"'),
        ("en", "zh", "", 'lang="zh-Hans"'),
        ("en", "zh", "?lang=en", 'lang="en"'),
        ("fr", "", "?lang=fr", 'lang="en"'),
    ],
)
async def test_in_the_language_of_who_reads_it(asked, known, query, says, boss, app, database):
    path = link_for(boss)
    database.run(lambda store: setattr(store.customers.one(1), "language", known))
    async with serving(app, database) as site, Browser(site) as ann:
        page = await ann.get(path + query, headers={"Accept-Language": asked})
        assert f"<html {says}>" in page.words


async def test_who_tries_wrong_tokens_is_not_heard_for_a_minute(boss, app, database):
    path = link_for(boss)
    async with serving(app, database) as site, Browser(site) as eve:
        for number in range(WRONG):
            assert (await eve.get(f"/s/{number:022}")).status == 404
        assert (await eve.get(path)).status == 429  # not even a right one: nothing is learnt
        refused = await eve.post(path, data={"score": "1"})
        assert (refused.status, refused.headers["Retry-After"]) == (429, "60")
        site.now = MINUTE
        assert (await eve.get(path)).status == 200
    assert kept(database).score is None


async def test_behind_a_proxy_whoever_guesses_keeps_nobody_else_out(boss, app, database):
    path = link_for(boss)
    async with serving(app, database) as site, Browser(site) as proxy:
        mal, ann = ({"X-Forwarded-For": each} for each in ("203.0.113.7", "203.0.113.8"))
        for number in range(WRONG):
            assert (await proxy.get(f"/s/{number:022}", headers=mal)).status == 404
        assert (await proxy.get(path, headers=mal)).status == 429
        assert (await proxy.get(path, headers=ann)).status == 200


async def test_too_much_is_not_read(boss, app, database):
    path = link_for(boss)
    async with serving(app, database) as site, Browser(site) as ann:
        assert (await ann.post(path, data={"score": "1", "words": "x" * 20_000})).status == 413
        assert (await ann.post(path, data={f"a{number}": "1" for number in range(99)})).status == 422
    assert kept(database).score is None


async def test_behind_a_proxy_the_cookie_is_for_this_page_alone(boss, app, database):
    path = link_for(boss)
    async with serving(app, database, "https://acme.test/crm") as site, Browser(site) as ann:
        answer = await ann.post(path, data={"score": "5"}, allow_redirects=False)
        cookie = answer.headers["Set-Cookie"]
        assert (
            f"Path=/crm{path};" in cookie and "Secure" in cookie and "HttpOnly" in cookie and "SameSite=lax" in cookie
        )
        assert answer.headers["Location"] == f"{path.removeprefix('/s/')}?lang=en"


def hits(database, guesses):
    """How many tokens made as links are made find a survey."""

    def find(store):
        return sum(store.surveys.linked(surveys.new_token()) is not None for _ in range(guesses))

    return database.run(find)


def test_nobody_guesses_a_link(boss, database, clock, monkeypatch):
    """Two hundred are open. With tokens of 16 bits, 4,000 guesses would find about twelve."""

    tokens = set()
    while len(tokens) < 200:  # short ones are drawn twice now and then
        tokens.add(surveys.new_token())

    def some(store):
        for _ in range(200):
            store.surveys.link(store.customers.one(1), None, clock(), clock())

    with monkeypatch.context() as drawn:
        drawn.setattr(surveys, "new_token", tokens.pop)
        database.run(some)
    assert surveys.TOKEN * 8 >= 128
    assert hits(database, 4000) == 0


def test_short_tokens_would_be_guessed(boss, database, clock, monkeypatch):
    monkeypatch.setattr(surveys, "TOKEN", 2)
    with pytest.raises(AssertionError):
        test_nobody_guesses_a_link(boss, database, clock, monkeypatch)
    assert hits(database, 4000) > 0


def test_the_link_is_kept_as_a_hash_alone(boss, database):
    token = link_for(boss).removeprefix("/s/")
    assert kept(database).token_key == token_key(token)
    if database.url.get_backend_name() == "sqlite":
        files = [each for each in Path(database.url.database).parent.iterdir() if each.is_file()]
        assert files and not [each for each in files if token.encode() in each.read_bytes()]


def test_without_an_address_there_is_no_link(chat, app):
    object.__setattr__(app.desk.rules, "pages", "")
    boss = chat("boss", Role.OWNER)
    boss.does("ticket.add", name="Ann Poe", subject="late")
    assert boss.does("csat.link", name="Ann Poe").startswith("Survey pages need an address")
    assert boss.does("csat.send", ref="C1").startswith("Ann Poe has no chat with me")
    assert boss.labels == []


@pytest.mark.skipif(bool(missing), reason=missing)
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_in_a_browser_on_a_phone(language, boss, app, database, tmp_path):
    path = link_for(boss)
    async with serving(app, database) as site, browser(language) as ann:
        await ann.opens(site.url + path)
        await ann.picture(tmp_path / "question.png")
        assert await ann.label("input[value='1']") == {"en": "1, not at all", "zh": "1 分，很不满意"}[language]
        assert await ann.runs("return document.documentElement.scrollWidth <= innerWidth")
        await ann.clicks("input[value='2']")
        assert await ann.is_checked("input[value='2']")
        await ann.types("textarea", "太慢了")
        await ann.picture(tmp_path / "chosen.png")
        await ann.goes("button")
        assert {"en": "Thank you: 2 of 5.", "zh": "谢谢您的 2 分。"}[language] in await ann.reads("[role=status]")
        assert await ann.is_checked("input[value='2']")
        await ann.picture(tmp_path / "thanks.png")
        await ann.clicks("input[value='4']")
        await ann.goes("button")
        assert await ann.is_checked("input[value='4']")
        await ann.goes("footer a")
        assert await ann.attribute("html", "lang") == {"en": "zh-Hans", "zh": "en"}[language]
    assert (kept(database).score, kept(database).comment) == (4, "太慢了")
