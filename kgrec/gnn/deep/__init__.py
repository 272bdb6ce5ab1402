"""R-GCN and KGAT: networks with weights of their own in each layer; no score is a sum over paths."""
