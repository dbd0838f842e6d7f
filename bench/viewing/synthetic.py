"""Writes synthetic ONNX graphs of transformer-like blocks: python synthetic.py OUT_DIR 1000 5000 10000 50000 100000

Each block is a layer norm, three projections, an attention core with shape chains, a residual add, and a small MLP, with
scoped names as exporters write them. Weights are tiny: the structure is what is measured. Needs the package onnx.
"""
import sys
from pathlib import Path

import onnx
from onnx import TensorProto, helper


def graph(size):
    nodes, weights = [], []

    def add(op, inputs, name, **attributes):
        out = f"{name}_output_0"
        nodes.append(helper.make_node(op, inputs, [out], name=name, **attributes))
        return out

    def weight(name):
        weights.append(helper.make_tensor(name, TensorProto.FLOAT, [4, 4], [0.1] * 16))
        return name

    x, block = "input", 0
    while len(nodes) < size:
        p = f"/layers/layers.{block}"
        n = add("Softsign", [x], f"{p}/norm1/Softsign")
        q, k, v = (add("MatMul", [n, weight(f"l{block}.{c}")], f"{p}/attn/{c}/MatMul") for c in "qkv")
        shape = add("Shape", [n], f"{p}/attn/Shape")
        heads = [add("Reshape", [t, shape], f"{p}/attn/Reshape_{i}") for i, t in enumerate((q, k, v))]
        turned = add("Transpose", [heads[1]], f"{p}/attn/Transpose")
        scores = add("MatMul", [heads[0], turned], f"{p}/attn/MatMul")
        soft = add("Softmax", [scores], f"{p}/attn/Softmax", axis=-1)
        mixed = add("MatMul", [soft, heads[2]], f"{p}/attn/MatMul_1")
        out = add("MatMul", [mixed, weight(f"l{block}.o")], f"{p}/attn/out/MatMul")
        x = add("Add", [x, out], f"{p}/Add")
        h = add("Softsign", [x], f"{p}/norm2/Softsign")
        h = add("MatMul", [h, weight(f"l{block}.u")], f"{p}/mlp/up/MatMul")
        h = add("Relu", [h], f"{p}/mlp/Relu")
        h = add("MatMul", [h, weight(f"l{block}.d")], f"{p}/mlp/down/MatMul")
        x = add("Add", [x, h], f"{p}/Add_1")
        block += 1
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [4, 4])
    body = helper.make_graph(nodes, f"synthetic_{size}", [value("input")], [value(x)], weights)
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for size in map(int, sys.argv[2:]):
        onnx.save(graph(size), folder / f"syn{size}.onnx")
        print(folder / f"syn{size}.onnx")
