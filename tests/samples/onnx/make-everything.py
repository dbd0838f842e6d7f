"""Writes everything/model.onnx: every message and field of onnx.proto (ONNX 1.23), fields present with their default
value, fields absent that are mostly present, unknown fields. Run with the onnx package installed."""
import os
from onnx import *  # noqa: F403
from onnx import helper as h, TensorProto as T, numpy_helper as nh
import numpy as np

def props(m, **kw):
    for k, v in kw.items():
        e = m.metadata_props.add(); e.key, e.value = k, v

def unknown(m):
    m.MergeFromString(bytes([0xC2, 0x3E, 3]) + b'abc' + bytes([0xC8, 0x3E, 0x96, 1]))

m = ModelProto(); m.ir_version = 14; m.producer_name = ''; m.producer_version = '1'; m.domain = 'd.e'; m.model_version = -5
m.doc_string = 'dök'; props(m, a='1', b='')
for d, v in (('', 23), ('local', 1), ('ai.onnx.ml', 5)):
    o = m.opset_import.add(); o.domain = d; o.version = v
unknown(m)
c = m.configuration.add(); c.name = 'gpu2'; c.num_devices = 2; c.device.extend(['0', '1'])
g = m.graph; g.name = 'main'; g.doc_string = ''; props(g, layer='x'); unknown(g)

def info(lst, name, elem=None, shape=(), **kw):
    v = lst.add(); v.name = name
    if elem is not None:
        v.type.tensor_type.elem_type = elem
        v.type.tensor_type.shape.SetInParent()
        for s in shape:
            d = v.type.tensor_type.shape.dim.add()
            if isinstance(s, int): d.dim_value = s
            elif s is not None: d.dim_param = s
    for k, x in kw.items(): setattr(v, k, x)
    return v
x = info(g.input, 'x', 1, ['N', 3, None, 0, ''], doc_string='in'); props(x, k='v')
x.type.tensor_type.shape.dim[0].denotation = 'DATA_BATCH'; x.type.denotation = 'IMAGE'; unknown(x)
info(g.input, 'notype'); info(g.input, 'emptytype').type.SetInParent()
n = info(g.input, 'norank'); n.type.tensor_type.elem_type = 0
big = info(g.input, 'bigdim', 1, [1]); big.type.tensor_type.shape.dim[0].dim_value = 2**62 + 1
neg = info(g.input, 'negdim', 1, [-1])
s = info(g.input, 'seq'); s.type.sequence_type.elem_type.optional_type.elem_type.map_type.key_type = 7
s.type.sequence_type.elem_type.optional_type.elem_type.map_type.value_type.tensor_type.elem_type = 8
e = info(g.input, 'emptyseq'); e.type.sequence_type.elem_type.SetInParent(); e.type.denotation = ''
sp = info(g.input, 'sp'); sp.type.sparse_tensor_type.elem_type = 1; sp.type.sparse_tensor_type.shape.dim.add().dim_value = 4
op = info(g.input, 'opq'); op.type.MergeFromString(bytes([0x3A, 8]) + b'\x0a\x01d\x12\x03nam')
# an initializer that is an input too, and declared in value_info otherwise
info(g.input, 'w', 1, [2]); info(g.value_info, 'w', 1, ['k'])
info(g.value_info, 'ghost', 7, [1]); info(g.value_info, 'y', 1, [2])
w = g.initializer.add(); w.name = 'w'; w.data_type = 1; w.dims.append(2); w.float_data.extend([1, -0.0]); w.doc_string = 'wd'; props(w, q='r'); w.data_location = 0
def tensor(name, dt, dims, **f):
    t = g.initializer.add(); t.name = name; t.data_type = dt; t.dims.extend(dims)
    for k, v in f.items(): (getattr(t, k).extend(v) if isinstance(v, list) else setattr(t, k, v))
    return t
