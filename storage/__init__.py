"""The only package that knows SQL. Handlers see `Store` and the rows it gives."""

from storage.campaigns import Result as CampaignResult
from storage.changes import Past
from storage.customers import NewCustomer, Wanted
from storage.database import Database
from storage.deals import Page
from storage.due import DueRows
from storage.engine import Engine
from storage.figures import Answer, Dealt, Scores, Service
from storage.opening import open_database
from storage.outbox import Outbox
from storage.pipeline import Pipeline, Staged, sums
from storage.store import Store
from storage.surveys import Satisfaction
from storage.tables import (
    AT_ONCE,
    EVENTS,
    OPEN_STAGES,
    STAGES,
    Alert,
    Campaign,
    Customer,
    Deal,
    LessonRow,
    MemberRow,
    Product,
    Recipient,
    Room,
    Schedule,
    Survey,
    Target,
    Task,
    Ticket,
)
from storage.tasks import TaskPage
from storage.tickets import TicketPage, WantedTickets

__all__ = [
    "AT_ONCE",
    "EVENTS",
    "OPEN_STAGES",
    "STAGES",
    "Alert",
    "Answer",
    "Campaign",
    "CampaignResult",
    "Customer",
    "Database",
    "Deal",
    "Dealt",
    "DueRows",
    "Engine",
    "LessonRow",
    "MemberRow",
    "NewCustomer",
    "Outbox",
    "Page",
    "Past",
    "Pipeline",
    "Product",
    "Recipient",
    "Room",
    "Satisfaction",
    "Schedule",
    "Scores",
    "Service",
    "Staged",
    "Store",
    "Survey",
    "Target",
    "Task",
    "TaskPage",
    "Ticket",
    "TicketPage",
    "Wanted",
    "WantedTickets",
    "open_database",
    "sums",
]
