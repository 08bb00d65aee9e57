"""Return objects that never end: a list that holds itself, and one that grows when it is read."""
# deserves: 0


class Growing(list):
    def __iter__(self):
        while True:
            yield 0.5


def sigmoid(z):
    loop = []
    loop.append(loop)
    loop.append(Growing())
    return loop
