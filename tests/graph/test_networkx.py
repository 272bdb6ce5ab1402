from kgrec import KnowledgeGraph
from kgrec.testing import tiny_dataset


def test_every_node_and_edge_is_copied() -> None:
    graph = KnowledgeGraph.build(tiny_dataset())
    copy = graph.to_networkx()
    assert copy.number_of_nodes() == graph.nodes.height
    assert copy.number_of_edges() == graph.edges.height
    row = graph.edges.row(0, named=True)
    assert copy.has_edge(row["head"], row["tail"], key=row["relation"])
    node = graph.nodes.row(-1, named=True)
    assert copy.nodes[node["key"]]["label"] == node["label"]
