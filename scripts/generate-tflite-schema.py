"""Writes src/converters/tflite/schema.generated.ts from the schema that the tensorflow package carries.

    python scripts/generate-tflite-schema.py .../tensorflow/lite/python/schema_py_generated.py && npx prettier --write src/converters/tflite/schema.generated.ts
"""

import re
import sys
from pathlib import Path

SOURCE = Path(sys.argv[1]).read_text()
TARGET = Path(__file__).parent.parent / "src/converters/tflite/schema.generated.ts"

# Which enum a field of bytes is, by its name, or by its table and name.
ENUMS = {
    "padding": "Padding", "fusedActivationFunction": "ActivationFunctionType", "inDataType": "TensorType",
    "outDataType": "TensorType", "outputType": "TensorType", "idxOutType": "TensorType", "outType": "TensorType",
    "quantizedBiasType": "TensorType", "keyDtype": "TensorType", "valueDtype": "TensorType",
    "iotaDimension": None, "combiner": "CombinerType", "weightsFormat": "FullyConnectedOptionsWeightsFormat",
    "kernelType": "LSTMKernelType", "MirrorPadOptions.mode": "MirrorPadMode",
    "LSHProjectionOptions.type": "LSHProjectionType", "BitcastOptions.type": None,
    "comparisonDirection": "StablehloComparisonDirection", "compareType": "StablehloComparisonType",
    "reduceFunction": "ReduceWindowFunction", "algorithm": "RngAlgorithm",
}  # fmt: skip
KINDS = {"Int8": "byte", "Uint8": "ubyte", "Bool": "bool", "Int32": "int", "Uint32": "uint", "Int64": "long",
         "Float32": "float", "Uint64": "long", "Float64": "double"}  # fmt: skip


def members(name):
    body = re.search(rf"class {name}\(object\):\n(.*?)\n\n", SOURCE, re.S).group(1)
    return [(n, int(v)) for n, v in re.findall(r"(\w+) = (\d+)", body)]


def lower_first(name):
    return name[0].lower() + name[1:]


def fields(table):
    body = re.search(rf"class {table}\(object\):\n(.*?)\ndef {table}Start", SOURCE, re.S).group(1)
    out = {}
    for name, code in re.findall(r"\n    def (\w+)\(self(?:, j)?\):\n(.*?)(?=\n    # |\Z)", body, re.S):
        slot = re.search(r"Offset\((\d+)\)", code)
        if not slot or re.search(r"(AsNumpy|Length|IsNone)$", name):
            continue
        index = (int(slot.group(1)) - 4) // 2
        flags = re.search(r"Get\(flatbuffers\.number_types\.(\w+)Flags", code)
        default = re.findall(r"return (\S+)\s*$", code.strip())
        if "Vector(" in code:
            kind = KINDS[flags.group(1)] + "s" if flags else "tables" if "Indirect" in code else "texts"
            value = ""
        elif flags:
            kind, value = KINDS[flags.group(1)], (default[-1] if default else "0")
            if kind == "bool" or value in ("False", "True"):
                kind, value = "bool", "1" if value == "True" else "0"
        elif "String(" in code:
            kind, value = "text", ""
        else:
            kind, value = "table", ""
        key = lower_first(name)
        enum = ENUMS.get(f"{table}.{key}", ENUMS.get(key)) if kind in ("byte", "ubyte", "int", "uint") else None
        if kind == "text":
            enum = None
        out[index] = ":".join(x for x in (key, kind, str(float(value)).rstrip("0").rstrip(".") if value not in ("", "0") else value, enum or "")).rstrip(":")
    return [out.get(i, "") for i in range(max(out, default=-1) + 1)]


def main():
    ops = dict((v, n) for n, v in members("BuiltinOperator"))
    unions = {u: dict((v, n) for n, v in members(u)) for u in ("BuiltinOptions", "BuiltinOptions2")}
    tables = sorted({n for u in unions.values() for n in u.values() if n != "NONE"})
    enums = sorted({e for e in ENUMS.values() if e})
    lines = ["/** The schema of TensorFlow Lite, made by `scripts/generate-tflite-schema.py`; do not edit. */", ""]
    lines += ["/** Names of the builtin operators by code. */", "export const OPERATORS: readonly string[] = ["]
    lines += [f"  '{ops.get(i, '')}'," for i in range(max(ops) + 1)] + ["];", ""]
    for union, by in unions.items():
        const = "OPTIONS" if union == "BuiltinOptions" else "OPTIONS_2"
        lines += [f"/** The tables of the union {union}. */", f"export const {const}: readonly string[] = ["]
        lines += [f"  '{by.get(i, '')}'," for i in range(max(by) + 1)] + ["];", ""]
    lines += ["/** The fields of the tables of options in the order of the schema: `name:kind:default:enum`. */",
              "export const FIELDS: Readonly<Record<string, readonly string[]>> = {"]  # fmt: skip
    lines += [f"  {t}: {[f for f in fields(t)]!r}," for t in tables] + ["};", ""]
    lines += ["export const ENUMS: Readonly<Record<string, readonly string[]>> = {"]
    for e in enums:
        by = dict((v, n) for n, v in members(e))
        lines.append(f"  {e}: {[by.get(i, '') for i in range(max(by) + 1)]!r},")
    lines += ["};", ""]
    TARGET.write_text("\n".join(lines))


main()
