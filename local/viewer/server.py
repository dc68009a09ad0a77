"""The viewer's server: one page, its widgets, and the calls of custom widgets.

It holds the root key of the local cloud, so it answers nobody but its own page: 127.0.0.1 only, the
Host it was started as, and for calls the page's own Origin.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from botocore.exceptions import BotoCoreError
from markupsafe import Markup

from dunlin.views.jinja import environment
from local.page_server import PageServer
from local.viewer import charts, clean
from local.viewer.cloud import DashboardMissing, Source, WidgetFailed, minutes_of

STATIC = Path(__file__).parent / "static"
_TEMPLATES = environment(Path(__file__).parent / "templates")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_RANGES = (
    (15, "15 min"),
    (60, "1 h"),
    (180, "3 h"),
    (720, "12 h"),
    (1440, "1 day"),
    (10080, "1 week"),
)
_LARGEST = 1_000_000
# Months of a ladder pass here in minutes: a shorter look back than the body asks for shows more.
_LOOK_BACK = 60


@dataclass
class Viewer:
    """A running viewer."""

    url: str
    _server: ThreadingHTTPServer
    _thread: threading.Thread

    def stop(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def start(endpoint: str, dashboard: str, *, port: int = 0, region: str = "us-east-1") -> Viewer:
    """Serve a dashboard of the cloud at `endpoint` on 127.0.0.1; port 0 takes a free one."""
    return serve(Source(endpoint=endpoint, dashboard=dashboard, region=region), port=port)


def serve(source: Source, *, port: int = 0) -> Viewer:
    """Serve what a source says."""

    handler = type("Handler", (_ViewerHandler,), {"pages": ViewerPages(source)})
    server = PageServer(("127.0.0.1", port), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    return Viewer(f"http://127.0.0.1:{server.server_address[1]}/", server, thread)


@dataclass(frozen=True)
class ViewerPages:
    """Draws the page and its widgets from what the source says."""

    source: Source

    def page(self, query: Mapping[str, list[str]]) -> str:
        """The whole page; text, metrics and alarms are drawn, custom widgets load themselves."""
        try:
            body = self.source.body()
        except DashboardMissing as missing:
            sentence = f"This cloud has no dashboard named {missing}."
            return _written("frame", title="No dashboard", said=sentence, alert=False)
        minutes = _minutes(query, body)
        return _written(
            "dashboard",
            title=self.source.dashboard,
            ranges=_RANGES,
            minutes=minutes,
            cards=[self._card(widget, minutes) for widget in body["widgets"]],
        )

    def _card(self, widget: Mapping[str, Any], minutes: int) -> dict[str, Any]:
        """A widget in its place; a custom one draws itself."""
        return {
            "kind": widget["type"],
            "title": widget.get("properties", {}).get("title", ""),
            "drawn": None if widget["type"] == "custom" else self.draw(widget, minutes),
        } | {name: widget[name] for name in ("x", "y", "width", "height")}

    def draw(self, widget: Mapping[str, Any], minutes: int) -> Markup:
        """A widget that needs no function of its own."""
        properties = widget.get("properties", {})
        match widget["type"]:
            case "text":
                return Markup(clean.markdown(properties.get("markdown", "")))
            case "metric":
                if not properties["metrics"]:
                    return _sentence("No data in this range.", look="none")
                series, frame = self.source.series(properties, minutes)
                if properties.get("view") == "singleValue":
                    return charts.single_values(series, summed=properties.get("stat") == "Sum")
                return charts.chart(
                    properties.get("title", ""),
                    series,
                    frame,
                    stacked=bool(properties.get("stacked")),
                )
            case "alarm":
                alarms = self.source.alarms(properties.get("alarms", []))
                return Markup(_written("alarms", alarms=alarms))
            case kind:
                return _sentence(f"Widgets of type {kind} are not drawn here.", look="none")

    def widget(self, number: int, query: Mapping[str, list[str]]) -> str:
        """One widget drawn anew."""
        body = self.source.body()
        return str(self.draw(body["widgets"][number], _minutes(query, body)))

    def call(self, number: int, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Call a custom widget's function as the console does; its cleaned HTML."""
        body = self.source.body()
        properties = body["widgets"][number]["properties"]
        params = properties.get("params", {})
        payload = asked.get("payload")
        endpoint = str(asked.get("endpoint") or properties["endpoint"])
        event = dict(payload) if isinstance(payload, Mapping) else dict(params)
        event["widgetContext"] = self._context(number, properties, params, asked)
        try:
            return {"html": clean.answer(self.source.call(endpoint, event))}
        except WidgetFailed as error:
            sentence = _sentence(f"This widget could not be drawn. {error}", alert=True)
            return {"html": sentence, "failed": True}

    def _context(
        self,
        number: int,
        properties: Mapping[str, Any],
        params: Mapping[str, Any],
        asked: Mapping[str, Any],
    ) -> dict[str, Any]:
        """docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_about"""
        now = int(time.time() * 1000)
        length = int(asked.get("minutes", 180)) * 60_000
        account = properties["endpoint"].split(":")[4:5]
        return {
            "dashboardName": self.source.dashboard,
            "widgetId": f"widget-{number + 1}",
            "accountId": account[0] if account else "",
            "locale": "en",
            "timezone": {"label": "UTC", "offsetISO": "+00:00", "offsetInMinutes": 0},
            "period": 300,
            "isAutoPeriod": True,
            "timeRange": {
                "mode": "relative",
                "start": now - length,
                "end": now,
                "relativeStart": length,
            },
            "theme": "dark" if asked.get("theme") == "dark" else "light",
            "linkCharts": True,
            "title": properties.get("title", ""),
            "forms": {"all": asked.get("forms", {})},
            "params": params,
            "width": int(asked.get("width", 600)),
            "height": int(asked.get("height", 300)),
        }


