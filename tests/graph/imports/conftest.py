from __future__ import annotations

import random

import networkx as nx
import pytest


def make_shop(customers: int = 20, products: int = 15, seed: int = 0) -> nx.DiGraph:
    """A little shop: customers bought products, which are part of categories."""
    rng = random.Random(seed)
    graph = nx.DiGraph(name="shop")
    for number in range(customers):
        city = ["Rome", "Bonn", "Oslo"][number % 3]
        graph.add_node(f"c{number}", label="Customer", name=f"Customer {number}", city=city)
    for number in range(products):
        graph.add_node(
            f"p{number}",
            label="Product",
            title=f"Product {number}",
            description=f"What product {number} is for",
            price=0.25 + number,
            gadgets=["red", "blue"] if number % 2 else ["red"],
        )
    for number in range(3):
        name = f"Category {number}"
        graph.add_node(f"k{number}", label="Category", name=name, since=1990 + number)
    for number in range(customers):
        for product in rng.sample(range(products), 6):
            when = 1_600_000_000_000 + 86_400_000 * product
            stars = product % 5 + 1
            graph.add_edge(f"c{number}", f"p{product}", type="BOUGHT", ts=when, stars=stars)
    for number in range(products):
        graph.add_edge(f"p{number}", f"k{number % 3}", type="PART_OF")
    graph.add_edge("c0", "c1", type="KNOWS")
    return graph


@pytest.fixture(scope="session")
def shop() -> nx.DiGraph:
    return make_shop()
