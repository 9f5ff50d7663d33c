"""What a person runs: the demo, the check, the evaluation. Each file is a command; folders hold their parts.

Whichever of them is started, an older Python is told so here, before it meets what it cannot read.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(
        f"需要 Python 3.11 或更高版本，当前是 {sys.version.split()[0]}（{sys.executable}）。\n"
        "请安装新版后用它运行，例如 python3.12 scripts/demo.py\n"
        f"Python 3.11 or newer is needed, this is {sys.version.split()[0]} ({sys.executable}).\n"
        "Install a newer one and run this with it, e.g. python3.12 scripts/demo.py"
    )
