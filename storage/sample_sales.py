"""What the sample company sells: products, orders, campaigns, and deals on their way through the stages."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crmbot.names import fold
from storage.sample_company import DAYS, Client, Company, season
from storage.sample_names import common
from storage.tables import Campaign, CampaignFigure, Deal, DealStage, Order, Product

CURRENCY = "USD"
ORDERS, DEALS, WEEKS = 3000, 950, 20
PRODUCTS = {"Pro": 990_00, "Starter": 490_00, "企业版": 1_800_00, "Support": 600_00, "Onboarding": 800_00}
PRODUCTS |= {"Enterprise": 1_900_00}
STEPS = (("lead", 0.75, 20), ("qualified", 0.8, 28), ("proposal", 0.8, 30), ("negotiation", 0.75, 22))
REASONS = {False: ("price", "no budget", "no answer", "went with a competitor", "bad timing")}
REASONS[True] = ("价格太高", "没有预算", "没有回复", "选择了竞争对手", "时机不合适")
TITLES = {False: ("rollout", "renewal", "second site", "pilot"), True: ("采购", "续约", "二期", "试点")}
CAMPAIGNS: tuple[str, ...] = ("Autumn webinar", "展会季", "Partner days", "Search ads", "老客户回访", "Newsletter")
CAMPAIGNS += ("Pro launch", "公众号推广", "Trade fair", "Winter webinar", "新品发布", "Referral drive")
CATEGORIES = ("market", "product", "channel")
LEADS = {"search": 4, "email": 9, "wechat": 6, "fair": 2}  # a week, without any spend
LEADS_PER_1000 = 12.0
REVENUE, REVENUE_PER_1, REVENUE_SEASON = 1500.0, 2.8, 900.0  # a week


@dataclass(frozen=True, slots=True)
class Run:
    """When a campaign runs."""

    id: int
    starts: date
    ends: date


@dataclass(frozen=True, slots=True)
class Talk:
    """A deal as those see it who talk about it."""

    id: int
    client: Client
    rep: int
    begins: datetime
    ends: datetime | None


def add_products(company: Company) -> None:
    for name, price in PRODUCTS.items():
        id = company.add(Product, name=name, name_key=fold(name), price=price, currency=CURRENCY)
        company.prices[id] = price


def add_orders(company: Company) -> None:
    products = list(company.prices)
    for at in company.spread(ORDERS):
        client = buyer(company, at)
        product = common(company.rng, products)
        quantity = company.rng.randint(1, 2 * client.quantity - 1)
        amount = company.prices[product] * quantity * company.rng.choice((100, 100, 100, 95, 90)) // 100
        values = {"quantity": quantity, "amount": amount, "currency": CURRENCY, "at": at}
        company.add(Order, customer_id=client.id, product_id=product, **values)


def buyer(company: Company, at: datetime) -> Client:
    buying = [client for client in company.clients if client.buys(at)]
    return company.rng.choices(buying, [client.pace for client in buying])[0]


def add_campaigns(company: Company) -> list[Run]:
    first = company.today - timedelta(days=DAYS - 1)
    return [_campaign(company, number, first + timedelta(days=88 * number)) for number in range(len(CAMPAIGNS))]


def _campaign(company: Company, number: int, about: date) -> Run:
    starts = about - timedelta(days=about.weekday())
    ends, level = starts + timedelta(weeks=WEEKS, days=-1), company.rng.uniform(600, 2400)
    title, category = CAMPAIGNS[number], CATEGORIES[number % 3]
    channel = list(LEADS)[number % len(LEADS)]
    id = company.add(
        Campaign,
        title=title,
        name_key=fold(title),
        category=category,
        product_id=company.rng.choice(list(company.prices)) if category == "product" else None,
        channel=channel,
        budget=round(level * WEEKS / 1000) * 1000_00,
        currency=CURRENCY,
        starts_on=starts,
        ends_on=ends,
        code=f"sample{number + 1}",
        created_at=company.in_hours(starts - timedelta(days=10)),
    )
    for week in range(WEEKS):
        if (day := starts + timedelta(weeks=week)) <= company.today:
            _week(company, id, day, channel, level)
    return Run(id, starts, ends)


def _week(company: Company, campaign: int, day: date, channel: str, level: float) -> None:
    """More is spent in the season, and more is sold in it anyway: whoever forgets the season finds too much effect."""
    spend = level * (1 + 0.4 * season(day)) * company.rng.lognormvariate(0, 0.5)
    leads = LEADS[channel] + LEADS_PER_1000 * spend / 1000 + company.rng.gauss(0, 2)
    revenue = REVENUE + REVENUE_PER_1 * spend + REVENUE_SEASON * season(day) + company.rng.gauss(0, 500)
    figure = {"campaign_id": campaign, "day": day, "channel": channel}
    for metric, amount in (("spend", spend), ("revenue", revenue)):
        cents = max(0, round(amount * 100))
        company.add(CampaignFigure, metric=metric, amount=cents, currency=CURRENCY, count=None, **figure)
    company.add(CampaignFigure, metric="leads", amount=None, currency=None, count=max(0, round(leads)), **figure)


def add_deals(company: Company, runs: list[Run]) -> list[Talk]:
    begins, acme = company.spread(DEALS), company.clients[0]
    clients = {begins[number]: acme for number in (-30, -5)}  # it is the first that people ask for
    return [_deal(company, clients.get(at) or buyer(company, at), at, runs) for at in begins]


def _deal(company: Company, client: Client, begins: datetime, runs: list[Run]) -> Talk:
    rng = company.rng
    rep, path = company.rep(client), _path(company, begins)
    stage, since = path[-1]
    ends = since if stage in ("won", "lost") else None
    product = common(rng, list(company.prices))
    priced = ends is not None or rng.random() < 0.9
    running = [run.id for run in runs if run.starts <= begins.date() <= run.ends]
    planned = (begins + timedelta(days=rng.gauss(100, 20))).date()
    id = company.add(
        Deal,
        customer_id=client.id,
        product_id=product,
        campaign_id=rng.choice(running) if running and rng.random() < 0.3 else None,
        owner_id=rep,
        title=rng.choice(TITLES[client.chinese]) if rng.random() < 0.6 else None,
        amount=company.prices[product] * rng.randint(2, 20) if priced else None,
        currency=CURRENCY if priced else None,
        stage=stage,
        close_date=ends.date() if ends else max(planned, company.today - timedelta(days=14)),
        reason=common(rng, list(REASONS[client.chinese])) if stage == "lost" else None,
        created_at=begins,
        closed_at=ends,
    )
    for stage, at in path:
        company.add(DealStage, deal_id=id, stage=stage, at=at, by=rep)
    return Talk(id, client, rep, begins, ends)


def _path(company: Company, at: datetime) -> list[tuple[str, datetime]]:
    """The stages so far: each takes its days, then the deal goes on or is lost; unless that is still to come."""
    path = []
    for stage, goes_on, days in STEPS:
        path.append((stage, at))
        at += timedelta(days=company.rng.gammavariate(2, days / 2))
        lost = company.rng.random() >= goes_on
        if at >= company.now:
            return path
        if lost:
            return [*path, ("lost", at)]
    return [*path, ("won", at)]
