"""The site: ``sphinx-build -W --keep-going -q docs out/site``, with the extra ``docs`` installed."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "Antiphon"
author = "the Antiphon project"
copyright = "the Antiphon project; code Apache-2.0, weights under the terms of their data"
try:
    release = metadata.version("antiphon")
except metadata.PackageNotFoundError:
    release = "unreleased"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_copybutton", "command_help"]
exclude_patterns = ["extensions"]
myst_heading_anchors = 3  # links to headings are written as GitHub understands them
myst_enable_extensions = ["colon_fence"]
myst_url_schemes = ["http", "https", "mailto"]
highlight_language = "none"  # an indented block is a command or a drawing

autodoc_typehints = "signature"
autodoc_typehints_format = "short"
maximum_signature_line_length = 90
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True

html_theme = "furo"
html_title = "Antiphon"
html_show_sphinx = False
html_static_path = ["static"]
html_css_files = ["site.css"]
html_theme_options = {"top_of_page_buttons": []}
copybutton_prompt_text = r"\$ "
copybutton_prompt_is_regexp = True

linkcheck_ignore = [r"http://(127\.0\.0\.1|localhost|192\.168\.)"]
linkcheck_timeout = 20
