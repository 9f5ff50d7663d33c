#!/usr/bin/env python3
"""From a street clip to a filed case: a real centre and a real box on this machine. Needs Python 3.11+ and a network.

python3 scripts/demo.py           watch it live and decide in the console
python3 scripts/demo.py --once    as fast as possible; one JSON object as the last line
"""

import argparse
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts._bootstrap import TO_RUN, SetupError, enter_environment
from scripts._system_parts import CHINESE_FONT, can_install, install_missing
from scripts._terminal import speak_plainly

_EXAMPLES = """examples:
  python3 scripts/demo.py --clip street.mp4 --zones street.zones.yaml
  python3 scripts/demo.py --once --broker mqtt://127.0.0.1:1883

a zones file is a list, with coordinates as fractions of the picture:
  - {id: kerb, kind: illegal_parking, dwell_s: 60, polygon: [[0.1, 0.6], [0.6, 0.6], [0.6, 0.9], [0.1, 0.9]]}
"""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="街面卫士演示：从街景视频到立案 / KerbWatch's demo: from a street clip to a filed case.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--once", action="store_true", help="as fast as possible, file without a person, print JSON, exit")
    add("--clip", type=Path, metavar="FILE", help="your own video instead of the demo's; needs --zones")
    add("--zones", type=Path, metavar="FILE", help="its zones: a YAML list, or a label JSON with `zones`")
    add("--broker", metavar="URL", help="mqtt://[user:password@]host[:port] [embedded]; none that a real centre uses")
    add("--host", default="127.0.0.1", help="address of the console [%(default)s]")
    add("--port", type=int, metavar="N", help="port of the console [8080, or a free one]")
    add("--keep", action="store_true", help="keep database, evidence and logs, and say where")
    add("--no-system", action="store_true", help="install nothing with apt-get")
    add("--no-install", action="store_true", help="run in this Python as it is, without .venv")
    options = parser.parse_args()
    if options.clip is not None and options.zones is None:
        parser.error("--clip 需要 --zones：哪些区域要看？ / --clip needs --zones: which parts of it are watched?")
    if options.clip is not None and not options.clip.is_file():
        parser.error(f"没有此文件 / no such file: {options.clip}")
    return options


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Run the demo and give its exit code."""
    speak_plainly()
    options = _options()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if not options.no_install:
            enter_environment(__file__, TO_RUN, system=not options.no_system)
    except SetupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if not options.no_system and can_install():
        install_missing([CHINESE_FONT])

    from scripts.demonstration.failure import DemoError
    from scripts.demonstration.run import run

    try:
        return run(options)
    except DemoError as error:
        sys.stderr.write(f"\n{error}\n")
        return 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.stderr.write("\n已停止 / stopped\n")
        sys.exit(130)
