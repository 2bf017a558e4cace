"""A browser without a window, driven by the W3C protocol; nothing of it is needed but for the pages' tests."""

import asyncio
import base64
import re
from contextlib import asynccontextmanager
from shutil import which

from aiohttp import ClientSession, ClientTimeout

PHONE = {"width": 390, "height": 844}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the protocol's own name of an element's id
BETWEEN = {"no such element", "stale element reference"}  # said while one page takes the place of another
missing = next((f"{each} is not installed" for each in ("chromium", "chromedriver") if not which(each)), "")


class Refused(Exception):
    """What the browser would not do, in the protocol's own words."""

    def __init__(self, error, message):
        super().__init__(f"{error}: {message}")
        self.error = error


class Browser:
    def __init__(self, http, session):
        self._http, self._session = http, session

    async def opens(self, url):
        await self._does("POST", "url", url=url)

    async def clicks(self, css):
        await self._does("POST", f"element/{await self._find(css)}/click")

    async def goes(self, css):
        """A click that brings another page."""
        before = await self._find("html")
        await self.clicks(css)
        async with asyncio.timeout(60):
            while not await self._has_come_after(before):
                await asyncio.sleep(0.05)

    async def _has_come_after(self, before):
        try:
            return await self._find("html") != before and await self.runs("return document.readyState") == "complete"
        except Refused as no:
            if no.error in BETWEEN:
                return False
            raise

    async def types(self, css, words):
        await self._does("POST", f"element/{await self._find(css)}/value", text=words)

    async def reads(self, css="body"):
        return await self._does("GET", f"element/{await self._find(css)}/text")

    async def attribute(self, css, name):
        return await self._does("GET", f"element/{await self._find(css)}/attribute/{name}")

    async def label(self, css):
        """What a screen reader says of it."""
        return await self._does("GET", f"element/{await self._find(css)}/computedlabel")

    async def is_checked(self, css):
        return await self._does("GET", f"element/{await self._find(css)}/selected")

    async def runs(self, script):
        return await self._does("POST", "execute/sync", script=script, args=[])

    async def picture(self, file):
        file.write_bytes(base64.b64decode(await self._does("GET", "screenshot")))

    async def _find(self, css):
        found = await self._does("POST", "element", using="css selector", value=css)
        return found[ELEMENT]

    async def _does(self, method, what, **given):
        url = f"{self._session}/{what}"
        async with self._http.request(method, url, json=given if method == "POST" else None) as answer:
            told = (await answer.json())["value"]
            if answer.status != 200:
                raise Refused(told["error"], told["message"])
            return told


@asynccontextmanager
async def browser(language="en"):
    """On a phone's screen, in that language."""
    driver = await asyncio.create_subprocess_exec(
        "chromedriver", "--port=0", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        while not (found := re.search(rb"successfully on port (\d+)", line := await driver.stdout.readline())):
            assert line, "chromedriver did not start"
        async with ClientSession(f"http://127.0.0.1:{found[1].decode()}", timeout=ClientTimeout(20)) as http:
            options = {
                "binary": which("chromium"),
                "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
                "mobileEmulation": {"deviceMetrics": PHONE | {"pixelRatio": 2.0}},
                "prefs": {"intl.accept_languages": language},
            }
            wanted = {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}}
            async with http.post("/session", json=wanted) as answer:
                told = (await answer.json())["value"]
                assert answer.status == 200, told
            session = f"/session/{told['sessionId']}"
            try:
                yield Browser(http, session)
            finally:
                await http.delete(session)
    finally:
        driver.terminate()
        await driver.wait()