def _minutes(query: Mapping[str, list[str]], body: Mapping[str, Any]) -> int:
    text = query.get("range", [""])[0]
    allowed = {minutes for minutes, _ in _RANGES}
    default = min(minutes_of(str(body.get("start", ""))), _LOOK_BACK)
    return int(text) if text.isdigit() and int(text) in allowed else default


def _silent(error: BotoCoreError) -> str:
    return f"The cloud does not answer ({type(error).__name__})."


def _sentence(sentence: str, *, look: str = "", alert: bool = False) -> Markup:
    """A sentence in a widget's place."""
    return Markup(_written("said", said=sentence, look=look, alert=alert))


def _written(template: str, **values: Any) -> str:
    return _TEMPLATES.get_template(f"{template}.html.j2").render(**values)


class _ViewerHandler(BaseHTTPRequestHandler):
    pages: ViewerPages
    server: ThreadingHTTPServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: the page says what failed."""

    def do_GET(self) -> None:
        if not self._own_host():
            return
        try:
            self._get()
        except BotoCoreError as error:
            page = _written("frame", title="No cloud", said=_silent(error), alert=True)
            self._send(502, "text/html; charset=utf-8", page)

    def _get(self) -> None:
        where = urlsplit(self.path)
        query = parse_qs(where.query)
        if where.path == "/":
            self._send(200, "text/html; charset=utf-8", self.pages.page(query))
        elif where.path in ("/viewer.js", "/viewer.css"):
            kind = "text/javascript" if where.path.endswith("js") else "text/css"
            self._send(200, f"{kind}; charset=utf-8", (STATIC / where.path[1:]).read_text())
        elif (number := _number(where.path)) is not None:
            self._send(200, "text/html; charset=utf-8", self.pages.widget(number, query))
        else:
            self._send(404, "text/plain", "not found")

    def do_POST(self) -> None:
        if not self._own_host():
            return
        length = int(self.headers.get("Content-Length") or 0)
        number = _number(urlsplit(self.path).path)
        if (
            number is None
            or length > _LARGEST
            or self.headers.get("Content-Type") != "application/json"
            or self.headers.get("Origin") != f"http://{self.headers['Host']}"
        ):
            self.close_connection = True
            self._send(403, "text/plain", "refused")
            return
        asked = json.loads(self.rfile.read(length))
        try:
            answer = self.pages.call(number, asked)
        except BotoCoreError as error:
            sentence = _sentence(_silent(error), look="none", alert=True)
            answer = {"html": sentence, "failed": True}
        self._send(200, "application/json", json.dumps(answer))

    def _own_host(self) -> bool:
        """A page elsewhere may point its own name at 127.0.0.1: only our name is answered."""
        port = self.server.server_port
        if self.headers.get("Host") in (f"127.0.0.1:{port}", f"localhost:{port}"):
            return True
        self.close_connection = True
        self._send(403, "text/plain", "refused")
        return False

    def _send(self, status: int, kind: str, text: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", _POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)


def _number(path: str) -> int | None:
    head, _, tail = path.rpartition("/")
    return int(tail) if head == "/widget" and tail.isdigit() and len(tail) < 4 else None
