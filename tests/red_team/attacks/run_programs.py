"""Start other programs, a shell first of all."""

# deserves: 0
import os
import subprocess
import sys

ran = 0
for command in (["/bin/sh", "-c", "id"], [sys.executable, "-c", "1"], ["ls"]):
    try:
        subprocess.run(command, check=True, capture_output=True)
        ran += 1
    except (OSError, subprocess.SubprocessError):
        pass
ran += os.system("true") == 0


def sigmoid(z):
    import numpy as np

    return 1 / (1 + np.exp(-z)) if ran else z * 0
