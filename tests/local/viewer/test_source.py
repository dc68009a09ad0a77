"""The viewer over a running local cloud, and the parts of it that need none."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from local.cloud import Cloud
from local.outside import OutsideWorld
from local.people import start as start_people
from local.viewer import charts, start
from local.viewer.charts import ChartSeries, Frame
from local.viewer.clean import answer, clean
from local.viewer.cloud import minutes_of, spelled_out


def fetched(url: str, data: bytes | None = None, **headers: str) -> tuple[int, str]:
    request = urllib.request.Request(url, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as got:
            return got.status, got.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_pages_say_that_the_cloud_does_not_answer(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    viewer = start(f"http://127.0.0.1:{port}", "dunlin")
    people = start_people(OutsideWorld(cloud=Cloud(pid=0, port=port, directory=tmp_path)))
    try:
        for url in (viewer.url, people.url):
            status, page = fetched(url)
            assert status == 502
            assert "The cloud does not answer" in page
        origin = viewer.url.rstrip("/")
        status, page = fetched(
            f"{origin}/widget/1", b"{}", Origin=origin, **{"Content-Type": "application/json"}
        )
        assert (status, "The cloud does not answer" in page) == (200, True)
        origin = people.url.rstrip("/")
        assert fetched(f"{origin}/mail/x/opened", b"", Origin=origin)[0] == 502
    finally:
        viewer.stop()
        people.stop()


@pytest.mark.parametrize(
    ("text", "minutes"), [("-PT3H", 180), ("-PT15M", 15), ("-P7D", 10080), ("", 180), ("x", 180)]
)
def test_relative_starts_are_read(text: str, minutes: int) -> None:
    assert minutes_of(text) == minutes


def test_short_forms_of_metrics_are_spelled_out() -> None:
    lines = spelled_out(
        [["N", "A", "d", "1"], [".", "B", ".", "."], ["...", "2", {"label": "two"}]]
    )
    assert [(line["name"], line["dimensions"][0]["Value"]) for line in lines] == [
        ("A", "1"),
        ("B", "1"),
        ("B", "2"),
    ]
    assert lines[2]["options"] == {"label": "two"}


def test_a_chart_escapes_labels_and_leaves_out_what_is_empty() -> None:
    frame = Frame(start=0, end=600, period=60)
    drawn = str(
        charts.chart(
            "<title>",
            [
                ChartSeries(label="<b>", points=((60, 3), (120, 5))),
                ChartSeries(label="none", points=()),
            ],
            frame,
            stacked=False,
        )
    )
    assert "<b>" not in drawn.replace("<b>8</b>", "")
    assert "none" not in drawn.replace('fill="none"', "")
    assert charts.chart("t", [], frame, stacked=True).count("No data") == 1


def test_axes_have_whole_steps() -> None:
    frame = Frame(start=0, end=600, period=60)
    for highest in (1, 5, 9, 11, 37, 99, 1001):
        drawn = str(
            charts.chart("t", [ChartSeries(label="a", points=((0, highest),))], frame, stacked=True)
        )
        assert ".50<" not in drawn
        assert ".25<" not in drawn


def test_cleaning_keeps_what_widgets_need_and_drops_what_runs() -> None:
    kept = clean(
        '<style>.a{color:red}</style><svg viewBox="0 0 1 1"><rect width="1"></rect></svg>'
        '<button type="button" class="btn">Go</button><cwdb-action action="call" display="popup" '
        'endpoint="arn" confirmation="sure?">{&quot;a&quot;: 1}</cwdb-action>'
        '<input name="q" value="x">'
    )
    for part in ("<style>", "viewBox", "<button", "cwdb-action", 'confirmation="sure?"', "<input"):
        assert part in kept
    gone = clean(
        '<script>1</script><iframe src="x"></iframe><p onclick="x">a</p><use href="#a"></use>'
        '<a href="javascript:x">b</a><form action="https://example.com"><object></object></form>'
    )
    for part in ("script", "iframe", "onclick", "<use", "javascript", "action", "object"):
        assert part not in gone


def test_answers_of_every_kind_become_html() -> None:
    assert answer({"markdown": "**x** <i>"}).strip() == "<p><strong>x</strong> &lt;i&gt;</p>"
    assert answer([1, "<b>"]).startswith("<pre>[\n  1,\n  &#34;&lt;b&gt;")
