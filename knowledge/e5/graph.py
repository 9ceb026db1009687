"""The model as an ONNX graph with 8-bit arithmetic, or as one that shows its inner values.

Word rows come in, hidden states go out; looking words up and averaging stay outside. Three of the
four matrices of a layer multiply 8-bit weights with activations that get one scale a matrix; the
fourth, behind the GELU, has outliers in a few tokens and gets one scale for 128 values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from knowledge.e5.weights import Array, ModelFile

_CONTRIB: Final = "com.microsoft"
_OPSET: Final = 17
_IR: Final = 9
_STEPS: Final = 63
"""Weights use 7 of 8 bits: two products of a byte by 63 fit 16 bits, which older processors add
them in; with all 8 bits those would saturate and answer differently from newer ones."""
_FINE_STEPS: Final = 127
_FINE_BLOCK: Final = 128
_FINE_MIDDLE: Final = 128
_INTEGER_ACTIVATIONS: Final = 4
"""`accuracy_level` of MatMulNBits: compute in 8-bit integers."""

Scales = Mapping[str, Array]
"""Matrix to a divisor for each of its inputs: `0.qkv`, `0.fi`, `1.qkv`, …"""


@dataclass(frozen=True, slots=True)
class _Node:
    kind: str
    inputs: Sequence[str]
    outputs: Sequence[str]
    attributes: Mapping[str, Any]
    domain: str = ""


@dataclass(slots=True)
class _Graph:
    nodes: list[_Node] = field(default_factory=list)
    constants: dict[str, NDArray[np.generic]] = field(default_factory=dict)

    def constant(self, name: str, values: NDArray[np.generic]) -> str:
        self.constants[name] = values
        return name

    def node(
        self, kind: str, inputs: Sequence[str], output: str, *, domain: str = "", **sizes: float
    ) -> str:
        self.nodes.append(_Node(kind, inputs, (output,), sizes, domain))
        return output

    def contrib(self, kind: str, inputs: Sequence[str], output: str, **sizes: float) -> str:
        return self.node(kind, inputs, output, domain=_CONTRIB, **sizes)


def build_graph(model: ModelFile, scales: Scales | None) -> bytes:
    """Make the graph: inputs `words` (1, tokens, width) and `length` (1), output `hidden`.

    Args:
        model: The weights.
        scales: What smooths each matrix's inputs. None makes the precise graph instead, which
            also gives out the inputs of the matrices that want smoothing, by the scales' names.
    """
    graph = _Graph()
    here = _layer_norm(graph, model, "words", None, "emb.ln")
    shown: list[str] = []
    for layer in range(model.layers):
        here = _attention(graph, model, here, layer, scales, shown)
        here = _wide(graph, model, here, layer, scales, shown)
    graph.node("Identity", [here], "hidden")
    return _serialise(graph, model, [] if scales is not None else shown)


def _attention(
    graph: _Graph,
    model: ModelFile,
    here: str,
    layer: int,
    scales: Scales | None,
    shown: list[str],
) -> str:
    name = f"{layer}.qkv"
    weights = np.concatenate([model.matrix(f"l{layer}.{part}.w") for part in "qkv"])
    bias = np.concatenate([model.plain(f"l{layer}.{part}.b") for part in "qkv"])
    read, weights = _smooth(graph, here, weights, name, scales, shown)
    joined = _multiply(graph, read, weights, bias, name, precise=scales is None)
    parts = [f"{layer}.{part}" for part in "qkv"]
    cut = graph.constant(f"{name}.cut", np.full(3, model.width, np.int64))
    graph.nodes.append(_Node("Split", (joined, cut), parts, {"axis": -1}))
    mixed = graph.contrib(
        "MultiHeadAttention", [*parts, "", "length"], f"{layer}.mixed", num_heads=model.heads
    )
    out = _multiply(
        graph,
        mixed,
        model.matrix(f"l{layer}.ao.w"),
        model.plain(f"l{layer}.ao.b"),
        f"{layer}.ao",
        precise=scales is None,
    )
    return _layer_norm(graph, model, here, out, f"l{layer}.aln")


def _wide(
    graph: _Graph,
    model: ModelFile,
    here: str,
    layer: int,
    scales: Scales | None,
    shown: list[str],
) -> str:
    name = f"{layer}.fi"
    read, weights = _smooth(graph, here, model.matrix(f"l{layer}.fi.w"), name, scales, shown)
    bias = model.plain(f"l{layer}.fi.b")
    wide = _multiply(graph, read, weights, bias, name, precise=scales is None)
    bent = graph.contrib("Gelu", [wide], f"{layer}.bent")
    out = _multiply(
        graph,
        bent,
        model.matrix(f"l{layer}.fo.w"),
        model.plain(f"l{layer}.fo.b"),
        f"{layer}.fo",
        precise=True,
    )
    return _layer_norm(graph, model, here, out, f"l{layer}.oln")


def _smooth(
    graph: _Graph,
    here: str,
    weights: Array,
    name: str,
    scales: Scales | None,
    shown: list[str],
) -> tuple[str, Array]:
    """Divide the inputs and multiply the weights: the same product, without outliers."""
    if scales is None:
        shown.append(graph.node("Identity", [here], name))
        return here, weights
    inverse = graph.constant(f"{name}.smooth", (1 / scales[name]).astype(np.float32))
    return graph.node("Mul", [here, inverse], f"{name}.smoothed"), weights * scales[name]


def _multiply(
    graph: _Graph, inputs: str, weights: Array, bias: Array, name: str, *, precise: bool
) -> str:
    """Inputs times the turned weights plus the bias."""
    rows, columns = weights.shape
    shift = graph.constant(f"{name}.bias", bias)
    if precise:
        blocks = weights.reshape(rows, -1, _FINE_BLOCK)
        steps = np.abs(blocks).max(axis=-1) / _FINE_STEPS
        packed = (np.rint(blocks / steps[..., None]) + _FINE_MIDDLE).astype(np.uint8)
        values = graph.constant(f"{name}.weights", packed)
        sizes = graph.constant(f"{name}.steps", steps.astype(np.float32))
        return graph.contrib(
            "MatMulNBits",
            [inputs, values, sizes, "", "", shift],
            f"{name}.out",
            K=columns,
            N=rows,
            bits=8,
            block_size=_FINE_BLOCK,
            accuracy_level=_INTEGER_ACTIVATIONS,
        )
    steps = np.abs(weights).max(axis=1) / _STEPS
    values = graph.constant(f"{name}.weights", np.rint(weights / steps[:, None]).astype(np.int8).T)
    sizes = graph.constant(f"{name}.steps", steps.astype(np.float32))
    middle = graph.constant(f"{name}.middle", np.zeros(rows, np.int8))
    return graph.contrib(
        "DynamicQuantizeMatMul", [inputs, values, sizes, middle, shift], f"{name}.out"
    )


def _layer_norm(graph: _Graph, model: ModelFile, left: str, right: str | None, name: str) -> str:
    gain = graph.constant(f"{name}.gain", model.plain(f"{name}.w"))
    shift = graph.constant(f"{name}.shift", model.plain(f"{name}.b"))
    if right is None:
        return graph.node(
            "LayerNormalization", [left, gain, shift], f"{name}.out", epsilon=model.epsilon
        )
    return graph.contrib(
        "SkipLayerNormalization",
        [left, right, gain, shift],
        f"{name}.out",
        epsilon=model.epsilon,
    )


def _serialise(graph: _Graph, model: ModelFile, shown: Sequence[str]) -> bytes:
    import onnx  # noqa: PLC0415 - lazy: 40 MB that only a conversion needs
    from onnx import helper, numpy_helper  # noqa: PLC0415 - the same

    rows: tuple[int | str, ...] = (1, "tokens", model.width)
    number = onnx.TensorProto.FLOAT
    body = helper.make_graph(
        [
            helper.make_node(
                node.kind, node.inputs, node.outputs, domain=node.domain, **node.attributes
            )
            for node in graph.nodes
        ],
        "multilingual-e5-small",
        [
            helper.make_tensor_value_info("words", number, rows),
            helper.make_tensor_value_info("length", onnx.TensorProto.INT32, [1]),
        ],
        [helper.make_tensor_value_info(name, number, rows) for name in ("hidden", *shown)],
        [
            numpy_helper.from_array(np.ascontiguousarray(values), name)
            for name, values in graph.constants.items()
        ],
    )
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIB, 1)]
    whole = helper.make_model(body, opset_imports=opsets, ir_version=_IR)
    return bytes(whole.SerializeToString())
