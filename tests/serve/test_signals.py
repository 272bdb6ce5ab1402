from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import httpx


def test_sigterm_loses_no_request(run: Path) -> None:
    """Clients that keep their connections are asked to close them, and all are answered."""
    command = "from kgrec.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", command, "serve", str(run), "--port", "0", "--prepare", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if name != "KGREC_API_KEY"},
    )
    try:
        assert process.stderr is not None
        address = next(line for line in process.stderr if " at http://" in line).split(" at ")[1]
        answered, lost = [0] * 4, []

        def ask(place: int) -> None:
            options = {"base_url": address.strip(), "timeout": 60, "trust_env": False}
            with httpx.Client(verify=False, **options) as client:  # type: ignore[arg-type]
                while True:
                    body = {"user": str(1 + answered[place] % 30), "k": 3, "explain": True}
                    try:
                        client.post("/recommend", json=body).raise_for_status()
                    except httpx.ConnectError:  # nobody was let in, and nothing was sent
                        return
                    except httpx.HTTPError as error:
                        lost.append(error)
                        return
                    answered[place] += 1

        threads = [threading.Thread(target=ask, args=(place,)) for place in range(len(answered))]
        for thread in threads:
            thread.start()
        while min(answered) < 5 and all(thread.is_alive() for thread in threads):
            threads[0].join(0.05)
        assert min(answered) >= 5, lost
        process.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join()
        assert process.wait(60) == 0
        assert not lost
        assert "Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.wait()
        process.stderr.close()  # type: ignore[union-attr]
