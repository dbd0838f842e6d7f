#!/usr/bin/env python3
"""Shape inference beside its peers, on models whose declared types of values are taken away.
usage: python bench/inference.py FOLDER...     needs: pip install onnx onnxruntime sympy onnxslim; Node for ours. Prints JSON."""
import json, os, pathlib, subprocess, sys, tempfile, time
import onnx
from onnxruntime.tools.symbolic_shape_infer import SymbolicShapeInference


def stripped(path):
    m = onnx.load(path, load_external_data=False)
    del m.graph.value_info[:]
    return m


def share(model, wanted):
    """How many of the values that nodes of the main graph make have every dimension."""
    typed = {}
    for v in [*model.graph.value_info, *model.graph.output]:
        if v.type.HasField("tensor_type"):
            t = v.type.tensor_type
            typed[v.name] = t.HasField("shape") and all(d.dim_value or d.dim_param or d.HasField("dim_value") for d in t.shape.dim)
        else:
            typed[v.name] = True
    return sum(1 for n in wanted if typed.get(n))


def peer(make, model, wanted):
    begun = time.perf_counter()
    try:
        out = make(model)
        ms = (time.perf_counter() - begun) * 1000
        return {"known": share(out, wanted), "ms": round(ms, 1)}
    except Exception as e:
        return {"failed": str(e).replace("\n", " ")[:100]}


def main():
    results = {}
    with tempfile.TemporaryDirectory() as tmp:
        for path in [p for f in sys.argv[1:] for p in sorted(pathlib.Path(f).glob("*.onnx"))]:
            model = stripped(path)
            onnx.save(model, os.path.join(tmp, path.name))
            wanted = [o for n in model.graph.node for o in n.output if o]
            results[path.name] = {
                "values": len(wanted),
                "onnx": peer(lambda m: onnx.shape_inference.infer_shapes(m, data_prop=True), model, wanted),
                "onnxruntime": peer(lambda m: SymbolicShapeInference.infer_shapes(m, auto_merge=True, guess_output_rank=True), stripped(path), wanted),
            }
        p = subprocess.run(["node", "bench/run.mjs", "inference"], capture_output=True, text=True, env={**os.environ, "MODELS": tmp})
        ours = json.loads(p.stdout)["results"]["inference"]
    for name, row in ours.items():
        results[name]["graphwright"] = {"known": row["known"], "ms": round(row["ms"], 1)}
    total = sum(r["values"] for r in results.values())
    summary = {t: {"share": round(sum(r[t].get("known", 0) for r in results.values()) / total, 4), "ms": round(sum(r[t].get("ms", 0) for r in results.values())), "failed": sum("failed" in r[t] for r in results.values())} for t in ["graphwright", "onnx", "onnxruntime"]}
    print(json.dumps({"summary": summary, "models": results}, indent=1))


main()
