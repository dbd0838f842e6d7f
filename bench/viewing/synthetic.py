"""Writes ONNX graphs of any size out of a real export's block: python synthetic.py OUT_DIR 1000 5000 10000 50000 100000

A graph is one block again and again: all its nodes, names, attributes, constants and edges as PyTorch's TorchScript
exporter writes them for a batch of any size, among them the residuals and the chains that compute shapes and are read far
below. vit-block.jsonl is an encoder block of torchvision's ViT-B/16; with `--blocks gpt2` it is gpt2-block.jsonl, a decoder
block of GPT-2, all of which read one mask that is made once. (exports.py makes the exports, extract_block.py the tables.)
Only the weights are smaller than the real ones (their first 4 rows and columns): the structure is what is measured.

The size counts nodes that are drawn: constants, which viewers fold into their readers, come on top (50 to 65%).
Needs the package onnx.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

NAMES = {"vit": "encoder_layer_{}", "gpt2": "h.{}"}


class Graph:
    def __init__(self, blocks):
        table = Path(__file__).with_name(f"{blocks}-block.jsonl")
        *self.rows, end = map(json.loads, table.read_text().splitlines())
        self.name = NAMES[blocks]
        self.reads_mask = any("{mask}" in row[2] for row in self.rows)
        self.next = end["next"]
        self.nodes, self.weights, self.drawn = [], [], 0

    def node(self, op, inputs, outputs, name, **attributes):
        self.drawn += op != "Constant"
        self.nodes.append(helper.make_node(op, inputs, outputs, name=name, **attributes))
        return outputs[0]

    def constant(self, value, name):
        return self.node("Constant", [], [f"{name}_output_0"], name, value=numpy_helper.from_array(value))

    def weight(self, name, dims):
        small = [min(d, 4) for d in dims]
        self.weights.append(numpy_helper.from_array(np.full(small, 0.1, np.float32), name))
        return name

    def block(self, x, number):
        """The block's nodes, reading `x`; gives what the next block reads."""
        values = {"{p}": self.name.format(number), "{x}": x, "{mask}": "/Unsqueeze_output_0"}

        def place(text):
            for sign, value in values.items():
                text = text.replace(sign, value)
            return text

        for op, name, inputs, outputs, attributes in self.rows:
            own = place(name)
            read = [self.input(i, f"{own}/Constant_{k}", place, number) for k, i in enumerate(inputs)]
            self.node(op, read, [place(o) for o in outputs], own, **attributes)
        return place(self.next)

    def input(self, described, name, place, number):
        if isinstance(described, str):
            return place(described)
        if "weight" in described:
            weight = place(described["weight"])
            # The exporter numbers transposed weights through the model.
            own = f"{weight}_{number}" if "::" in weight else weight
            return self.weight(own, described["dims"])
        return self.constant(np.array(described["value"], described["dtype"]), name)


def model(size, blocks):
    g = Graph(blocks)
    value = lambda name, dims: helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)
    inputs = [value("x", ["batch", 197, 768])]
    if g.reads_mask:
        inputs.append(value("mask", ["batch", 197, 197]))
        g.node("Unsqueeze", ["mask", g.constant(np.array([1]), "/Constant")], ["/Unsqueeze_output_0"], "/Unsqueeze")
    x, number = "x", 0
    while g.drawn < size:
        x = g.block(x, number)
        number += 1
    body = helper.make_graph(g.nodes, f"synthetic_{size}", inputs, [value(x, ["batch", 197, 768])], g.weights)
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--blocks", choices=NAMES, default="vit")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    for size in given.sizes:
        path = given.folder / f"{given.blocks}_{size}.onnx"
        onnx.save(model(size, given.blocks), path)
        print(path)
