"""Wrong and alternative implementations of the class `Value`: the way back through a graph."""

from __future__ import annotations

from collections import deque

from solutions.backprop import Value
from solutions.mistakes import alternative, mistake

BACKWARD = "backprop.Value_backward"


def _visited(root):
    """Every node once, each after its parents."""
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent in node.parents)
    return order


@mistake(
    of=BACKWARD,
    says="A function that calls itself for each parent goes as deep as the graph, and Python stops it "
    "at about 1,000 nodes. Keep a list of the nodes still to visit instead.",
)
class Recursive(Value):
    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        before = [node.grad for node in order]
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            node._backward()
        for node, grad in zip(order, before, strict=True):
            node.grad += grad


@mistake(
    of=BACKWARD,
    says="A node hands its gradient on as soon as it is reached, each time it is reached. What has "
    "been handed on already is handed on again: wait until all of it has arrived, then do it once.",
)
class HandedOnAtOnce(Value):
    def backward(self):
        self.grad = 1.0
        stack = [self]
        while stack:
            node = stack.pop()
            node._backward()
            stack.extend(node.parents)


@mistake(
    of=BACKWARD,
    says="Nodes are visited level by level from the output. Where two paths of different length meet, "
    "a node's turn comes before all of its gradient has arrived: order the nodes so that each comes "
    "after everything that uses it.",
)
class LevelByLevel(Value):
    def backward(self):
        self.grad = 1.0
        seen, queue = {self}, deque([self])
        while queue:
            node = queue.popleft()
            node._backward()
            for parent in node.parents:
                if parent not in seen:
                    seen.add(parent)
                    queue.append(parent)


@mistake(
    of=BACKWARD,
    says="Each node is visited once, but at the first chance: a node that is reached along one path "
    "hands on before what comes along the other path has arrived.",
)
class AtTheFirstChance(Value):
    def backward(self):
        self.grad = 1.0
        seen, stack = set(), [self]
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                node._backward()
                stack.extend(node.parents)


@mistake(
    of=BACKWARD,
    says="The nodes are visited from the inputs on. Gradients come from the output: walk through the "
    "order from its end.",
)
class FromTheInputs(Value):
    def backward(self):
        self.grad = 1.0
        for node in _visited(self):
            node._backward()


@mistake(
    of=BACKWARD,
    says="The grad of the output is never set to 1, so that zeros flow back.",
)
class OutputNotSetToOne(Value):
    def backward(self):
        for node in reversed(_visited(self)):
            node._backward()


@mistake(
    of=BACKWARD,
    says="All gradients are set to 0 first, so that what was there before is lost. The gradients of "
    "several calls should add up.",
)
class EarlierGradientsLost(Value):
    def backward(self):
        order = _visited(self)
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            node._backward()


@mistake(
    of=BACKWARD,
    says="In a second call the nodes in between still hold the gradient of the first, and hand it on "
    "once more. Start each call from 0, and add what was there before at the end.",
)
class OldGradientsHandedOn(Value):
    def backward(self):
        self.grad = 1.0
        for node in reversed(_visited(self)):
            node._backward()


@mistake(
    of=BACKWARD,
    says="In a second call the gradients of the first, the output's among them, are handed on once "
    "more. Start each call from 0, and add what was there before at the end.",
)
class OneAddedToOldGradient(Value):
    def backward(self):
        self.grad += 1.0
        for node in reversed(_visited(self)):
            node._backward()


@mistake(
    of=BACKWARD,
    says="Nodes are told apart by their numbers: two nodes of the same data are taken for one. Look "
    "for the node itself.",
)
class ToldApartByNumbers(Value):
    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            elif node.data not in seen:
                seen.add(node.data)
                stack.append((node, True))
                stack.extend((parent, False) for parent in node.parents)
        before = [node.grad for node in order]
        for node in order:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            node._backward()
        for node, grad in zip(order, before, strict=True):
            node.grad += grad


@mistake(
    of=BACKWARD,
    says="A node that is used twice stands twice in the order, and hands its gradient on twice. Look "
    "whether it has been visited when it is taken from the stack, not only when it is put there.",
)
class VisitedTwice(Value):
    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, done = stack.pop()
            if done:
                order.append(node)
            else:
                seen.add(node)
                stack.append((node, True))
                stack += [(parent, False) for parent in node.parents if parent not in seen]
        before = [(node, node.grad) for node in seen]
        for node in seen:
            node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            node._backward()
        for node, grad in before:
            node.grad += grad


@alternative(of=BACKWARD)
class InOrderOfMaking(Value):
    """Nodes are numbered when they are made: a node is younger than its parents."""

    made = 0

    def __init__(self, data, parents=()):
        super().__init__(data, parents)
        InOrderOfMaking.made += 1
        self.number = InOrderOfMaking.made

    def backward(self):
        nodes, todo = {self}, [self]
        while todo:
            new = set(todo.pop().parents) - nodes
            nodes |= new
            todo.extend(new)
        before = {node: node.grad for node in nodes}
        for node in nodes:
            node.grad = 0.0
        self.grad = 1.0
        for node in sorted(nodes, key=lambda node: -node.number):
            node._backward()
        for node in nodes:
            node.grad += before[node]
