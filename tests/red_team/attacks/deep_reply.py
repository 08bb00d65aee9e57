"""Return a list in a list in a list."""
# deserves: 0


def sigmoid(z):
    nested = []
    for _ in range(100_000):
        nested = [nested]
    return nested
