"""Makes the pictures of the gallery: the last figure of each notebook, into docs/images."""

from __future__ import annotations

import io
import json
import os
import tempfile
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
from PIL import Image

REPOSITORY = Path(__file__).resolve().parents[1]
DOTS_PER_INCH = 90
COLOURS = 128


def draw(notebook: Path, target: Path) -> None:
    """Run the cells of a notebook and save its figure."""
    names: dict[str, object] = {}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), notebook.name, "exec"), names)
    drawn = io.BytesIO()
    plt.savefig(drawn, dpi=DOTS_PER_INCH, format="png")
    Image.open(drawn).convert("RGB").quantize(COLOURS).save(target, optimize=True)
    plt.close("all")


if __name__ == "__main__":
    mpl.use("Agg")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for path in sorted((REPOSITORY / "notebooks").glob("*.ipynb")):
            draw(path, REPOSITORY / "docs" / "images" / f"{path.stem}.png")
