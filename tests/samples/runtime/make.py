"""Writes the models, inputs and expected outputs beside this file. Needs onnx, onnxruntime and numpy.

Each case is a folder: model.onnx (model.data where weights are external), NAME.in.npy and NAME.out.npy.
Expected outputs are ONNX Runtime's own (CPU); opaque outputs are left out.
"""
import pathlib
import shutil

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh

HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(7)


def model(nodes, inputs, outputs, inits=(), opset=21, ml=None, ir=10):
    g = h.make_graph(nodes, "g", inputs, outputs, list(inits))
    opsets = [h.make_opsetid("", opset)] + ([h.make_opsetid("ai.onnx.ml", ml)] if ml else [])
    return h.make_model(g, opset_imports=opsets, ir_version=ir, producer_name="make.py")


def vi(name, t, shape):
    return h.make_tensor_value_info(name, t, shape)


def init(name, array):
    return nh.from_array(np.asarray(array), name)


def save(case, m, feeds, external=False):
    d = HERE / case
    shutil.rmtree(d, ignore_errors=True)
    d.mkdir()
    path = d / "model.onnx"
    if external:
        onnx.save(m, path, save_as_external_data=True, location="model.data", size_threshold=64)
    else:
        onnx.save(m, path)
    for k, v in feeds.items():
        np.save(d / f"{k}.in.npy", v)
    s = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for o in s.get_outputs():
        if not o.type.startswith("tensor"):
            continue
        y = s.run([o.name], feeds)[0]
        if y.dtype == object:
            y = y.astype("U")
        np.save(d / f"{o.name}.out.npy", y)


