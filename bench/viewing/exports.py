"""Exports real architectures with random weights through TorchScript: python exports.py OUT_DIR [gpt2 vit swin]

GPT-2 (12 layers), ViT-B/16 and Swin-T at their real widths, as `torch.onnx.export(dynamo=False)` writes them, weights
inside. Needs the packages torch, torchvision, transformers and onnx; made on the side, never in CI.
"""
import sys
from pathlib import Path

import onnx
import torch


class LastState(torch.nn.Module):
    """A transformer of the library with a tuple of tensors as its output, and no cache."""

    def __init__(self, model):
        super().__init__()
        self.transformer = model

    def forward(self, input_ids, attention_mask):
        return self.transformer(input_ids, attention_mask=attention_mask, use_cache=False, return_dict=False)[0]


def gpt2():
    from transformers import GPT2Config, GPT2Model

    model = LastState(GPT2Model(GPT2Config(attn_implementation="eager")))
    ids = torch.ones(1, 8, dtype=torch.long)
    names = ["input_ids", "attention_mask"]
    axes = {name: {0: "batch", 1: "sequence"} for name in names}
    return model, (ids, ids.clone()), {"input_names": names, "dynamic_axes": axes}


def images(model):
    return model, (torch.zeros(1, 3, 224, 224),), {"input_names": ["image"], "dynamic_axes": {"image": {0: "batch"}}}


def vit():
    from torchvision.models import vit_b_16

    return images(vit_b_16(weights=None))


def swin():
    from torchvision.models import swin_t

    return images(swin_t(weights=None))


MODELS = {"gpt2": ("gpt2_12l", gpt2), "vit": ("vit_b_16", vit), "swin": ("swin_t", swin)}


def write(name, make, folder):
    torch.manual_seed(0)
    model, inputs, options = make()
    # As trained weights are, no two may be equal: the exporter makes one of those that are, with an Identity for the other.
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.02)
    # The fused attention of inference has no translation to ONNX.
    torch.backends.mha.set_fastpath_enabled(False)
    path = folder / f"{name}.onnx"
    with torch.no_grad():
        torch.onnx.export(model.eval(), inputs, str(path), dynamo=False, opset_version=17, **options)
    graph = onnx.load(path, load_external_data=False).graph
    constants = sum(node.op_type == "Constant" for node in graph.node)
    print(f"{path}: {len(graph.node)} nodes, {constants} of them constants, {path.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    folder, *wanted = sys.argv[1:]
    Path(folder).mkdir(parents=True, exist_ok=True)
    for key in wanted or MODELS:
        write(*MODELS[key], Path(folder))
