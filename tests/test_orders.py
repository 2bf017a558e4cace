"""Orders that are told in the chat."""

from datetime import UTC, datetime

import pytest

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_of_a_product_with_a_price_the_amount_need_not_be_said(chat, database):
    def price(store):
        store.acts(None, "test", NOW)
        product = store.orders.new_product("Pro")
        product.price, product.currency = 12_500, "EUR"

    database.run(price)
    amy = chat("amy")
    assert amy.say("hooli ordered 3 pro") == "Order O1 for hooli noted."
    assert (amy.facts["Product"], amy.facts["Amount"]) == ("3 × Pro", "€375")
    amy.say("hooli ordered 2 Pro, $10")
    assert amy.facts["Amount"] == "$10"


@pytest.mark.parametrize("said", ["hooli ordered 3 Pro, 3k", "hooli ordered Pro x 3, 3k", "hooli ordered 3x Pro, 3k"])
def test_the_figure_beside_the_product_is_how_many(chat, said):
    amy = chat("amy")
    amy.say(said)
    assert amy.facts["Product"] == "3 × Pro"


def test_an_order_of_none_is_refused(chat):
    amy = chat("amy")
    assert amy.say("hooli ordered 0 Pro, 3k") == "0 is no number of things to order."
    assert amy.say("find hooli") == "I found nobody."
