"""Makes the picture of the live page that the README shows.

    screenshot.py [FILE.png]      default: docs/images/dashboard.png
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lib.browser import Browser  # noqa: E402
from lib.paths import ROOT  # noqa: E402
from test_live_page import Demo  # noqa: E402

SECONDS = 100  # of charts
MOST_BYTES = 300_000


def main():
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/images/dashboard.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    with Demo("--seed", "42") as demo, Browser(1280, 800) as browser:
        browser.open(demo.url)
        time.sleep(SECONDS)
        browser.run("document.querySelectorAll('#feed summary')[1]?.click()")
        time.sleep(1)
        browser.screenshot(target)
    size = target.stat().st_size
    if size > MOST_BYTES:
        raise SystemExit(f"{target}: {size} bytes are more than {MOST_BYTES}")
    print(f"{target}: {size} bytes")


if __name__ == "__main__":
    main()
