"""R-GCN and KGAT: networks with weights in each layer; no score is a sum over paths."""
