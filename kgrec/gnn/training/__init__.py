"""Training a graph network: the task, the losses, the loop."""
