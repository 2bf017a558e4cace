"""The survey page: one question on a phone. No script; who guesses tokens is not heard for a minute."""

import base64
import hashlib
import html
import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from adapters import printable
from crmbot.errors import Unavailable
from crmbot.reply import Text, text
from crmbot.survey_page import LONGEST, SurveyPage, SurveyPages
from crmbot.words import LANGUAGES, say

BIGGEST = 16_000  # bytes of an answer
WRONG, MINUTE = 10, 60.0  # wrong tokens of one address within that many seconds
ADDRESSES = 10_000  # that are kept count of
WEEK = 7 * 24 * 3600
SHAPE = re.compile(r"[\w-]{16,64}", re.ASCII)
COOKIE = "crmbot_survey"

STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1e; --paper: #fff; --line: #8a8a8e; --mark: #0a58ca; --on: #fff }
@media (prefers-color-scheme: dark) {
  :root { --ink: #f2f2f7; --paper: #1c1c1e; --line: #98989d; --mark: #7ab0ff; --on: #10131a }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.5 system-ui, sans-serif }
main { max-width: 32rem; margin: 0 auto; padding: 1.5rem 1rem 3rem }
h1 { font-size: 1.375rem; line-height: 1.35; margin: 0 0 1rem }
h1, p, legend, label { overflow-wrap: anywhere }
fieldset { border: 0; margin: 0; padding: 0 }
legend { padding: 0; margin: 0 0 1rem; font-weight: 600 }
.stars { display: grid; grid-template-columns: repeat(5, 1fr); gap: .5rem }
.stars label { position: relative; min-height: 3.25rem; display: grid }
.stars input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: pointer }
.stars span { display: grid; place-items: center; font-size: 1.25rem; border: 2px solid var(--line);
  border-radius: .75rem }
.stars :checked + span { background: var(--mark); border-color: var(--mark); color: var(--on); font-weight: 700 }
.stars :focus-visible + span, textarea:focus-visible, button:focus-visible, a:focus-visible {
  outline: 3px solid var(--mark); outline-offset: 2px }
.ends { display: flex; justify-content: space-between; gap: 1rem; margin: .5rem 0 1.5rem }
textarea { width: 100%; min-height: 6rem; margin: .5rem 0 1.5rem; padding: .75rem; font: inherit; color: inherit;
  background: transparent; border: 2px solid var(--line); border-radius: .75rem }
button { width: 100%; min-height: 3.25rem; font: inherit; font-weight: 700; color: var(--on); background: var(--mark);
  border: 0; border-radius: .75rem; cursor: pointer }
[role] { padding: .75rem 1rem; border: 2px solid var(--mark); border-radius: .75rem; margin: 0 0 1.5rem }
a { color: var(--mark) }
footer { margin-top: 2rem }
"""
STYLED = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{STYLED}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",  # the address is the secret
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


class SurveySite:
    """`public_url`: as people reach it. `language`: for those of whom nothing is known."""

    def __init__(
        self,
        pages: SurveyPages,
        public_url: str,
        language: str = "en",
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pages = pages
        self._language = language
        there = urlsplit(public_url)
        self._path, self._secure = there.path.rstrip("/"), there.scheme == "https"
        self._guesses = Guesses(clock)
        self.page = Route("/s/{token}", self._answer, methods=["GET", "POST"])

    async def _answer(self, request: Request) -> Response:
        token, who = request.path_params["token"], _address(request)
        language = self._language_of(request)
        if self._guesses.too_many(who):
            return _told(text("survey-page-wait"), language, 429, {"Retry-After": str(round(MINUTE))})
        try:
            page = await self._pages.look(token, _pass(request)) if SHAPE.fullmatch(token) else None
            if page is None:
                self._guesses.wrong(who)
                return _told(text("survey-page-none"), language, 404)
            language = self._language_of(request, page.language)
            if page.state != "open":
                return _told(text("survey-page-closed", state=page.state), language, 410)
            if request.method == "POST":
                return await self._post(request, token, page, language)
        except Unavailable:
            return _told(text("survey-page-wait"), language, 503, {"Retry-After": "30"})
        return _form(page, language)

    async def _post(self, request: Request, token: str, page: SurveyPage, language: str) -> Response:
        data = b""
        async for piece in request.stream():
            data += piece
            if len(data) > BIGGEST:
                return _form(page, language, 413, wrong=text("survey-page-wrong", what="length"))
        given = parse_qs(data.decode("utf-8", "replace"))
        score, words = (given.get(name, [""])[0] for name in ("score", "words"))
        if score not in ("1", "2", "3", "4", "5"):
            return _form(replace(page, words=words), language, 422, wrong=text("survey-page-wrong", what="score"))
        passed = await self._pages.answer(token, _pass(request), int(score), words[:LONGEST])
        here = f"{token}?lang={language}"  # whatever stands before it on the way through a proxy
        answer = RedirectResponse(here, 303, HEADERS)
        if passed:
            path = f"{self._path}/s/{token}"
            answer.set_cookie(
                COOKIE, passed, max_age=WEEK, path=path, secure=self._secure, httponly=True, samesite="lax"
            )
        return answer

    def _language_of(self, request: Request, known: str = "") -> str:
        """What was chosen on the page, else the customer's own, else what the browser asks for."""
        asked = request.query_params.get("lang", ""), known, _accepted(request), self._language
        return next(each for each in asked if each in LANGUAGES)


class Guesses:
    """How many wrong tokens each address tried of late."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tried: dict[str, deque[float]] = {}

    def too_many(self, who: str) -> bool:
        tried = self._tried.get(who)
        return tried is not None and len(tried) == WRONG and self._clock() - tried[0] < MINUTE

    def wrong(self, who: str) -> None:
        if len(self._tried) >= ADDRESSES:
            now = self._clock()
            self._tried = {each: times for each, times in self._tried.items() if now - times[-1] < MINUTE}
        self._tried.setdefault(who, deque(maxlen=WRONG)).append(self._clock())


def _address(request: Request) -> str:
    """Of IPv6, the network: one household has as many addresses as it likes."""
    host = request.client.host if request.client else ""
    return ":".join(host.split(":")[:4]) if ":" in host and not host.startswith("::") else host


def _pass(request: Request) -> str:
    return request.cookies.get(COOKIE, "")


def _accepted(request: Request) -> str:
    """The first of ours that the browser asks for, by its weights."""
    wanted = []
    for place, each in enumerate(request.headers.get("accept-language", "")[:500].split(",")):
        name, _, rest = each.strip().partition(";")
        weight = re.fullmatch(r"\s*q=([01](?:\.\d+)?)\s*", rest)
        wanted.append((-float(weight[1]) if weight else -1.0, place, name[:2].lower()))
    return next((name for weight, _, name in sorted(wanted) if name in LANGUAGES and weight), "")


def _told(said: Text, language: str, status: int, more: Mapping[str, str] | None = None) -> Response:
    words = _said(said, language)
    return _drawn(f"<h1>{words}</h1>", words, language, status, more)


def _form(page: SurveyPage, language: str, status: int = 200, *, wrong: Text | None = None) -> Response:
    assert page.question
    note = f'<p role="alert" id="note">{_said(wrong, language)}</p>' if wrong else ""
    if page.score and not wrong:
        note = f'<p role="status">{_said(text("survey-page-thanks", score=page.score), language)}</p>'
    described = ' aria-describedby="note"' if wrong else ""
    stars = "".join(_star(score, language, checked=score == page.score) for score in range(1, 6))
    low, high = (_said(text("survey-page-end", end=end), language) for end in ("low", "high"))
    send = _said(text("survey-page-send", what="change" if page.score else "send"), language)
    title = _said(text("survey-page-title"), language)
    body = f"""<h1>{title}</h1>
{note}<form method="post" action="?lang={language}">
<fieldset{described}><legend>{_said(page.question, language)}</legend>
<div class="stars">{stars}</div>
<div class="ends" aria-hidden="true"><span>{low}</span><span>{high}</span></div></fieldset>
<label for="words">{_said(text("survey-page-words"), language)}</label>
<textarea id="words" name="words" maxlength="{LONGEST}">{_escaped(page.words)}</textarea>
<button>{send}</button>
</form>"""
    return _drawn(body, title, language, status)


def _star(score: int, language: str, *, checked: bool) -> str:
    """Whoever does not see the ends of the row hears what they mean."""
    said = _said(text("survey-page-score", score=score), language)
    marked = " checked" if checked else ""
    return (
        f'<label><input type="radio" name="score" value="{score}" aria-label="{said}" required{marked}>'
        f'<span aria-hidden="true">{score}</span></label>'
    )


def _drawn(body: str, title: str, language: str, status: int, more: Mapping[str, str] | None = None) -> Response:
    other = "zh" if language == "en" else "en"
    names = {"en": "English", "zh": "中文"}
    code = {"en": "en", "zh": "zh-Hans"}
    page = f"""<!doctype html>
<html lang="{code[language]}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{STYLE}</style></head>
<body><main>
{body}
<footer><a href="?lang={other}" lang="{code[other]}" hreflang="{code[other]}">{names[other]}</a></footer>
</main></body></html>
"""
    return HTMLResponse(page, status, {**HEADERS, **(more or {})})


def _said(said: Text, language: str) -> str:
    return _escaped(say(said, language))


def _escaped(words: str) -> str:
    return html.escape(printable(words))