tensor('i8', T.INT8, [2], int32_data=[-1, 5]); tensor('f16', T.FLOAT16, [1], int32_data=[15360])
tensor('u32', T.UINT32, [2], uint64_data=[1, 4294967295]); tensor('u64', T.UINT64, [1], uint64_data=[2**64 - 1])
tensor('i64', T.INT64, [2], int64_data=[-2**63, 7]); tensor('f64', T.DOUBLE, [1], double_data=[0.1])
tensor('c64', T.COMPLEX64, [1], float_data=[1, 2]); tensor('c128', T.COMPLEX128, [1], double_data=[1, 2])
tensor('str', T.STRING, [2], string_data=[b'a\xff', b'']); tensor('bool', T.BOOL, [], raw_data=b'\1')
tensor('none', T.FLOAT, [0]); tensor('noneraw', T.FLOAT, [0], raw_data=b''); tensor('i4', T.INT4, [3], raw_data=b'\x21\x03')
tensor('i4b', T.INT4, [3], int32_data=[0x21, 3]); tensor('u2', T.UINT2, [5], raw_data=b'\x1b\x01'); tensor('f4', T.FLOAT4E2M1, [2], raw_data=b'\x21')
tensor('f8', T.FLOAT8E8M0, [2], raw_data=b'\x7f\x80'); tensor('f6', 27, [4], raw_data=b'abc'); tensor('bf', T.BFLOAT16, [1], raw_data=b'\x80\x3f')
seg = tensor('seg', T.FLOAT, [1], raw_data=b'\0\0\0\0'); seg.segment.begin = 0; seg.segment.end = 1
ext = tensor('ext', T.FLOAT, [4])
ext.data_location = 1
for k, v in (('location', 'sub/data.bin'), ('length', '16'), ('offset', '4096'), ('checksum', 'ff')):
    p = ext.external_data.add(); p.key, p.value = k, v
st = g.sparse_initializer.add(); st.dims.extend([3]); st.values.name = 'sparse'; st.values.data_type = 1; st.values.dims.append(1); st.values.float_data.append(2)
st.indices.data_type = 7; st.indices.dims.append(1); st.indices.int64_data.append(2)
q = g.quantization_annotation.add(); q.tensor_name = 'x'
for k, v in (('SCALE_TENSOR', 'w'), ('ZERO_POINT_TENSOR', 'nowhere')):
    p = q.quant_parameter_tensor_names.add(); p.key, p.value = k, v
a = g.node.add(); a.op_type = 'Add'; a.domain = ''; a.name = ''; a.input.extend(['x', 'w']); a.output.extend(['y']); props(a, pkg='t'); a.doc_string = 'nd'; unknown(a)
dc = a.device_configurations.add(); dc.configuration_id = 'gpu2'; dc.pipeline_stage = 0
ss = dc.sharding_spec.add(); ss.tensor_name = 'x'; ss.device.extend([0, 1]); sd = ss.sharded_dim.add(); sd.axis = 0
si = sd.simple_sharding.add(); si.dim_param = 'N'; si.num_shards = 2
im = ss.index_to_device_group_map.add(); im.key = -1; im.value.extend([0, 1])
f = g.node.add(); f.op_type = 'F'; f.domain = 'local'; f.overload = 'ov'; f.input.extend(['y', '', 'dangling']); f.output.extend(['', 'z', ''])
def attr(node, name, **kw):
    t = node.attribute.add(); t.name = name
    for k, v in kw.items():
        if isinstance(v, list): getattr(t, k).extend(v)
        elif hasattr(v, 'CopyFrom'): getattr(t, k).CopyFrom(v)
        else: setattr(t, k, v)
    return t
