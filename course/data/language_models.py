"""Two models of characters that were trained on fourteen plays: a GPT and an LSTM.

``language_models.md`` is the datasheet.
"""

from dataclasses import dataclass

import numpy as np

from course.data.packaged import read_arrays

SHA256 = {
    "gpt": "83c762d0f3660e5944b81d61b91fcebef5c6553647e1d94a2a76b7d1242fd5dc",
    "lstm": "bfdc2368bced04ef3813ee2ee598d9dbfdfd0e03579e354598c5b88e94dd8efa",
}


@dataclass(frozen=True)
class LanguageModel:
    """What a training has left.

    parameters : float32 arrays by their names; `book.gpt` and `book.lstm` say what each is
    alphabet : the character that each class stands for
    record : (rows, 4) array   the training step; bits a character, on what was learned since the row
        before and on the play to choose by; seconds of processor time
    first : (5,) array   the losses of the first five steps, in nats
    """

    parameters: dict[str, np.ndarray]
    alphabet: str
    record: np.ndarray
    first: np.ndarray


def load_language_model(name: str) -> LanguageModel:
    """Return a model as it was after its last step, rounded to float16 on the way.

    Parameters
    ----------
    name : "gpt" or "lstm"

    Raises
    ------
    ValueError
        There is no such model.
    """
    if name not in SHA256:
        raise ValueError(f"There is no language model {name!r}: choose one of {', '.join(SHA256)}.")
    arrays = read_arrays(f"{name}.npz", SHA256[name])
    alphabet = arrays.pop("alphabet").tobytes().decode("ascii")
    record, first = arrays.pop("record"), arrays.pop("first")
    parameters = {key: w.astype(np.float32) for key, w in arrays.items()}
    return LanguageModel(parameters, alphabet, record, first)
