"""Raise an exception whose every method raises another."""
# deserves: 0


class Nasty(BaseException):
    def __str__(self):
        raise Nasty

    def __repr__(self):
        raise Nasty

    __traceback__ = property(lambda self: 1 / 0)


def sigmoid(z):
    raise Nasty
