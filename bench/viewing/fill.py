"""Gives a model whose weights lie in files that are not there random ones, inside: python fill.py IN.onnx OUT.onnx

For measuring how models open with their weights present. Needs the packages onnx and numpy.
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper

LIMIT = 2_000_000_000


def fill(tensor, random):
    dtype = np.dtype(helper.tensor_dtype_to_np_dtype(tensor.data_type))
    count = int(np.prod(tensor.dims, dtype=np.int64))
    values = random.standard_normal(count, dtype=np.float32) * 0.02 if dtype.kind == "f" else np.ones(count)
    tensor.raw_data = values.astype(dtype).tobytes()
    tensor.data_location = TensorProto.DEFAULT
    del tensor.external_data[:]


def main(source, target):
    model = onnx.load(source, load_external_data=False)
    random = np.random.default_rng(1)
    outside = [t for t in model.graph.initializer if t.data_location == TensorProto.EXTERNAL]
    size = sum(int(np.prod(t.dims, dtype=np.int64)) * 4 for t in outside)
    if size > LIMIT:
        sys.exit(f"{source} would have {size} bytes of weights: more than one file may hold")
    for tensor in outside:
        fill(tensor, random)
    onnx.save(model, target)
    print(f"{target}: {len(model.graph.node)} nodes, {len(outside)} tensors, {size / 1e6:.0f} MB")


if __name__ == "__main__":
    main(*sys.argv[1:3])
