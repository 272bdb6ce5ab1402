"""Other people's recommenders, each run in a virtual environment of its own."""
