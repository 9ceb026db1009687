"""From the bundled 4-bit weights to a graph that is fast on a processor, once.

Outliers in a few of the 384 dimensions spoil 8-bit activations. They are measured on the
sentences of `calibration.txt` and moved into the weights, which does not change the product
(SmoothQuant, Xiao et al., 2023). docs/decisions/0012 has the measurements.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime

from knowledge.e5.graph import Scales, build_graph
from knowledge.e5.weights import Array, ModelFile

RECIPE: Final = "1"
"""Changes whenever the same weights would give other vectors."""
_SHARE: Final = 0.5
"""How much of an outlier moves from the activations into the weights."""
_SMALLEST: Final = 1e-5


def convert(model: ModelFile, calibration: Sequence[Array]) -> bytes:
    """Make the graph, ready to be stored or run.

    Args:
        model: The bundled weights.
        calibration: Word rows of ordinary texts, as the graph takes them.
    """
    precise = build_graph(model, None)
    scales = _scales(model, _largest(precise, calibration))
    return build_graph(model, scales)


def open_session(graph: bytes | Path) -> onnxruntime.InferenceSession:
    """Prepare a graph for running on one thread: with two, waiting for each other costs more.

    A file takes 20 MB less than its bytes, which the session would keep.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # Its memory is kept for the largest text ever seen; freed, a pass takes no longer.
    options.enable_cpu_mem_arena = False
    source = graph if isinstance(graph, bytes) else str(graph)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def _largest(graph: bytes, calibration: Sequence[Array]) -> dict[str, Array]:
    """Largest magnitude of each input of each matrix that is to be smoothed."""
    session = open_session(graph)
    names = [output.name for output in session.get_outputs()]
    found: dict[str, Array] = {}
    for rows in calibration:
        feed = {"words": rows[None], "length": np.array([len(rows)], np.int32)}
        for name, values in zip(names, session.run(names, feed), strict=True):
            largest = np.abs(values[0]).max(axis=0)
            found[name] = np.maximum(found.get(name, largest), largest)
    return found


def _scales(model: ModelFile, largest: dict[str, Array]) -> Scales:
    scales = {}
    for layer in range(model.layers):
        for name, parts in ((f"{layer}.qkv", "qkv"), (f"{layer}.fi", ("fi",))):
            weights = np.concatenate([model.matrix(f"l{layer}.{part}.w") for part in parts])
            heavy = np.maximum(np.abs(weights).max(axis=0), _SMALLEST)
            loud = np.maximum(largest[name], _SMALLEST)
            scale = loud**_SHARE / heavy ** (1 - _SHARE)
            # Their geometric mean is 1, so that the weights keep their size.
            scales[name] = (scale / np.exp(np.log(scale).mean())).astype(np.float32)
    return scales
