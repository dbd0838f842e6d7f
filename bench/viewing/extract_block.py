"""Writes one repeated block of an export as a table: python extract_block.py IN.onnx NAME BEFORE > block.jsonl

NAME is the part of the names that only this block has, BEFORE that of the block in front of it. A line is a node in the
order of the file: operator, name, inputs, outputs, attributes. `{p}` stands for the block's name, `{x}` for what the block
reads of the one before, and `{mask}` for what all blocks read, where there is such a value. An input that is a constant is an object with its type and value, one that is an initializer
an object with its name and shape. The last line names what the next block reads. Needs the package onnx.
"""
import json
import sys

import onnx
from onnx import helper, numpy_helper


class Block:
    def __init__(self, graph, name, before):
        self.name = name
        self.weights = {t.name: list(t.dims) for t in graph.initializer}
        constants = [n for n in graph.node if n.op_type == "Constant"]
        self.constants = {n.output[0]: numpy_helper.to_array(n.attribute[0].t) for n in constants}
        self.nodes = [n for n in graph.node if f"{name}/" in n.name and n.op_type != "Constant"]
        made = {out for node in self.nodes for out in node.output}
        known = made | self.weights.keys() | self.constants.keys() | {""}
        outside = {i for node in self.nodes for i in node.input} - known
        states = [value for value in outside if f"{before}/" in value]
        if len(states) != 1 or len(outside) > 2:
            sys.exit(f"the block reads {sorted(outside)}: one value of {before} and at most one other were expected")
        self.state = states[0]
        self.mask = next(iter(outside - set(states)), None)
        self.next = self.place(self.state.replace(before, name))

    def place(self, text):
        return text.replace(self.name, "{p}")

    def input(self, text):
        if text == self.state:
            return "{x}"
        if text == self.mask:
            return "{mask}"
        if text in self.weights:
            return {"weight": self.place(text), "dims": self.weights[text]}
        if text in self.constants:
            value = self.constants[text]
            return {"dtype": str(value.dtype), "value": value.tolist()}
        return self.place(text)

    def row(self, node):
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        inputs = [self.input(i) for i in node.input]
        return [node.op_type, self.place(node.name), inputs, [self.place(o) for o in node.output], attributes]


def main(path, name, before):
    block = Block(onnx.load(path, load_external_data=False).graph, name, before)
    for node in block.nodes:
        print(json.dumps(block.row(node)))
    print(json.dumps({"next": block.next}))


if __name__ == "__main__":
    main(*sys.argv[1:4])
