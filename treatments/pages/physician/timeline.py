"""The picture of a person's story, and its table, as HTML.

Written here and not in the template, because a long story has hundreds of parts: what a template
takes for each of them is most of the time that the chart would take.
"""

from collections.abc import Iterable
from datetime import date

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from treatments.domain.amounts import shortest
from treatments.domain.timeline import Bar, Column, Line, Mark, Picture, Tick
from treatments.queries.story import Line as TableLine


def drawing(picture: Picture) -> SafeString:
    """What is inside the SVG: lines before words, so that none runs through a word."""
    parts = [
        _levels(picture.levels),
        _ticks(picture.ticks, picture),
        _bars(picture.bars),
        _mark_lines(picture.marks, picture),
        _mark_words(picture.marks),
        *(_scores(line) for line in picture.lines),
        _doses(picture.columns, picture),
    ]
    return format_html_join("\n", "{}", ((part,) for part in parts))


def rows(lines: Iterable[TableLine]) -> SafeString:
    """The same in words, a row for each."""
    return format_html_join(
        "\n",
        '<tr><td class="nowrap">{}</td><td>{}</td><td>{}</td></tr>',
        ((_day(line.on), line.kind, _linked(line)) for line in lines),
    )


def _linked(line: TableLine) -> str:
    return format_html('<a href="{}">{}</a>', line.href, line.text) if line.href else line.text


def _levels(levels: Iterable[tuple[int, int]]) -> SafeString:
    return format_html_join(
        "",
        '<line class="level" x1="40" x2="980" y1="{0}" y2="{0}" />'
        '<text class="axis" x="34" y="{1}" text-anchor="end">{2}</text>',
        ((y, y + 4, value) for value, y in levels),
    )


def _ticks(ticks: Iterable[Tick], picture: Picture) -> SafeString:
    top, bottom = picture.plot_top, picture.doses_bottom
    return format_html_join(
        "",
        '<line class="tick" x1="{0}" x2="{0}" y1="{1}" y2="{2}" />'
        '<text class="axis" x="{0}" y="{3}" text-anchor="middle">{4}</text>',
        ((tick.x, top, bottom, bottom + 18, _month(tick)) for tick in ticks),
    )


def _month(tick: Tick) -> str:
    return f"{tick.on:%b %Y}" if tick.shows_year else f"{tick.on:%b}"


def _bars(bars: Iterable[Bar]) -> SafeString:
    return format_html_join(
        "",
        '<g class="course-bar {}{}"><rect x="{}" y="{}" width="{}" height="18" rx="3" />'
        '<text x="{}" y="{}">{}</text></g>',
        (
            (
                bar.course.tone,
                " goes-on" if bar.goes_on else "",
                *(bar.x, bar.y, bar.width, bar.text_x, bar.text_y, bar.course.label),
            )
            for bar in bars
        ),
    )


def _mark_lines(marks: Iterable[Mark], picture: Picture) -> SafeString:
    return format_html_join(
        "",
        '<g class="mark is-{0}"><line x1="{1}" x2="{1}" y1="{2}" y2="{3}" /></g>',
        ((mark.event.tone, mark.x, mark.text_y - 12, picture.plot_bottom) for mark in marks),
    )


def _mark_words(marks: Iterable[Mark]) -> SafeString:
    return format_html_join(
        "",
        '<g class="mark is-{}"><text x="{}" y="{}" text-anchor="{}">{}</text></g>',
        (
            (mark.event.tone, mark.text_x, mark.text_y, mark.anchor, mark.event.label)
            for mark in marks
        ),
    )


def _scores(line: Line) -> SafeString:
    dots = format_html_join(
        "", '<circle cx="{}" cy="{}" r="5" />', ((dot.x, dot.y) for dot in line.dots)
    )
    return format_html(
        '<g class="score line-{}"><polyline points="{}" />{}</g>', line.number, line.path, dots
    )


def _doses(columns: Iterable[Column], picture: Picture) -> SafeString:
    return format_html_join(
        "",
        '<rect class="dose" x="{}" y="{}" width="10" height="{}" />'
        '<text class="axis" x="{}" y="{}">{} mg</text>',
        (
            (
                *(column.x - 5, column.y, column.height, column.x + 8),
                *(picture.doses_bottom - 4, shortest(round(column.dose.milligrams, 1))),
            )
            for column in columns
        ),
    )


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"
