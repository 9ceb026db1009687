"""A worker without models for the tests of the process that watches one: `python -m …`.

It hears its prompt's length, says its clause, and does as a clause tells it: `crash`, `hang`.
"""

import os
import sys
import time

from channels.voice.engines.frames import packed, read


def main():
    read(sys.stdin.buffer)
    answer({"id": 0, "voices": []})
    while (request := read(sys.stdin.buffer)) is not None:
        message, sound = request
        clause = message.get("clause")
        if clause == "crash":
            os._exit(3)
        if clause == "hang":
            time.sleep(60)
        if message["do"] == "forget":
            answer({"id": message["id"], "forgotten": True})
        elif message["do"] == "again":
            answer(
                {"id": message["id"], "texts": [[message["prompt"], 0.75], [str(len(sound)), 0.25]]}
            )
        elif message["do"] == "hear":
            answer(
                {
                    "id": message["id"],
                    "text": str(len(sound)),
                    "score": -0.1,
                    "no_speech": 0.0,
                    "others": [message["prompt"]],
                }
            )
        elif clause == "refuse":
            answer({"id": message["id"], "refused": True})
        else:
            answer({"id": message["id"]}, clause.encode())


def answer(message, sound=b""):
    sys.stdout.buffer.write(packed(message, sound))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
