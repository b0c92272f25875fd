from stannary import __version__

project = "stannary"
author = "the stannary contributors"
copyright = "the stannary contributors"
version = release = __version__

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# Pages work without a network: furo ships its own files, and no formula needs MathJax.
html_theme = "furo"
html_title = f"stannary {version}"
html_copy_source = False
html_show_sphinx = False
