"""The controls: each decides on a connection or a request, with its reason and its address."""
