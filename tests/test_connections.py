"""Connections that are kept, against a server on loopback that answers what a test tells it to."""

import asyncio
import socket
import ssl
from base64 import b64encode
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from conftest import NOW
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from adapters import _connections
from adapters._connections import Broken, Connections, Unreached
from adapters._http import NotSent, Request

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
END = object()  # the server closes in order
PATIENT = {"connect": 5.0, "silence": 5.0}


class Script:
    """A server whose every connection takes the next answers; what it was asked is kept, connection by connection."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []
        self.ended = 0

    async def __call__(self, reader, writer):
        mine = []
        self.asked.append(mine)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")), 0)
                mine.append(head + await reader.readexactly(length))
                for part in self.answers.pop(0):
                    if part is None:
                        writer.transport.abort()
                        return
                    if part is END:
                        return
                    if isinstance(part, float):
                        await asyncio.sleep(part)
                    else:
                        writer.write(part)
                        await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.ended += 1
            writer.close()


@asynccontextmanager
async def serving(script, tls=None, host="127.0.0.1"):
    server = await asyncio.start_server(script, host, 0, ssl=tls)
    async with server:
        name = f"[{host}]" if ":" in host else host
        yield f"{'https' if tls else 'http'}://{name}:{server.sockets[0].getsockname()[1]}/bot42:TOKEN/getMe"


@pytest.fixture
async def connections():
    connections = Connections("tests")
    yield connections
    connections.close()


async def test_one_connection_carries_one_request_after_another(connections):
    script = Script([OK], [OK])
    async with serving(script) as url:
        assert await connections.request("POST", url, b'{"a": 1}', **PATIENT) == (200, b"ok")
        assert await connections.request("GET", url + "?b=2", **PATIENT) == (200, b"ok")
    [asked] = script.asked
    port = url.split(":")[2].split("/")[0]
    assert asked == [
        f"POST /bot42:TOKEN/getMe HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: tests\r\nAccept: */*\r\n"
        "Accept-Encoding: identity\r\n"
        'Content-Type: application/json\r\nContent-Length: 8\r\n\r\n{"a": 1}'.encode(),
        f"GET /bot42:TOKEN/getMe?b=2 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: tests\r\n"
        "Accept: */*\r\nAccept-Encoding: identity\r\n\r\n".encode(),
    ]


async def test_requests_at_the_same_time_have_a_connection_each(connections):
    script = Script(*[[0.05, OK]] * 4)
    async with serving(script) as url:
        both = (connections.request("GET", url, **PATIENT) for _ in range(2))
        assert [each.body for each in await asyncio.gather(*both)] == [b"ok", b"ok"]
        both = (connections.request("GET", url, **PATIENT) for _ in range(2))
        await asyncio.gather(*both)
    assert [len(each) for each in script.asked] == [2, 2]


@pytest.mark.parametrize(
    "parts",
    [
        [b"HTTP/1.1 200 OK\r\nContent-", b"Length: 5\r\n\r\nhe", b"llo"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n", b"3\r\nllo\r\n0\r\n\r\n"],
        [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"],
        [b"HTTP/1.0 200 OK\r\nServer: old\r\n\r\nhel", b"lo", END],
    ],
    ids=["in pieces", "in chunks", "after a word that it will come", "until the end"],
)
async def test_an_answer_is_whole(connections, parts):
    async with serving(Script([each for part in parts for each in (part, 0.01)])) as url:
        assert await connections.request("GET", url, **PATIENT) == (200, b"hello")


@pytest.mark.parametrize(
    "first",
    [
        [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"],
        [OK, None],
        [OK + b"HTTP/1.1 200 OK\r\n"],
        [OK, 0.02, OK],
    ],
    ids=["it says so", "it closes", "half of another answer", "an answer nobody asked for"],
)
async def test_a_connection_that_cannot_be_used_again_is_not(connections, first):
    script = Script(first, [b"HTTP/1.1 429 No\r\nContent-Length: 4\r\n\r\nlate"])
    async with serving(script) as url:
        assert await connections.request("GET", url, **PATIENT) == (200, b"ok")
        await asyncio.sleep(0.1)
        assert await connections.request("GET", url, **PATIENT) == (429, b"late")
    assert len(script.asked) == 2


async def test_a_connection_that_was_quiet_for_long_is_not_trusted(connections, monkeypatch):
    monkeypatch.setattr(_connections, "IDLE", 0.02)
    script = Script([OK], [OK], [0.05, OK], [OK])
    async with serving(script) as url:
        await connections.request("GET", url, **PATIENT)
        await asyncio.sleep(0.05)
        await asyncio.gather(connections.request("GET", url, **PATIENT), connections.request("GET", url, **PATIENT))
        async with asyncio.timeout(30):
            while script.ended < 2:  # the first, and the one that was back before the slow answer
                await asyncio.sleep(0.005)
    assert len(script.asked) == 3


@pytest.mark.parametrize(
    "parts",
    [
        [None],
        [OK[:-1], None],
        [b"no HTTP at all\r\n\r\n"],
        [b"HTTP/1.1 101 Other\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"],
    ],
    ids=["at once", "in the middle", "no HTTP", "another protocol"],
)
async def test_an_answer_that_breaks_off_is_told(connections, parts):
    script = Script(parts, [OK])
    async with serving(script) as url:
        with pytest.raises(Broken):
            await connections.request("GET", url, **PATIENT)
        assert (await connections.request("GET", url, **PATIENT)).body == b"ok"


@pytest.mark.parametrize(
    ("parts", "times"),
    [
        ([], {"silence": 0.05}),
        ([OK[:-1]], {"silence": 0.05}),
        ([each for byte in OK for each in (bytes([byte]), 0.01)], {"silence": 5.0, "whole": 0.1}),
    ],
    ids=["nothing", "half of it", "a trickle"],
)
async def test_who_answers_too_late_is_left(connections, parts, times):
    script = Script([*parts, 30.0], [OK])
    async with serving(script) as url:
        with pytest.raises(TimeoutError) as late:
            await connections.request("GET", url, connect=5.0, **times)
        assert not isinstance(late.value, Unreached)
        assert (await connections.request("GET", url, **PATIENT)).body == b"ok"
        assert len(script.asked) == 2


async def test_who_is_cancelled_as_the_answer_comes_leaves_nothing_open(connections):
    script = Script(*[[OK]] * 9)
    async with serving(script) as url:
        for _ in range(3):
            request = asyncio.create_task(connections.request("GET", url, **PATIENT))
            while not any(each._asked for each in connections._all):
                await asyncio.sleep(0)
            [connection] = connections._all
            answer = connection._answer
            connection._answer = lambda answer=answer, request=request: (answer(), request.cancel())
            with pytest.raises(asyncio.CancelledError):
                await request
            await all_ended(connections)


async def all_ended(connections):
    async with asyncio.timeout(30):
        while connections._all:
            await asyncio.sleep(0.005)


async def test_closing_ends_what_is_under_way(connections):
    async with serving(Script([30.0], [OK], [OK])) as url:
        request = asyncio.create_task(connections.request("GET", url, **PATIENT))
        while not any(each._asked for each in connections._all):
            await asyncio.sleep(0)
        connections.close()
        with pytest.raises(Broken):
            await request
        coming = asyncio.create_task(connections.request("GET", url, **PATIENT))
        await asyncio.sleep(0)
        connections.close()
        with pytest.raises(Unreached):
            await coming
        assert (await connections.request("GET", url, **PATIENT)).body == b"ok"


async def test_a_burst_of_connections_is_closed_after_a_while(connections, monkeypatch):
    monkeypatch.setattr(_connections, "IDLE", 0.05)
    async with serving(Script(*[[0.02, OK]] * 20)) as url:
        await asyncio.gather(*(connections.request("GET", url, **PATIENT) for _ in range(20)))
        assert len(connections._all) == 20
        await all_ended(connections)
    assert not any(connections._waiting.values())


async def test_an_answer_is_not_kept(connections):
    async with serving(Script([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 0.05, None])) as url:
        await connections.request("GET", url, **PATIENT)
        [connection] = connections._all
        assert connection._body == []
        await all_ended(connections)
        assert not any(connections._waiting.values())


async def test_a_slow_name_server_is_waited_for_and_asked_once(connections, monkeypatch):
    loop = asyncio.get_running_loop()
    asked, lookup = [], loop.getaddrinfo

    async def slow(*given, **more):
        asked.append(given)
        await asyncio.sleep(1.2)
        return await lookup(*given, **more)

    monkeypatch.setattr(loop, "getaddrinfo", slow)
    async with serving(Script(*[[0.05, OK]] * 4)) as url:
        at_once = (connections.request("GET", url, connect=1.0, silence=5.0) for _ in range(4))
        assert {each.body for each in await asyncio.gather(*at_once)} == {b"ok"}
    assert len(asked) == 1


@pytest.mark.parametrize("url", ["htps://api.telegram.org/bot1:T/getMe", "api.telegram.org/bot1:T", "http:///bot1:T"])
async def test_what_is_no_address_is_sent_nowhere(connections, url):
    with pytest.raises(ValueError, match="no address"):
        await connections.request("GET", url, **PATIENT)


def test_an_address_is_written_in_plain_letters():
    origin, head = _connections._parsed("GET", "http://me:s%40crét@bücher.example/pfad ü/%C3%BC?a=ö b", "tests")
    assert origin == ("xn--bcher-kva.example", 80, False)
    assert head.startswith(b"GET /pfad%20%C3%BC/%C3%BC?a=%C3%B6%20b HTTP/1.1\r\nHost: xn--bcher-kva.example\r\n")
    assert b"\r\nAuthorization: Basic " + b64encode("me:s@crét".encode()) + b"\r\n" in head


async def test_a_slow_answer_that_goes_on_is_waited_for(connections):
    async with serving(Script([each for byte in OK for each in (bytes([byte]), 0.005)])) as url:
        assert (await connections.request("GET", url, connect=5.0, silence=0.15)).body == b"ok"


async def test_what_nobody_waits_for_any_more_is_closed(connections):
    script = Script([], [OK])
    async with serving(script) as url:
        request = asyncio.create_task(connections.request("GET", url, **PATIENT))
        async with asyncio.timeout(30):
            while not script.asked or not script.asked[0]:
                await asyncio.sleep(0.005)
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        async with asyncio.timeout(30):
            while not script.ended:
                await asyncio.sleep(0.005)
        assert (await connections.request("GET", url, **PATIENT)).body == b"ok"
        assert len(script.asked) == 2


async def test_nothing_has_left_for_a_host_that_is_not_there(connections):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}/", "http://no-such-host.invalid/", f"http://{'x' * 70}.invalid/"):
        with pytest.raises(Unreached):
            await connections.request("GET", url, **PATIENT)
    with pytest.raises(NotSent):
        await Request().call(f"http://127.0.0.1:{port}/sendMessage", {})


@pytest.mark.parametrize("what", ["getaddrinfo", "sock_connect"])
async def test_a_host_that_takes_no_connection_is_given_up(connections, monkeypatch, what):
    loop = asyncio.get_running_loop()

    async def never(*_, **__):
        await asyncio.sleep(30)

    monkeypatch.setattr(loop, what, never)
    monkeypatch.setattr(_connections, "LOOKUP", 0.02)
    with pytest.raises(Unreached):
        await connections.request("GET", "http://127.0.0.1/", connect=0.02, silence=5.0)


async def test_an_address_of_the_sixth_version(connections):
    try:
        async with serving(Script([OK]), host="::1") as url:
            assert (await connections.request("GET", url, **PATIENT)).body == b"ok"
    except OSError:
        pytest.skip("no IPv6 here")


def certified(folder, *names):
    """A server's TLS with a certificate of its own for `names`, and the file that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    me = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tests")])
    made = (
        x509.CertificateBuilder()
        .subject_name(me)
        .issuer_name(me)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=3650))
        .not_valid_after(NOW + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, secret = folder / "cert.pem", folder / "key.pem"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(trusted, secret)
    return tls, trusted


@pytest.fixture
def fresh_tls():
    _connections._tls.cache_clear()
    yield
    _connections._tls.cache_clear()


@pytest.mark.usefixtures("fresh_tls")
async def test_an_encrypted_connection_is_to_whom_it_says(connections, tmp_path, monkeypatch):
    tls, trusted = certified(tmp_path, "localhost")
    script = Script([OK], [OK])
    async with serving(script, tls) as url:
        with pytest.raises(Unreached):  # nobody vouches for it
            await connections.request("GET", url.replace("127.0.0.1", "localhost"), **PATIENT)
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        _connections._tls.cache_clear()
        with pytest.raises(Unreached):  # it is vouched for under another name
            await connections.request("GET", url, **PATIENT)
        for _ in range(2):
            assert (await connections.request("GET", url.replace("127.0.0.1", "localhost"), **PATIENT)).body == b"ok"
    assert [len(each) for each in script.asked if each] == [2]


async def test_a_proxy_is_gone_through(monkeypatch):
    script = Script([b'HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n{"ok":true,"result":"it"} '.rstrip()])
    async with serving(script) as url:
        monkeypatch.setenv("http_proxy", url.rpartition("/bot")[0])
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        request = Request()
        try:
            assert await request.call("http://api.invalid/bot42:TOKEN/sendMessage", {"text": "hi"}) == "it"
        finally:
            await request.shutdown()
    assert script.asked[0][0].startswith(b"POST http://api.invalid/bot42:TOKEN/sendMessage HTTP/1.1")
