"""What is kept from whoever gets hold of the database alone: sealing values, and digests to find them by."""

import base64
import hashlib
import hmac
import os
import secrets
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from crmbot.errors import BadInput

NONCE = 12
KEY_ID = b"\x01"  # of the key that sealed a value: room for a second one when keys are rotated


class Keys:
    """All keys come from one secret of 32 bytes that is never in the database.

    A value is sealed with AES-256-GCM for one column and one `of` (a random or keyed id kept in its own row), so it
    cannot be moved elsewhere. `digest` is HMAC-SHA256 with a key for each purpose: equal values are equal, no more.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) != 32:
            raise BadInput("the key must be 32 bytes, in base64")
        self._secret = secret
        self._cipher = AESGCM(self._derive("seal"))
        self._derived = cache(self._derive)

    @property
    def secret(self) -> bytes:
        """For a process of our own that opens the same database."""
        return self._secret

    @property
    def fingerprint(self) -> str:
        """Tells whether a database was sealed with this key; says nothing of the key."""
        return self.digest("fingerprint", "crmbot").hex()

    def seal(self, column: str, of: bytes, value: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        return KEY_ID + nonce + self._cipher.encrypt(nonce, value, column.encode() + b"\0" + of)

    def open(self, column: str, of: bytes, sealed: bytes) -> bytes:
        """Raises `InvalidTag` for what was changed, moved, or sealed with another key."""
        if sealed[:1] != KEY_ID:
            raise InvalidTag
        return self._cipher.decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], column.encode() + b"\0" + of)

    def digest(self, purpose: str, value: str) -> bytes:
        return hmac.digest(self._derived(purpose), value.encode("utf-8", "surrogatepass"), "sha256")

    def _derive(self, purpose: str) -> bytes:
        return HKDFExpand(SHA256(), 32, purpose.encode()).derive(self._secret)


def load_keys(given: str, file: Path, *, may_make: bool) -> Keys:
    """The secret from the environment (`given`), else from `file`, which is made for a new database only."""
    if given:
        return Keys(_decoded(given, "the key in the environment"))
    if file.exists():
        if os.name == "posix" and file.stat().st_mode & 0o077:
            raise BadInput(f"{file} can be read by others: chmod 600 {file}")
        return Keys(_decoded(file.read_text("ascii", "replace").strip(), str(file)))
    if not may_make:
        raise BadInput(f"the database is sealed and its key is not here: put it back at {file}, or set privacy.key")
    secret = secrets.token_bytes(32)
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(base64.b64encode(secret).decode() + "\n")
        out.flush()
        os.fsync(out.fileno())
    return Keys(secret)


def _decoded(text: str, where: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise BadInput(f"{where} is no base64") from error


def token_key(token: str) -> bytes:
    """What is kept of a token of ours: it is random and long, so a plain digest does."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
