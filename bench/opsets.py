#!/usr/bin/env python3
"""Every operator-test model converted to each opset (or through passes), run before and after under onnxruntime.
usage: python bench/opsets.py SUITE [--targets 7-28] [--passes expand] [--only NAME]   (after the command is built; prints JSON)"""
import argparse, collections, json, os, re, subprocess, sys, tempfile
import numpy as np, onnx, onnxruntime as ort
from onnx import numpy_helper

ort.set_default_logger_severity(4)
OPTIONS = ort.SessionOptions()
OPTIONS.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
OPTIONS.intra_op_num_threads = 1


def values_of(folder, values, kind_of_file):
    feeds = {}
    for i, v in enumerate(values):
        path = f"{folder}/{kind_of_file}_{i}.pb"
        data = open(path, "rb").read()
        kind = v.type.WhichOneof("value")
        if kind == "tensor_type":
            t = onnx.TensorProto(); t.ParseFromString(data); feeds[v.name] = numpy_helper.to_array(t)
        elif kind == "sequence_type":
            t = onnx.SequenceProto(); t.ParseFromString(data); feeds[v.name] = numpy_helper.to_list(t)
        else:
            t = onnx.OptionalProto(); t.ParseFromString(data); feeds[v.name] = numpy_helper.to_optional(t)
    return feeds


def run(path, feeds):
    return ort.InferenceSession(path, OPTIONS, providers=["CPUExecutionProvider"]).run(None, feeds)


def same(a, b):
    if isinstance(a, list): return isinstance(b, list) and len(a) == len(b) and all(map(same, a, b))
    if a is None or b is None: return a is b
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape or a.dtype != b.dtype: return False
    if a.dtype.kind not in "fc" and "float" not in str(a.dtype): return bool(np.array_equal(a, b))
    tol = 1e-2 if a.dtype.itemsize <= 2 else 1e-4
    return bool(np.allclose(a.astype(np.float64), b.astype(np.float64), rtol=tol, atol=tol, equal_nan=True))


def main():
    ap = argparse.ArgumentParser(); ap.add_argument("suite"); ap.add_argument("--targets", default="7-28"); ap.add_argument("--passes"); ap.add_argument("--only", default="")
    a = ap.parse_args()
    names = [n for n in sorted(os.listdir(a.suite)) if a.only in n]
    low, high = map(int, a.targets.split("-"))
    reference, feeds, opset, runnable, ran = {}, {}, {}, 0, set()
    for n in names:
        m = onnx.load(f"{a.suite}/{n}/model.onnx")
        opset[n] = next((o.version for o in m.opset_import if o.domain in ("", "ai.onnx")), None)
        folder = f"{a.suite}/{n}"
        try: feeds[n] = values_of(folder, m.graph.input, "input")
        except Exception: continue
        try: reference[n] = run(f"{folder}/model.onnx", feeds[n]); runnable += 1; ran.add(n)
        except Exception:
            # What the runtime does not know is held against the standard's own result.
            try: reference[n] = list(values_of(folder, m.graph.output, "output").values())
            except Exception: pass
    result = {"models": len(names), "runnable": runnable, "targets": {}}
    for target in ["passes"] if a.passes else range(low, high + 1):
        with tempfile.TemporaryDirectory() as tmp:
            os.makedirs(f"{tmp}/in")
            for n in names: os.symlink(os.path.abspath(f"{a.suite}/{n}/model.onnx"), f"{tmp}/in/{n}.onnx")
            command = ["optimize", "--passes", a.passes, "--no-verify"] if a.passes else ["convert", "--opset", str(target)]
            err = subprocess.run(["node", "bin/graphwright.js", *command, *[f"{tmp}/in/{n}.onnx" for n in names], "--out-dir", f"{tmp}/out"], capture_output=True, text=True).stderr
            counts = collections.Counter(); bad = []; reasons = collections.Counter()
            for line in err.splitlines():
                if "/in/" not in line: continue
                text = line.split(".onnx: ", 1)[-1]
                reasons[re.sub(r"^[^:]*: ", "", text)[:110]] += 1
            for n in names:
                out = f"{tmp}/out/{n}.onnx"
                if not os.path.exists(out): counts["refused"] += 1; continue
                counts["made"] += 1
                if n not in reference: counts["no reference"] += 1; continue
                try: after = run(out, feeds[n])
                except Exception as e:
                    text = str(e)
                    kind = "not feedable" if "umpy" in text or "MLDataType" in text else "no kernel" if "NOT_IMPLEMENTED" in text or "Could not find an implementation" in text or "opset" in text.lower() and "support" in text.lower() else "does not run"
                    if kind == "does not run" and n not in ran: kind = "never ran"
                    counts[kind] += 1
                    if kind == "does not run": bad.append(f"{n}: {text[:160]}")
                    continue
                if same(reference[n], after): counts["equal"] += 1
                else: counts["differs"] += 1; bad.append(f"{n}: differs")
            result["targets"][target] = {**counts, "bad": bad, "reasons": dict(reasons.most_common(40))}
            print(target, dict(counts), file=sys.stderr)
    json.dump(result, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
