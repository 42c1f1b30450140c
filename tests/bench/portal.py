"""How long the server takes for each page of the portal: `python -m tests.bench.portal [times]`.

The demo clinic is served by gunicorn as `make run` serves it. Its patient signs in and asks for
each page so many times (30), on their own record and on one with a long story; then they book, and
each question is asked for while it is the open one. The promise is 60 ms at the median.

Beside the time in the server stand the processor time of the page (ours and PostgreSQL's together:
what is left of it on a machine that does nothing else), the statements, and the time waited for
them. `--only=care` narrows the pages, `--spanish` asks for them in the other language.
"""

import math
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.bench.demo import demo_clinic

TIMES, TARGET = 30, 60.0
# Each thread of each worker has a connection of its own, which plans its statements once.
WARM_UP = 8
_COST = re.compile(r"(\w+);dur=([\d.]+)")
HEAD = (
    "page", "wall p50", "p95", "CPU p50", "p95", "statements", "SQL p50", "kB", f"≤ {TARGET:.0f} ms"
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One page: what each of its answers cost, and how large it was."""

    name: str
    status: int
    costs: list[dict[str, float]]
    size: int

    def at(self, percent: float, *names: str) -> float:
        """The nearest-rank percentile of the sum of these costs."""
        ordered = sorted(sum(cost[name] for name in names) for cost in self.costs)
        return ordered[max(1, math.ceil(len(ordered) * percent / 100)) - 1]

    @property
    def processor(self) -> float:
        """Milliseconds of processor at the median, ours and PostgreSQL's."""
        return self.at(50, "cpu", "pg")

    def cells(self) -> list[str]:
        """The row of the table."""
        wall, reached = self.at(50, "wall"), {True: "yes", False: "NO"}
        return [
            self.name if self.status == 200 else f"{self.name} ({self.status})",
            *(f"{value:.1f}" for value in (wall, self.at(95, "wall"), self.processor)),
            f"{self.at(95, 'cpu', 'pg'):.1f}",
            f"{self.at(50, 'statements'):.0f}",
            f"{self.at(50, 'sql'):.1f}",
            f"{self.size / 1000:.0f}",
            f"{reached[wall <= TARGET]}, CPU {reached[self.processor <= TARGET]}",
        ]


def main() -> int:
    """Measure and print; 1 if a page broke or was not there for anybody."""
    numbers = [word for word in sys.argv[1:] if word.isdigit()]
    only = next((word[7:] for word in sys.argv if word.startswith("--only=")), "")
    times = int(numbers[0]) if numbers else TIMES
    with demo_clinic() as (servers, folder):
        from clinic.accounts.models import User
        from tests.bench.portal_pages import FIXED, records
        from tests.bench.web import serving

        now = datetime.now(UTC)
        user = User.objects.get(email="patient@dorsa.example")
        rows: list[Row] = []
        with serving(
            "gunicorn", servers.database_url, folder, application="tests.bench.counted:application"
        ) as web:
            for record in records(user, now):
                phone = _signed_in(web.address)
                measured = _of_record(phone, web.address, record, times, only)
                _print(record.name, measured)
                rows += measured
    seen = {row.name for row in rows}
    missing = [page for page in FIXED if page not in seen and only in page]
    broken = [row.name for row in rows if row.status >= 400]
    slow = [row for row in rows if row.at(50, "wall") > TARGET]
    heavy = [row for row in rows if row.processor > TARGET]
    print(f"{len(rows)} pages: {len(slow)} over {TARGET:.0f} ms, {len(heavy)} by processor alone")
    for words, names in (("not there for anybody", missing), ("broken", broken)):
        if names:
            print(f"{words}: {', '.join(names)}")
    return 1 if missing or broken else 0


def _signed_in(address):
    import requests

    from clinic.accounts.demo import DEMO_LOGINS

    login = next(one for one in DEMO_LOGINS if one.email.startswith("patient@"))
    phone = requests.Session()
    phone.headers["Accept-Language"] = "es" if "--spanish" in sys.argv else "en"
    # As a browser does, which is checked where a token is.
    phone.headers["Referer"] = address
    _say(phone, f"{address}/accounts/login/", login=login.email, password=login.password)
    if "sessionid" not in phone.cookies:
        raise RuntimeError("The demo's patient cannot sign in.")
    # A whole record is handed out after the password once more.
    _say(phone, f"{address}/accounts/reauthenticate/", password=login.password)
    return phone


def _say(phone, address, **said):
    page = phone.get(address).text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    phone.post(address, data=said | {"csrfmiddlewaretoken": token}).raise_for_status()


def _of_record(phone, address, record, times, only):
    from tests.bench.portal_pages import Booking

    rows = [
        _asked(phone, address, page, path, times)
        for page, path in record.addresses().items()
        if only in page
    ]
    if only in "book":
        booking = Booking(phone, address, record)
        rows += [_asked(phone, address, page, path, times) for page, path in booking.steps()]
        booking.leave()
    return rows


def _asked(phone, address, page, path, times):
    """One page, after a few that are not counted."""
    costs, warm_up = [], min(WARM_UP, times)
    for _number in range(warm_up + times):
        answer = phone.get(address + path, allow_redirects=False)
        told = _COST.findall(answer.headers["Server-Timing"])
        costs.append({name: float(value) for name, value in told})
    return Row(page, answer.status_code, costs[warm_up:], len(answer.content))


def _print(name, rows):
    from tests.bench.report import machine

    table = [list(HEAD), *(row.cells() for row in sorted(rows, key=lambda row: -row.processor))]
    widths = [max(len(line[n]) for line in table) for n in range(len(HEAD))]
    lines = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in table]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    print(f"\nThe record “{name}”, milliseconds; {machine()}\n\n" + "\n".join(lines), flush=True)


if __name__ == "__main__":
    sys.exit(main())
