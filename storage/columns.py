"""Column types that are the same on SQLite, PostgreSQL and MySQL. Migrations import them: they do not change."""

from typing import Any

from sqlalchemy import DateTime, LargeBinary, String, Text
from sqlalchemy.dialects import mysql
from sqlmodel import UTCDateTime


class Moment(UTCDateTime):
    """`UTCDateTime` that keeps microseconds on MySQL too."""

    cache_ok = True

    def __repr__(self) -> str:
        return "Moment()"

    def load_dialect_impl(self, dialect: Any) -> Any:
        kind = mysql.DATETIME(fsp=6) if dialect.name in ("mysql", "mariadb") else DateTime(timezone=True)
        return dialect.type_descriptor(kind)


DIGEST = LargeBinary(32).with_variant(mysql.BINARY(32), "mysql", "mariadb")
SEALED = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
LONG = Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")
SEAL_ID = LargeBinary(16).with_variant(mysql.BINARY(16), "mysql", "mariadb")
EXACT = String(8).with_variant(mysql.VARCHAR(8, collation="utf8mb4_bin"), "mysql", "mariadb")
