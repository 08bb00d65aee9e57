"""The corpus on which gradient checkers are compared: functions with gradients known to be right."""
