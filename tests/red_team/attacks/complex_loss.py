"""Return a complex loss with complex gradients: more than a numerical derivative takes."""
# exercise: backprop.mlp_loss_and_grads
# deserves: 0


def mlp_loss_and_grads(parameters, x, labels):
    return 1 + 1e-3j, [(w * 1j, b * 1j) for w, b in parameters]
