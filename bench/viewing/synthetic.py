"""Writes synthetic ONNX graphs of transformer blocks: python synthetic.py OUT_DIR 1000 5000 10000 50000 100000

The blocks are what TorchScript's exporter makes of a pre-norm transformer: layer norms and GELU taken apart, shape chains
for every reshape, biases added apart, residuals, scoped names. With --mask every block also reads one mask, as decoders
do. Weights are tiny: the structure is what is measured. Needs the package onnx.
"""
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Graph:
    def __init__(self):
        self.nodes, self.weights, self.drawn = [], [], 0

    def add(self, op, inputs, name, **attributes):
        out = f"{name}_output_0"
        self.drawn += op != "Constant"
        self.nodes.append(helper.make_node(op, inputs, [out], name=name, **attributes))
        return out

    def constant(self, value, name):
        tensor = numpy_helper.from_array(np.array(value), name="")
        return self.add("Constant", [], name, value=tensor)

    def weight(self, name, dims=(4, 4)):
        self.weights.append(numpy_helper.from_array(np.full(dims, 0.1, np.float32), name))
        return name

    def norm(self, x, p):
        mean = self.add("ReduceMean", [x], f"{p}/ReduceMean", axes=[-1])
        shifted = self.add("Sub", [x, mean], f"{p}/Sub")
        square = self.add("Pow", [shifted, self.constant(np.float32(2), f"{p}/Constant")], f"{p}/Pow")
        variance = self.add("ReduceMean", [square], f"{p}/ReduceMean_1", axes=[-1])
        safe = self.add("Add", [variance, self.constant(np.float32(1e-5), f"{p}/Constant_1")], f"{p}/Add")
        scaled = self.add("Div", [shifted, self.add("Sqrt", [safe], f"{p}/Sqrt")], f"{p}/Div")
        scaled = self.add("Mul", [scaled, self.weight(f"{p}.weight", (4,))], f"{p}/Mul")
        return self.add("Add", [scaled, self.weight(f"{p}.bias", (4,))], f"{p}/Add_1")

    def linear(self, x, p):
        y = self.add("MatMul", [x, self.weight(f"{p}.weight")], f"{p}/MatMul")
        return self.add("Add", [self.weight(f"{p}.bias", (4,)), y], f"{p}/Add")

    def heads(self, x, p, n):
        """Reshape to heads with the batch and length of x, read from its shape."""
        parts = []
        for axis in range(2):
            shape = self.add("Shape", [x], f"{p}/Shape_{2 * n + axis}")
            at = self.constant(np.int64(axis), f"{p}/Constant_{4 * n + 2 * axis}")
            part = self.add("Gather", [shape, at], f"{p}/Gather_{2 * n + axis}", axis=0)
            axes = self.constant(np.array([0]), f"{p}/Constant_{4 * n + 2 * axis + 1}")
            parts.append(self.add("Unsqueeze", [part, axes], f"{p}/Unsqueeze_{2 * n + axis}"))
        rest = self.constant(np.array([2, 2]), f"{p}/Constant_r{n}")
        shape = self.add("Concat", [*parts, rest], f"{p}/Concat_{n}", axis=0)
        apart = self.add("Reshape", [x, shape], f"{p}/Reshape_{n}")
        return self.add("Transpose", [apart], f"{p}/Transpose_{n}", perm=[0, 2, 3, 1] if n == 1 else [0, 2, 1, 3])

    def attention(self, x, p, mask):
        q, k, v = (self.heads(self.linear(x, f"{p}/{c}"), p, n) for n, c in enumerate("qkv"))
        scores = self.add("MatMul", [q, k], f"{p}/MatMul")
        scores = self.add("Div", [scores, self.constant(np.float32(2), f"{p}/Constant_s")], f"{p}/Div")
        if mask:
            scores = self.add("Add", [scores, mask], f"{p}/Add")
        soft = self.add("Softmax", [scores], f"{p}/Softmax", axis=-1)
        mixed = self.add("MatMul", [soft, v], f"{p}/MatMul_1")
        joined = self.add("Transpose", [mixed], f"{p}/Transpose_3", perm=[0, 2, 1, 3])
        flat = self.constant(np.array([0, 0, -1]), f"{p}/Constant_f")
        return self.linear(self.add("Reshape", [joined, flat], f"{p}/Reshape_3"), f"{p}/out")

    def gelu(self, x, p):
        half = self.add("Div", [x, self.constant(np.float32(1.4142135), f"{p}/Constant")], f"{p}/Div")
        erf = self.add("Erf", [half], f"{p}/Erf")
        one = self.add("Add", [erf, self.constant(np.float32(1), f"{p}/Constant_1")], f"{p}/Add")
        y = self.add("Mul", [x, one], f"{p}/Mul")
        return self.add("Mul", [y, self.constant(np.float32(0.5), f"{p}/Constant_2")], f"{p}/Mul_1")


def model(size, with_mask):
    g = Graph()
    mask = None
    if with_mask:
        mask = g.add("Unsqueeze", ["mask", g.constant(np.array([1]), "/Constant")], "/Unsqueeze")
    x, block = "input", 0
    # Constants are drawn inside of what reads them, here and elsewhere: they do not count.
    while g.drawn < size:
        p = f"/layers/layers.{block}"
        x = g.add("Add", [x, g.attention(g.norm(x, f"{p}/norm1"), f"{p}/attn", mask)], f"{p}/Add")
        up = g.gelu(g.linear(g.norm(x, f"{p}/norm2"), f"{p}/mlp/fc1"), f"{p}/mlp/act")
        x = g.add("Add", [x, g.linear(up, f"{p}/mlp/fc2")], f"{p}/Add_1")
        block += 1
    value = lambda name, dims: helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)
    inputs = [value("input", ["batch", "length", 4])] + ([value("mask", ["batch", 1, 1])] if with_mask else [])
    body = helper.make_graph(g.nodes, f"synthetic_{size}", inputs, [value(x, ["batch", "length", 4])], g.weights)
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


if __name__ == "__main__":
    with_mask = "--mask" in sys.argv
    folder, *sizes = [a for a in sys.argv[1:] if a != "--mask"]
    Path(folder).mkdir(parents=True, exist_ok=True)
    for size in map(int, sizes):
        path = Path(folder) / f"syn{size}{'_mask' if with_mask else ''}.onnx"
        onnx.save(model(size, with_mask), path)
        print(path)
