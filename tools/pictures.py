"""The README's pictures, drawn anew: `make pictures`. Look at what it drew before you keep it.

A person's page on a phone and the dashboard on a member of staff's morning come from the pages'
own tests, so they hold invented people and days that stand; the rehearsal is of the sample.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from dunlin.adapters.files.yaml_documents import parse
from dunlin.cli.rehearse import play
from dunlin.domain.arrangements.promise import Promise
from dunlin.views.reports.rehearsal_report import page as rehearsal_page
from local.viewer import serve as serve_viewer
from tests.conftest import START
from tests.local.viewer import dashboard
from tests.portal.harness import STRATEGY, PortalHarness
from tests.portal.server import serve as serve_portal

FOLDER = Path(__file__).parent.parent / "docs" / "images"
SAMPLE = Path(__file__).parent.parent / "local" / "sample"
Scheme = Literal["light", "dark"]
