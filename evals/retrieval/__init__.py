"""How well documents are found, and where the weights of the search come from."""
