"""What a score of R-GCN or KGAT owes to the edges of the graph, told as paths."""
