#!/usr/bin/env python3
"""TensorFlow models to ONNX beside tf2onnx: milliseconds (tf2onnx without its import), nodes and Transposes when both have optimised.
usage: python bench/tensorflow.py [FOLDER]     needs: pip install tensorflow tf2onnx; Node for ours. FOLDER holds folders with a
case.json (model, signature, outputs_requested). Prints JSON."""
import json, os, pathlib, statistics, subprocess, sys, time
os.environ.update(CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0")
sys.path.pop(0)  # this folder, where a file bears the name of the package
import logging
import tensorflow as tf
import tf2onnx
from tf2onnx import tf_loader, optimizer

logging.disable(logging.CRITICAL)
RUNS = int(os.environ.get("RUNS", "3"))


def load(case, folder):
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


def once(case, folder):
    tf.compat.v1.reset_default_graph()
    begun = time.perf_counter()
    graph_def, inputs, outputs = load(case, folder)
    with tf.Graph().as_default() as g:
        tf.import_graph_def(graph_def, name="")
    with tf_loader.tf_session(graph=g):
        graph = tf2onnx.tfonnx.process_tf_graph(g, opset=18, input_names=inputs, output_names=outputs)
    middle = time.perf_counter()
    graph = optimizer.optimize_graph(graph)
    model = graph.make_model("bench")
    return (middle - begun) * 1000, (time.perf_counter() - middle) * 1000, model


def peer(case, folder):
    try:
        made = [once(case, folder) for _ in range(RUNS)]
    except Exception as e:
        return {"failed": str(e).replace("\n", " ")[:120] or type(e).__name__}
    nodes, transposes = nodes_of(made[0][2].graph)
    ms = [round(statistics.median(m[k] for m in made), 1) for k in (0, 1)]
    return {"ms": ms[0], "optimiseMs": ms[1], "nodes": nodes, "transposes": transposes}


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/fixtures/tensorflow")
    p = subprocess.run(["node", "bench/run.mjs", "tensorflow"], capture_output=True, text=True, env={**os.environ, "CASES": str(root)})
    if p.returncode:
        sys.exit(p.stderr)
    ours = json.loads(p.stdout)["results"]["tensorflow"]
    rows = {name: {"graphwright": row, "tf2onnx": peer(json.loads((root / name / "case.json").read_text()), root / name)} for name, row in ours.items()}
    both = [r for r in rows.values() if "nodes" in r["graphwright"] and "nodes" in r["tf2onnx"]]
    summary = {"both": len(both), "versions": {"tf2onnx": tf2onnx.__version__, "tensorflow": tf.__version__}}
    for tool in ("graphwright", "tf2onnx"):
        summary[tool] = {k: round(sum(r[tool][k] for r in both), 1) for k in ("ms", "optimiseMs", "nodes", "transposes")}
    summary["largerIn"] = [n for n, r in rows.items() if r in both and r["graphwright"]["nodes"] > r["tf2onnx"]["nodes"]]
    summary["moreTransposesIn"] = [n for n, r in rows.items() if r in both and r["graphwright"]["transposes"] > r["tf2onnx"]["transposes"]]
    summary["slowerIn"] = [n for n, r in rows.items() if r in both and r["graphwright"]["ms"] > r["tf2onnx"]["ms"]]
    print(json.dumps({"summary": summary, "models": rows}, indent=1))


main()