A = AttributeProto
k = g.node.add(); k.op_type = 'Kitchen'; k.domain = 'x'; k.input.append('z'); k.output.append('kit')
attr(k, 'f0', type=A.FLOAT, f=0.0); attr(k, 'fneg', type=A.FLOAT, f=-0.0); attr(k, 'fabs', type=A.FLOAT); attr(k, 'f', f=1.5)
attr(k, 'i0', type=A.INT, i=0, doc_string='doc'); attr(k, 'iabs', type=A.INT); attr(k, 'i', type=A.INT, i=-2**63)
attr(k, 's0', type=A.STRING, s=b''); attr(k, 'sabs', type=A.STRING); attr(k, 's', type=A.STRING, s=b'\xff\xfe'); attr(k, 'su', s='ü'.encode())
attr(k, 'fs', type=A.FLOATS, floats=[1, 2]); attr(k, 'fs0', type=A.FLOATS); attr(k, 'is', type=A.INTS, ints=[-1, 2**63 - 1]); attr(k, 'ss', type=A.STRINGS, strings=[b'a', b'\xff', b''])
t = nh.from_array(np.arange(3, dtype=np.int64), 'tn'); attr(k, 't', type=A.TENSOR, t=t); attr(k, 'ts', type=A.TENSORS, tensors=[t, t])
attr(k, 'sp', type=A.SPARSE_TENSOR, sparse_tensor=st); attr(k, 'sps', type=A.SPARSE_TENSORS, sparse_tensors=[st])
attr(k, 'tp', type=A.TYPE_PROTO, tp=x.type); attr(k, 'tp0', type=A.TYPE_PROTO).tp.SetInParent(); attr(k, 'tpabs', type=A.TYPE_PROTO); attr(k, 'tps', type=A.TYPE_PROTOS, type_protos=[x.type, s.type])
attr(k, 'undef', type=A.UNDEFINED); attr(k, 'wrong', type=A.INT, f=2.0); attr(k, 'notensor', type=A.TENSOR); attr(k, 'two', type=A.INT, i=3, f=1.0); unknown(attr(k, 'unk', type=A.INT, i=0))
attr(k, 'untyped0', i=0); attr(k, 'emptydoc', type=A.INT, i=1, doc_string=''); attr(k, 'refempty', type=A.INT, i=1, ref_attr_name='')
def body(name, *inner):
    b = GraphProto(); b.name = name
    nd = b.node.add(); nd.op_type = 'Mul'; nd.input.extend(['y', 'w']); nd.output.append('bo')
    for i in inner:
        o = b.node.add(); o.op_type = 'If'; o.input.append('bo'); o.output.append('bo2'); attr(o, 'then_branch', type=A.GRAPH, g=i)
    info(b.output, 'bo', 1, [2]); info(b.output, 'y', 1, ['other']); info(b.value_info, 'w', 1, [2]); info(b.value_info, 'bo', 1, [2])
    return b
b = g.node.add(); b.op_type = 'If'; b.input.append('bool'); b.output.extend(['c', 'c2']); attr(b, 'then_branch', type=A.GRAPH, g=body('t', body('deep'))); attr(b, 'else_branch', type=A.GRAPH, g=body(''))
attr(b, 'gs', type=A.GRAPHS, graphs=[body('a'), body('b')])
info(g.output, 'z', 1, [1]); info(g.output, 'x', 1, ['M']); info(g.output, 'w', 1, [2]); info(g.output, 'kit')
fn = m.functions.add(); fn.name = 'F'; fn.domain = 'local'; fn.overload = 'ov'; fn.input.extend(['p', 'q', 'r']); fn.output.append('o'); fn.attribute.append('alpha'); fn.doc_string = 'fd'; props(fn, z='1')
fn.attribute_proto.append(h.make_attribute('beta', 2.0)); fn.opset_import.append(h.make_opsetid('', 23)); info(fn.value_info, 'p', 1, [2]); info(fn.value_info, 'o', 1, [2])
nd = fn.node.add(); nd.op_type = 'LeakyRelu'; nd.input.append('p'); nd.output.append('o'); attr(nd, 'alpha', type=A.FLOAT, ref_attr_name='alpha')
tr = m.training_info.add(); tr.initialization.name = 'init'; ic = tr.initialization.node.add(); ic.op_type = 'Constant'; ic.output.append('i0'); attr(ic, 'value', type=A.TENSOR, t=t); info(tr.initialization.output, 'i0', 7, [3])
al = tr.algorithm; al.name = 'alg'; an = al.node.add(); an.op_type = 'Sub'; an.input.extend(['w', 'y']); an.output.append('w_new'); info(al.output, 'w_new', 1, [2])
for l, kk, v in ((tr.initialization_binding, 'w', 'i0'), (tr.update_binding, 'w', 'w_new')):
    p = l.add(); p.key, p.value = kk, v
open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'everything', 'model.onnx'), 'wb').write(m.SerializeToString())
