"""The only package that knows SQL. Handlers see `Store` and the rows it gives."""

from storage.customers import NewCustomer, Wanted
from storage.database import Database
from storage.deals import Page
from storage.interactions import words_of
from storage.opening import open_database
from storage.outbox import Outbox
from storage.store import Store
from storage.tables import OPEN_STAGES, STAGES, Customer, Deal

__all__ = [
    "OPEN_STAGES",
    "STAGES",
    "Customer",
    "Database",
    "Deal",
    "NewCustomer",
    "Outbox",
    "Page",
    "Store",
    "Wanted",
    "open_database",
    "words_of",
]
