"""Child processes of the command line: asked to end, and made to when they do not."""

from __future__ import annotations

import subprocess


def end(process: subprocess.Popen[bytes], patience_s: float) -> None:
    """Ask a process to end; kill it when it has not after so many seconds."""
    process.terminate()
    wait(process, patience_s)


def wait(process: subprocess.Popen[bytes], patience_s: float) -> None:
    """Wait for a process that was told to end; kill it when it has not after so many seconds."""
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
