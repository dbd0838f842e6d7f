#!/usr/bin/env python3
"""Shape inference beside its peers, on models whose declared types of values are taken away.
usage: python bench/inference.py FOLDER... [--run]     needs: pip install onnx onnxruntime sympy onnxslim; Node for ours. Prints JSON.
Times are the best of several runs of each tool. --run also runs every model that has its weights and inputs
(NAME.INPUT.bin beside NAME.onnx, as the data set's fill.mjs writes them) with every value as an output: a shape
is wrong where a number, or an expression over the lengths of the inputs, is not the length that the run has."""
import json, math, os, pathlib, re, subprocess, sys, tempfile, time
import numpy as np, onnx, onnxruntime as ort
from onnxruntime.tools.symbolic_shape_infer import SymbolicShapeInference
try: from onnxslim.core.shape_inference import ShapeInferencer
except ImportError: ShapeInferencer = None

RUNS = int(os.environ.get("RUNS", 3))


def stripped(path):
    m = onnx.load(path, load_external_data=False)
    del m.graph.value_info[:]
    for o in m.graph.output:
        if o.type.HasField("tensor_type"): o.type.tensor_type.ClearField("shape")
    return m


def shapes_of(model):
    found = {}
    for v in [*model.graph.value_info, *model.graph.output]:
        if not v.type.HasField("tensor_type"): found[v.name] = None
        elif v.type.tensor_type.HasField("shape"):
            found[v.name] = [d.dim_param or (d.dim_value if d.HasField("dim_value") else None) for d in v.type.tensor_type.shape.dim]
    return found


def known(shapes, wanted):
    return sum(1 for n in wanted if n in shapes and (shapes[n] is None or all(d is not None and d != "" for d in shapes[n])))


def peer(make, path, wanted, truth):
    best, out = math.inf, None
    try:
        for _ in range(RUNS):
            model = stripped(path)
            begun = time.perf_counter()
            out = make(model)
            best = min(best, (time.perf_counter() - begun) * 1000)
    except Exception as e:
        return {"failed": str(e).replace("\n", " ")[:100]}
    shapes = shapes_of(out)
    return {"known": known(shapes, wanted), "ms": round(best, 2), **verdict(shapes, truth)}


FUNCTIONS = {"floor": math.floor, "ceil": math.ceil, "ceiling": math.ceil, "max": max, "min": min, "Max": max, "Min": min, "Mod": lambda a, b: a % b, "mod": lambda a, b: a % b}


def length(dim, names):
    """The number that a dimension stands for; None where it is a name that the inputs do not settle."""
    if not isinstance(dim, str): return dim
    try: return eval(dim, {"__builtins__": {}}, {**FUNCTIONS, **names})
    except Exception: return None


def verdict(shapes, truth):
    if truth is None: return {}
    real, names = truth
    wrong = 0
    for name, dims in shapes.items():
        if dims is None or name not in real: continue
        have = [length(d, names) for d in dims]
        if len(have) != len(real[name]) or any(h is not None and h != r for h, r in zip(have, real[name])): wrong += 1
    return {"wrong": wrong, "held against": len(real)}


def truth_of(path):
    """Real lengths of every value, and the lengths behind the names of the inputs; None where it cannot be run."""
    try:
        m = onnx.load(path)
        spec = json.load(open(str(path)[:-5] + ".json")) if os.path.exists(str(path)[:-5] + ".json") else None
        feeds, names = {}, {}
        shapes = {i["name"]: (i["dtype"], i["shape"]) for i in spec["inputs"]} if spec else {}
        held = {t.name for t in m.graph.initializer}
        for i in m.graph.input:
            if i.name in held: continue
            t = i.type.tensor_type
            if spec: dtype, dims = shapes[i.name]
            else: dtype, dims = "float32", [d.dim_value or 1 for d in t.shape.dim]
            feeds[i.name] = np.fromfile(f"{str(path)[:-5]}.{i.name}.bin", dtype=dtype).reshape(dims) if spec else np.zeros(dims, dtype)
            for d, n in zip(t.shape.dim, dims):
                if d.dim_param: names[d.dim_param] = n
        wanted = [o for n in m.graph.node for o in n.output if o]
        del m.graph.output[:]
        m.graph.output.extend([onnx.ValueInfoProto(name=n) for n in wanted])
        options = ort.SessionOptions()
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.intra_op_num_threads = 1
        out = ort.InferenceSession(m.SerializeToString(), options, providers=["CPUExecutionProvider"]).run(wanted, feeds)
        return {n: list(v.shape) for n, v in zip(wanted, out) if hasattr(v, "shape")}, names
    except Exception as e:
        print(f"{path.name} was not run: {str(e)[:120]}", file=sys.stderr)
        return None


def main():
    folders = [a for a in sys.argv[1:] if not a.startswith("--")]
    results, truths = {}, {}
    with tempfile.TemporaryDirectory() as tmp:
        for path in [p for f in folders for p in sorted(pathlib.Path(f).glob("*.onnx"))]:
            model = stripped(path)
            onnx.save(model, os.path.join(tmp, path.name))
            wanted = [o for n in model.graph.node for o in n.output if o]
            truth = truths[path.name] = truth_of(path) if "--run" in sys.argv else None
            row = results[path.name] = {"values": len(wanted)}
            row["onnx"] = peer(lambda m: onnx.shape_inference.infer_shapes(m, data_prop=True), path, wanted, truth)
            row["onnxruntime"] = peer(lambda m: SymbolicShapeInference.infer_shapes(m, auto_merge=True, guess_output_rank=True), path, wanted, truth)
            if ShapeInferencer: row["onnxslim"] = peer(lambda m: ShapeInferencer.infer_shapes(m, auto_merge=True, guess_output_rank=True), path, wanted, truth)
        p = subprocess.run(["node", "bench/run.mjs", "inference"], capture_output=True, text=True, env={**os.environ, "MODELS": tmp, "SHAPES": "1"})
        ours = json.loads(p.stdout)["results"]["inference"]
    for name, row in ours.items():
        results[name]["graphwright"] = {"known": row["known"], "ms": round(row["ms"], 2), **verdict(row["shapes"], truths[name])}
    tools = ["graphwright", "onnx", "onnxruntime", *(["onnxslim"] if ShapeInferencer else [])]
    total = sum(r["values"] for r in results.values())
    of = lambda t, k: sum(r[t].get(k, 0) for r in results.values())
    summary = {t: {"share": round(of(t, "known") / total, 4), "ms": round(of(t, "ms"), 1), "wrong": of(t, "wrong"), "failed": sum("failed" in r[t] for r in results.values())} for t in tools}
    slower = {n: {t: r[t]["ms"] for t in tools if "ms" in r[t]} for n, r in results.items() if any(r[t].get("ms", math.inf) < r["graphwright"]["ms"] for t in tools[1:])}
    print(json.dumps({"values": total, "held against a run": len([t for t in truths.values() if t]), "summary": summary, "a peer was faster": slower, "models": results}, indent=1))


main()
