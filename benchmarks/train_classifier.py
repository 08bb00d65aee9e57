"""Is the bar of `training.train_classifier` above a linear model, and does the solution always pass?

    .venv/bin/python benchmarks/train_classifier.py

For twenty keys, each with its three runs: the solution, scored as a student is, and a linear model
(scikit-learn's logistic regression with an L2 penalty, the best of five strengths chosen on the
held-out digits themselves, which flatters it), on the same digits. Writes results/train_classifier.md.
"""

from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from autograder.ask import ask
from autograder.exercises import find
from autograder.exercises.training_classifier import FULL, NONE, RUNS, accuracy, scrambled
from autograder.record import solution

EXERCISE = find("training.train_classifier")
KEYS = 20
STRENGTHS = (0.01, 0.03, 0.05, 0.1, 0.3)
RESULTS = Path(__file__).parent / "results" / "train_classifier.md"


def runs_of(seed: int) -> list[tuple[float, np.ndarray]]:
    """For each run of one key the accuracy of the solution, and of the linear model by strength."""
    check = EXERCISE.checks[0]
    scores = []
    for asked in check.questions(np.random.default_rng([seed, 1])):
        data = scrambled(asked.arguments)
        given = {"loss_and_grads": "", "x": data["x"], "labels": data["labels"]}
        answer = ask(
            solution(EXERCISE.name), EXERCISE.drive, {**given, "rng": asked.arguments["rng"]}
        )
        network = accuracy(answer.value, data["x_held_out"], data["labels_held_out"])
        x, held_out = data["x"] / 255.0, data["x_held_out"] / 255.0
        linear = []
        for strength in STRENGTHS if seed < 3 else STRENGTHS[2:3]:
            model = LogisticRegression(C=strength, max_iter=100, tol=1e-3).fit(x, data["labels"])
            linear.append(model.score(held_out, data["labels_held_out"]))
        scores.append((network, np.array(linear)))
    return scores


def main() -> None:
    """Measure, print and write."""
    rows, by_strength = [], []
    for seed in range(KEYS):
        runs = runs_of(seed)
        network = float(np.mean([score for score, _ in runs]))
        if seed < 3:
            by_strength.append(np.mean([linear for _, linear in runs], axis=0))
        chosen = 2 if seed < 3 else 0
        rows.append((network, float(np.mean([linear[chosen] for _, linear in runs]))))
        print(
            f"key {seed:2}: solution {rows[-1][0]:.4f}, linear model {rows[-1][1]:.4f}", flush=True
        )
    network, linear = np.array(rows).T
    strengths = ", ".join(
        f"C = {c}: {score:.4f}"
        for c, score in zip(STRENGTHS, np.mean(by_strength, axis=0), strict=True)
    )
    text = f"""# train_classifier: the solution and a linear model

`.venv/bin/python benchmarks/train_classifier.py`; {KEYS} keys of {RUNS} runs, each trained on 4,000
digits and judged on 1,000 others. All points from {FULL:.2f} on, none up to {NONE:.2f}.

| | mean | standard deviation over keys | lowest | highest | keys passed |
| --- | --- | --- | --- | --- | --- |
| solution | {network.mean():.4f} | {network.std(ddof=1):.4f} | {network.min():.4f} | {network.max():.4f} | {(network >= FULL).sum()} of {KEYS} |
| logistic regression, C = 0.05 | {linear.mean():.4f} | {linear.std(ddof=1):.4f} | {linear.min():.4f} | {linear.max():.4f} | {(linear >= FULL).sum()} of {KEYS} |

The linear model by strength of its penalty (mean over three keys): {strengths}.
"""
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
