#!/usr/bin/env python3
"""TensorFlow, Keras and TFLite models to ONNX beside tf2onnx: milliseconds from the file (tf2onnx without its import), nodes and
Transposes when both have optimised, and whether either result gives the framework's outputs under ONNX Runtime.

usage: python bench/tensorflow.py [FOLDER] [--route ROUTE]     needs: pip install tensorflow tf2onnx onnxruntime; Node for ours.
FOLDER holds folders with a case.json: model, signature, outputs_requested, inputs and outputs (name, dtype, shape, file of raw
elements). ROUTE says which field of it names the model's file, and how tf2onnx takes it:
  model    SavedModel, graph or checkpoint (the default)
  keras    .keras or .h5 through from_keras; RUNS=1 RUNS of each (default 3)
  h5       the same of the field h5
  tflite   --tflite
Prints JSON."""
import argparse, json, os, pathlib, statistics, subprocess, sys, tempfile, time
os.environ.update(CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0")
sys.path.pop(0)  # this folder, where a file bears the name of the package
import logging
import numpy as np
import onnxruntime
import tensorflow as tf
import tf2onnx
from tf2onnx import tf_loader, optimizer

logging.disable(logging.CRITICAL)
RUNS = int(os.environ.get("RUNS", "3"))
OPSET = 18


# ---- tf2onnx

def graph_of(case, folder):
    """graph_def, inputs, outputs as tf2onnx's own command reads them."""
    models = case["model"] if isinstance(case["model"], list) else [case["model"]]
    path = str(folder / models[0])
    if os.path.isdir(path):
        signature = [case["signature"]] if case.get("signature") else None
        g, i, o, *_ = tf_loader.from_saved_model(path, None, None, None, signature, return_initialized_tables=True, return_tensors_to_rename=True)
        return g, i, o
    outputs = case.get("outputs_requested") or [o["name"] for o in case["outputs"]]
    inputs = [i["name"] for i in case["inputs"]]
    if path.endswith(".meta") or any(m.endswith(".meta") for m in models):
        return tf_loader.from_checkpoint(str(folder / next(m for m in models if m.endswith(".meta"))), inputs, outputs)
    return tf_loader.from_graphdef(path, inputs, outputs)


def from_graph(case, folder, _):
    graph_def, inputs, outputs = graph_of(case, folder)
    with tf.Graph().as_default() as g:
        tf.import_graph_def(graph_def, name="")
    with tf_loader.tf_session(graph=g):
        return tf2onnx.tfonnx.process_tf_graph(g, opset=OPSET, input_names=inputs, output_names=outputs)


def from_keras(case, folder, route):
    import keras
    model = keras.models.load_model(str(folder / case[route]), compile=False)
    spec = [tf.TensorSpec([None if d is None else d for d in i.shape], i.dtype, name=i.name.split(":")[0]) for i in model.inputs]
    call = tf.function(lambda *x: model(list(x) if len(x) > 1 else x[0], training=False), input_signature=spec)
    concrete = call.get_concrete_function()
    graph_def = tf_loader.from_function(concrete, [t.name for t in concrete.inputs if t.dtype != tf.resource], [t.name for t in concrete.outputs])
    with tf.Graph().as_default() as g:
        tf.import_graph_def(graph_def, name="")
        inputs = [t.name for t in concrete.inputs if t.dtype != tf.resource]
        return tf2onnx.tfonnx.process_tf_graph(g, opset=OPSET, input_names=inputs, output_names=[t.name for t in concrete.outputs])


def from_tflite(case, folder, route):
    return tf2onnx.tfonnx.process_tf_graph(None, opset=OPSET, tflite_path=str(folder / (case.get(route) or case["model"])))


PEERS = {"model": from_graph, "keras": from_keras, "h5": from_keras, "tflite": from_tflite}


def once(case, folder, route="model"):
    tf.compat.v1.reset_default_graph()
    begun = time.perf_counter()
    graph = PEERS[route](case, folder, route)
    middle = time.perf_counter()
    graph = optimizer.optimize_graph(graph)
    model = graph.make_model("bench")
    return (middle - begun) * 1000, (time.perf_counter() - middle) * 1000, model


def peer(case, folder, route):
    try:
        made = [once(case, folder, route) for _ in range(RUNS)]
    except Exception as e:
        return {"failed": str(e).replace("\n", " ")[:120] or type(e).__name__}
    model = made[0][2]
    nodes, transposes = nodes_of(model.graph)
    ms = [round(statistics.median(m[k] for m in made), 1) for k in (0, 1)]
    return {"ms": ms[0], "optimiseMs": ms[1], "nodes": nodes, "transposes": transposes, "right": verdict(model.SerializeToString(), case, folder)}


def nodes_of(graph):
    count = transposes = 0
    for n in graph.node:
        count += 1
        transposes += n.op_type == "Transpose"
        for a in n.attribute:
            for g in ([a.g] if a.HasField("g") else []) + list(a.graphs):
                c, t = nodes_of(g)
                count, transposes = count + c, transposes + t
    return count, transposes


# ---- what the results compute

def tensor(spec, folder):
    if "values" in spec or spec["dtype"] == "string":
        return np.array(spec["values"], dtype=object).reshape(spec["shape"])
    return np.fromfile(folder / spec["file"], dtype={"bfloat16": "uint16"}.get(spec["dtype"], spec["dtype"])).reshape(spec["shape"])


def feeds_of(session, case, folder):
    """By name where an input has it, else in order."""
    free = list(session.get_inputs())
    feeds, rest = {}, []
    for spec in case["inputs"]:
        plain = spec["name"].split(":")[0]
        own = next((i for i in free if i.name.split(":")[0] == plain), None)
        rest.append(spec) if own is None else (free.remove(own), feeds.__setitem__(own.name, tensor(spec, folder)))
    feeds.update({i.name: tensor(spec, folder) for i, spec in zip(free, rest)})
    return feeds


def verdict(data, case, folder):
    """True where every output of the framework is among the model's; else what is wrong."""
    try:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = 1, 4
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        made = [np.asarray(v) for v in session.run(None, feeds_of(session, case, folder))]
    except Exception as e:
        return str(e).replace("\n", " ")[:160]
    for spec in case["outputs"]:
        want = tensor(spec, folder)
        rtol, atol = (spec.get(k, case.get(k, d)) for k, d in (("rtol", 1e-3), ("atol", 1e-4)))
        if not any(close(v, want, rtol, atol) for v in made):
            return f"no output equals {spec['name']}"
    return True


def close(have, want, rtol, atol):
    if have.size != want.size:
        return False
    if want.dtype == object or have.dtype == object:
        return [str(v) for v in have.ravel()] == [str(v) for v in want.ravel()]
    return np.allclose(have.ravel().astype(float), want.ravel().astype(float), rtol=rtol, atol=atol, equal_nan=True)


# ---- ours beside it

def ours(root, route, out):
    env = {**os.environ, "CASES": str(root), "ROUTE": route, "OUT": out}
    p = subprocess.run(["node", "bench/run.mjs", "tensorflow"], capture_output=True, text=True, env=env)
    if p.returncode:
        sys.exit(p.stderr)
    return json.loads(p.stdout)["results"]["tensorflow"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", default="../shared/fixtures/tensorflow", type=pathlib.Path)
    parser.add_argument("--route", default="model", choices=list(PEERS))
    args = parser.parse_args()
    rows = {}
    with tempfile.TemporaryDirectory() as out:
        for name, row in ours(args.folder, args.route, out).items():
            folder = args.folder / name
            case = json.loads((folder / "case.json").read_text())
            file = pathlib.Path(out) / f"{name}.onnx"
            if file.exists():
                row["right"] = verdict(file.read_bytes(), case, folder)
            rows[name] = {"graphwright": row, "tf2onnx": peer(case, folder, args.route)}
            print(name, file=sys.stderr, flush=True)
    print(json.dumps({"summary": summary_of(rows), "models": rows}, indent=1))


def summary_of(rows):
    """Sizes and times are held against a result of tf2onnx that runs and is right, and nothing else."""
    both = {n: r for n, r in rows.items() if "nodes" in r["graphwright"] and r["tf2onnx"].get("right") is True}
    summary = {"models": len(rows), "compared": len(both), "versions": {"tf2onnx": tf2onnx.__version__, "tensorflow": tf.__version__}}
    for tool in ("graphwright", "tf2onnx"):
        summary[tool] = {k: round(sum(r[tool][k] for r in both.values()), 1) for k in ("ms", "optimiseMs", "nodes", "transposes")}
        summary[tool]["right"] = sum(r[tool].get("right") is True for r in rows.values())
    for key, field in (("largerIn", "nodes"), ("moreTransposesIn", "transposes"), ("slowerIn", "ms")):
        summary[key] = [n for n, r in both.items() if r["graphwright"][field] > r["tf2onnx"][field]]
    summary["onlyPeerRightIn"] = [n for n, r in rows.items() if r["tf2onnx"].get("right") is True and r["graphwright"].get("right") is not True]
    return summary


if __name__ == "__main__":
    main()
