"""Measures the gradient by differences of the loss, where the exercise asks for a backward pass.

The loss is right, and the gradient of a small network, which earns a third.
"""
# exercise: backprop.mlp_loss_and_grads
# deserves: 1


def loss_of(parameters, x, labels):
    a = x
    for layer, (w, b) in enumerate(parameters):
        a = (np.maximum(a, 0) if layer else a) @ w + b
    a = a - a.max(axis=1, keepdims=True)
    log_p = a - np.log(np.exp(a).sum(axis=1, keepdims=True))
    return -float(log_p[np.arange(len(x)), labels].mean())


def mlp_loss_and_grads(parameters, x, labels):
    parameters = [(w.copy(), b.copy()) for w, b in parameters]
    gradients = []
    for pair in parameters:
        slopes = []
        for array in pair:
            slope = np.zeros_like(array)
            for index in np.ndindex(*array.shape):
                kept, h = array[index], 1e-5 * max(1.0, abs(array[index]))
                array[index] = kept + h
                above = loss_of(parameters, x, labels)
                array[index] = kept - h
                below = loss_of(parameters, x, labels)
                array[index] = kept
                slope[index] = (above - below) / (2 * h)
            slopes.append(slope)
        gradients.append(tuple(slopes))
    return loss_of(parameters, x, labels), gradients
