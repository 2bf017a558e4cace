"""Orders and the products that they are of."""

from datetime import datetime

from sqlmodel import Session, col, select

from crmbot.money import Money
from crmbot.names import fold
from storage.rows import add_row
from storage.tables import Customer, Order, Product


class Orders:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, customer: Customer, amount: Money, *, product: Product | None, quantity: int, at: datetime) -> Order:
        assert customer.id
        row = Order(
            customer_id=customer.id,
            product_id=product.id if product else None,
            quantity=quantity,
            amount=amount.minor,
            currency=amount.currency,
            at=at,
        )
        return add_row(self._session, row)

    def product(self, name: str) -> Product | None:
        """The product called so, in whichever case."""
        return self._session.exec(select(Product).where(col(Product.name_key) == fold(name))).first()

    def new_product(self, name: str) -> Product:
        return add_row(self._session, Product(name=name[:191], name_key=fold(name)[:191]))
