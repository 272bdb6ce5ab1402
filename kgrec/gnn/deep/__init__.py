"""R-GCN and KGAT: networks with weights of their own in each layer; all but the bias is latent."""