def conv():
    nodes = [
        h.make_node("Conv", ["x", "w", "b"], ["c"], name="stem", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        h.make_node("Relu", ["c"], ["r"], name="act"),
        h.make_node("GlobalAveragePool", ["r"], ["p"], name="pool"),
        h.make_node("Flatten", ["p"], ["y"], name="flat"),
    ]
    w = rng.standard_normal((4, 3, 3, 3), dtype=np.float32)
    b = rng.standard_normal(4, dtype=np.float32)
    m = model(nodes, [vi("x", T.FLOAT, [1, 3, 8, 8])], [vi("y", T.FLOAT, [1, 4])], [init("w", w), init("b", b)])
    x = rng.standard_normal((1, 3, 8, 8), dtype=np.float32)
    save("conv", m, {"x": x})
    save("external", m, {"x": x}, external=True)


def if_():
    yes = h.make_graph([h.make_node("Add", ["x", "one"], ["t"])], "yes", [], [vi("t", T.FLOAT, ["n"])])
    no = h.make_graph([h.make_node("Neg", ["x"], ["e"])], "no", [], [vi("e", T.FLOAT, ["n"])])
    m = model(
        [h.make_node("If", ["c"], ["y"], name="choose", then_branch=yes, else_branch=no)],
        [vi("c", T.BOOL, []), vi("x", T.FLOAT, ["n"])],
        [vi("y", T.FLOAT, ["n"])],
        [init("one", np.float32([1]))],
    )
    save("if", m, {"c": np.array(True), "x": np.float32([1, -2, 3])})


def loop():
    body = h.make_graph(
        [h.make_node("Mul", ["v", "two"], ["w"], name="double"), h.make_node("Identity", ["k"], ["k2"])],
        "body",
        [vi("i", T.INT64, []), vi("k", T.BOOL, []), vi("v", T.INT64, [2])],
        [vi("k2", T.BOOL, []), vi("w", T.INT64, [2])],
    )
    m = model(
        [h.make_node("Loop", ["n", "", "x"], ["y"], name="again", body=body)],
        [vi("n", T.INT64, []), vi("x", T.INT64, [2])],
        [vi("y", T.INT64, [2])],
        [init("two", np.int64([2]))],
    )
    save("loop", m, {"n": np.array(5), "x": np.int64([1, -3])})


def strings():
    m = model(
        [h.make_node("StringConcat", ["a", "b"], ["y"], name="join")],
        [vi("a", T.STRING, ["n"]), vi("b", T.STRING, ["n"])],
        [vi("y", T.STRING, ["n"])],
    )
    save("strings", m, {"a": np.array(["é", "x"]), "b": np.array(["1", "日本"])})


def ml():
    tree = h.make_node(
        "TreeEnsembleClassifier",
        ["X"],
        ["label", "raw"],
        name="trees",
        domain="ai.onnx.ml",
        classlabels_int64s=[0, 1],
        class_ids=[0, 1, 1],
        class_nodeids=[1, 3, 4],
        class_treeids=[0, 0, 0],
        class_weights=[1.0, 0.25, 1.0],
        nodes_falsenodeids=[2, 0, 4, 0, 0],
        nodes_featureids=[0, 0, 1, 0, 0],
        nodes_modes=["BRANCH_LEQ", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"],
        nodes_nodeids=[0, 1, 2, 3, 4],
        nodes_treeids=[0] * 5,
        nodes_truenodeids=[1, 0, 3, 0, 0],
        nodes_values=[0.5, 0.0, 0.1, 0.0, 0.0],
        post_transform="NONE",
    )
    X = rng.standard_normal((5, 2), dtype=np.float32)
    save(
        "tree",
        model([tree], [vi("X", T.FLOAT, ["N", 2])], [vi("label", T.INT64, ["N"]), vi("raw", T.FLOAT, ["N", 2])], opset=17, ml=3, ir=8),
        {"X": X},
    )
    zipmap = h.make_node("ZipMap", ["raw"], ["probabilities"], name="zip", domain="ai.onnx.ml", classlabels_int64s=[0, 1])
    maps = h.make_value_info(
        "probabilities",
        h.make_sequence_type_proto(h.make_map_type_proto(T.INT64, h.make_tensor_type_proto(T.FLOAT, []))),
    )
    save(
        "zipmap",
        model([tree, zipmap], [vi("X", T.FLOAT, ["N", 2])], [vi("label", T.INT64, ["N"]), maps], opset=17, ml=3, ir=8),
        {"X": X},
    )


def sequence():
    out = h.make_value_info("parts", h.make_sequence_type_proto(h.make_tensor_type_proto(T.FLOAT, None)))
    m = model(
        [
            h.make_node("SplitToSequence", ["x"], ["parts"], name="split", axis=0),
            h.make_node("SequenceLength", ["parts"], ["count"], name="len"),
        ],
        [vi("x", T.FLOAT, [3, 2])],
        [out, vi("count", T.INT64, [])],
    )
    save("sequence", m, {"x": np.arange(6, dtype=np.float32).reshape(3, 2)})


def fp16():
    w = rng.standard_normal((4, 3)).astype(np.float16)
    m = model([h.make_node("MatMul", ["x", "w"], ["y"], name="mm")], [vi("x", T.FLOAT16, [2, 4])], [vi("y", T.FLOAT16, [2, 3])], [init("w", w)])
    save("fp16", m, {"x": rng.standard_normal((2, 4)).astype(np.float16)})


def qdq():
    w = rng.integers(-100, 100, (3, 4), dtype=np.int8)
    m = model(
        [
            h.make_node("QuantizeLinear", ["x", "xs", "xz"], ["xq"], name="q"),
            h.make_node("DequantizeLinear", ["xq", "xs", "xz"], ["xd"], name="dx"),
            h.make_node("DequantizeLinear", ["w", "ws"], ["wd"], name="dw"),
            h.make_node("MatMul", ["xd", "wd"], ["y"], name="mm"),
            h.make_node("Identity", ["xq"], ["codes"], name="out"),
        ],
        [vi("x", T.FLOAT, [2, 3])],
        [vi("y", T.FLOAT, [2, 4]), vi("codes", T.UINT8, [2, 3])],
        [init("xs", np.float32(0.02)), init("xz", np.uint8(128)), init("w", w), init("ws", np.float32(0.01))],
    )
    save("qdq", m, {"x": rng.standard_normal((2, 3), dtype=np.float32)})


def dynamic():
    m = model(
        [
            h.make_node("Gather", ["table", "input_ids"], ["e"], name="embed"),
            h.make_node("Cast", ["attention_mask"], ["mf"], name="cast", to=T.FLOAT),
            h.make_node("Unsqueeze", ["mf", "last"], ["m3"], name="unsq"),
            h.make_node("Mul", ["e", "m3"], ["y"], name="mask"),
        ],
        [vi("input_ids", T.INT64, ["batch", "sequence"]), vi("attention_mask", T.INT64, ["batch", "sequence"])],
        [vi("y", T.FLOAT, ["batch", "sequence", 4])],
        [init("table", rng.standard_normal((11, 4), dtype=np.float32)), init("last", np.int64([-1]))],
    )
    save("dynamic", m, {"input_ids": np.int64([[1, 10, 0]]), "attention_mask": np.int64([[1, 1, 0]])})


def dtypes():
    """One Identity per element type, so that every conversion to and from the runtime is used."""
    table = {
        "f64": (T.DOUBLE, np.float64([1.5, -2])),
        "i8": (T.INT8, np.int8([-128, 127])),
        "u8": (T.UINT8, np.uint8([0, 255])),
        "i16": (T.INT16, np.int16([-32768, 1])),
        "u16": (T.UINT16, np.uint16([65535, 1])),
        "i32": (T.INT32, np.int32([-(2**31), 1])),
        "u32": (T.UINT32, np.uint32([2**32 - 1, 1])),
        "i64": (T.INT64, np.int64([-(2**63), 2**53 + 1])),
        "u64": (T.UINT64, np.uint64([2**64 - 1, 1])),
        "b": (T.BOOL, np.array([True, False])),
        "f16": (T.FLOAT16, np.float16([1.5, -np.inf])),
    }
    m = model(
        [h.make_node("Identity", [k], [k + "_out"], name="id_" + k) for k in table],
        [vi(k, t, [2]) for k, (t, _) in table.items()],
        [vi(k + "_out", t, [2]) for k, (t, _) in table.items()],
    )
    save("dtypes", m, {k: v for k, (_, v) in table.items()})


def unusual():
    """Packed 4-bit outputs; and outputs of element types that the runtime cannot hand over."""
    codes = np.int64([0, 7, 2, 3, 5])
    m = model(
        [h.make_node("Cast", ["x"], [n], name="to_" + n, to=t) for n, t in (("i4", T.INT4), ("u4", T.UINT4))]
        + [h.make_node("Identity", ["x"], ["same"], name="id")],
        [vi("x", T.FLOAT, [5])],
        [vi("i4", T.INT4, [5]), vi("u4", T.UINT4, [5]), vi("same", T.FLOAT, [5])],
    )
    d = HERE / "unusual"
    shutil.rmtree(d, ignore_errors=True)
    d.mkdir()
    onnx.save(m, d / "model.onnx")
    np.save(d / "x.in.npy", codes.astype(np.float32))
    np.save(d / "same.out.npy", codes.astype(np.float32))
    np.save(d / "i4.out.npy", codes.astype(np.int8))
    np.save(d / "u4.out.npy", codes.astype(np.uint8))
    for n, t in (("bfloat16", T.BFLOAT16), ("float8", T.FLOAT8E4M3FN)):
        onnx.save(
            model([h.make_node("Cast", ["x"], ["y"], name="to", to=t)], [vi("x", T.FLOAT, [5])], [vi("y", t, [5])]),
            d / f"{n}.onnx",
        )


def refused():
    """Models that cannot run, each for one reason."""
    d = HERE / "refused"
    shutil.rmtree(d, ignore_errors=True)
    d.mkdir()
    x, y = vi("x", T.FLOAT, ["n"]), vi("y", T.FLOAT, ["n"])
    relu = h.make_node("Relu", ["x"], ["y"], name="act")
    onnx.save(model([relu], [x], [y], opset=99), d / "opset.onnx")
    onnx.save(model([relu], [x], [y], ir=99), d / "ir.onnx")
    onnx.save(model([h.make_node("Frobnicate", ["x"], ["y"], name="odd")], [x], [y]), d / "unknown-op.onnx")
    m = model([h.make_node("Frobnicate", ["x"], ["y"], name="odd", domain="acme")], [x], [y])
    m.opset_import.append(h.make_opsetid("acme", 1))
    onnx.save(m, d / "unknown-domain.onnx")
    # In the standard, and without a kernel in the runtime.
    onnx.save(
        model([h.make_node("BitwiseNot", ["x"], ["y"], name="bits")], [vi("x", T.FLOAT, ["n"])], [y]), d / "wrong-type.onnx"
    )
    onnx.save(model([h.make_node("Relu", ["x"], ["y"], name="act")], [vi("x", T.BFLOAT16, ["n"])], [vi("y", T.BFLOAT16, ["n"])]), d / "no-kernel.onnx")
    onnx.save(
        model([h.make_node("Reshape", ["x", "s"], ["y"], name="bend")], [x], [vi("y", T.FLOAT, [2, 2])], [init("s", np.int64([2, 2]))]),
        d / "run-time.onnx",
    )
    onnx.save(model([h.make_node("Relu", ["z"], ["y"], name="act")], [x], [y]), d / "no-maker.onnx")
    (d / "garbage.onnx").write_bytes(b"\x08\x07garbage, not a protobuf")


def arrays():
    """Files written by numpy itself, for the reader."""
    d = HERE / "arrays"
    shutil.rmtree(d, ignore_errors=True)
    d.mkdir()
    a = np.arange(6).reshape(2, 3)
    for t in ("<f4", ">f4", "<f8", ">f8", "<f2", ">f2", "|i1", "|u1", "<i2", ">i2", "<u2", "<i4", ">i4", "<u4", "<i8", ">i8", "<u8", ">u8", "<c8", "<c16", ">c16"):
        name = t.replace("<", "le-").replace(">", "be-").replace("|", "")
        np.save(d / f"{name}.npy", a.astype(t))
    np.save(d / "bool.npy", a % 2 == 0)
    np.save(d / "fortran.npy", np.asfortranarray(np.arange(24, dtype=np.float32).reshape(2, 3, 4)))
    np.save(d / "scalar.npy", np.float32(2.5))
    np.save(d / "empty.npy", np.zeros((0, 3), np.float32))
    np.save(d / "unicode.npy", np.array([["é", "long one"], ["", "日本"]]))
    np.save(d / "be-unicode.npy", np.array(["ab", "c"], dtype=">U2"))
    np.save(d / "bytes.npy", np.array([b"ab", b"c"]))
    np.save(d / "object.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    np.save(d / "struct.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
    for v in (1, 2, 3):
        with open(d / f"v{v}.npy", "wb") as f:
            np.lib.format.write_array(f, a.astype("<f4"), version=(v, 0))
    np.savez(d / "stored.npz", x=a.astype("<f4"), y=np.int64([1, 2]))
    np.savez_compressed(d / "packed.npz", x=a.astype("<f4"))
    (d / "tensor.pb").write_bytes(nh.from_array(a.astype("<f4"), "x").SerializeToString())
    t = h.make_tensor("t", T.INT32, [2], [-1, 5])
    (d / "typed.pb").write_bytes(t.SerializeToString())
    (d / "half.pb").write_bytes(h.make_tensor("f", T.FLOAT16, [2], [1.5, -2]).SerializeToString())
    (d / "int64.pb").write_bytes(h.make_tensor("i", T.INT64, [2], [-(2**60), 5]).SerializeToString())
    (d / "double.pb").write_bytes(h.make_tensor("d", T.DOUBLE, [1], [0.1]).SerializeToString())
    (d / "strings.pb").write_bytes(h.make_tensor("s", T.STRING, [2], ["a", "é"]).SerializeToString())
    (d / "sequence.pb").write_bytes(nh.from_list([a.astype("<f4"), a[:1].astype("<f4")], "seq").SerializeToString())


for make in (conv, if_, loop, strings, ml, sequence, fp16, qdq, dynamic, dtypes, unusual, refused, arrays):
    make()
