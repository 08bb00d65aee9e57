"""Run a submission's code with nothing to steal and nothing to break.

A warm process with NumPy in memory and no secret forks a child for each submission. The child
confines itself, runs the cells, then answers questions: data in, data out. The trusted side holds
the key and compares; see `session.Sandbox`.
"""
