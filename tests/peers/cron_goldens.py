"""Writes src/run/testdata/cron_zones.txt and cron_corpus.txt: when cron expressions are due, found by trying every
minute of UTC with Python's zoneinfo and a matcher that shares nothing with Leat's.

cron_zones.txt: ZONE | EXPRESSION | number of ticks in 2024 and 2025 | FNV-1a of them | ticks of the days around shifts
cron_corpus.txt: EXPRESSION | five ticks after 2024-01-31T12:34:56Z, in UTC
With croniter installed, the corpus is compared with it as well."""
import bisect
import calendar
import datetime as dt
import pathlib
import sys
import zoneinfo

FOLDER = pathlib.Path(__file__).resolve().parents[2] / 'src/run/testdata'
ZONES = ['America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Havana', 'Asia/Kathmandu']
IN_ZONES = ['30 2 * * *', '0 0 * * *', '15,45 1-3 * * *', '*/20 * * * *', '0 * * * *', '10 */2 * * *', '5 2 * * sun',
            '0 3 L * *', '0 12 29 2 *', '59 1 15W * ?', '45 1 * * 7#1', '0 0 1 * mon', '0-59/30 2 * * *', '* 2 * * *',
            '20 0,23 * 3,11 *', '@weekly']
# Expressions that manuals print: crontab(5), Wikipedia, crontab.guru's examples, Quartz' tutorial (without its
# seconds and years), Kubernetes, GitHub Actions, Airflow's presets.
PUBLISHED = '''
* * * * *
*/2 * * * *
1-59/2 * * * *
*/3 * * * *
*/5 * * * *
*/10 * * * *
*/15 * * * *
*/30 * * * *
30 * * * *
0 * * * *
0 */2 * * *
0 */3 * * *
0 */6 * * *
0 */8 * * *
0 */12 * * *
0 9-17 * * *
0 0 * * *
0 1 * * *
0 2 * * *
0 8 * * *
0 9 * * *
0 0 * * 0
0 0 * * 1
0 0 * * SUN
0 0 * * MON
0 0 * * TUE
0 0 * * FRI
0 0 * * 1-5
0 0 * * 6,0
0 0 * * 0-6
0 0 1 * *
0 0 2 * *
0 0 1 */2 *
0 0 1 */3 *
0 0 1 */6 *
0 0 1 1 *
5 0 * 8 *
15 14 1 * *
0 22 * * 1-5
23 0-20/2 * * *
5 4 * * sun
0 0,12 1 */2 *
0 4 8-14 * *
0 0 1,15 * 3
0 0 1,15 * 4
30 4 1,15 * 5
5 0 * * *
0 22 * * 1-5
45 23 * * 6
1 0 * * *
23 0-23/2 * * *
0,5,10,15,20,25,30,35,40,45,50,55 * * * *
30 5,17 * * *
30 5 * * 1,3
20 17 * * *
0 3 13 * 5
0 12 * * ?
15 10 ? * *
15 10 * * ?
* 14 * * ?
0/5 14 * * ?
0/5 14,18 * * ?
0-5 14 * * ?
10,44 14 ? 3 WED
15 10 ? * MON-FRI
15 10 15 * ?
15 10 L * ?
15 10 L-2 * ?
15 10 ? * 5L
15 10 ? * FRIL
15 10 ? * 5#3
0 12 1/5 * ?
11 11 11 11 ?
0 9 1W * ?
0 9 15W * ?
0 9 LW * ?
0 17 ? * 1#1,3#3
0 0 29 2 *
0 0 31 * *
0 0 30 1,3,5-7 *
0 0 * * sat-sun
0 0 * * fri-mon
0 0 * jan-mar mon
0 4 * * 7
0 0 13 * 5
0 0 */2 * sun
0 0 1-7 * mon
0 8-10/2 * * *
@yearly
@annually
@monthly
@weekly
@daily
@midnight
@hourly
'''.split('\n')[1:-1]
PRESETS = {'@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *', '@monthly': '0 0 1 * *', '@weekly': '0 0 * * 0',
           '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@hourly': '0 * * * *'}
NAMES = {name: str(i + 1) for i, name in enumerate('JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split())}
DAYS = {name: str(i) for i, name in enumerate('SUN MON TUE WED THU FRI SAT'.split())}


def plain(item, low, high, value):
    """Whether an item without L, W and # holds the value."""
    span, _, step = item.partition('/')
    if span in '*?':
        first, last = low, high
    elif '-' in span:
        first, last = (int(x) for x in span.split('-'))
    else:
        first = int(span)
        last = high if step else first
    order = list(range(first, last + 1)) if first <= last else list(range(first, high + 1)) + list(range(low, last + 1))
    return value in order[::int(step or 1)]


class Matcher:
    def __init__(self, expression):
        text = PRESETS.get(expression, expression).upper()
        self.minute, self.hour, self.day, month, weekday = text.split()
        for name, number in NAMES.items():
            month = month.replace(name, number)
        for name, number in DAYS.items():
            weekday = weekday.replace(name, number)
        self.month, self.weekday = month, weekday.replace('6-0', '6-7')
        self.known = {}
        self.minutes = {m for m in range(60) if any(plain(i, 0, 59, m) for i in self.minute.split(','))}
        self.hours = {h for h in range(24) if any(plain(i, 0, 23, h) for i in self.hour.split(','))}
        self.fixed = self.minute[0] != '*' and self.hour[0] != '*'

    def day_item(self, item, date, last):
        workdays = [d for d in range(1, last + 1) if date.replace(day=d).weekday() < 5]
        if item == 'L':
            return date.day == last
        if item == 'LW':
            return date.day == workdays[-1]
        if item.startswith('L-'):
            return date.day == last - int(item[2:])
        if item.endswith('W'):
            return int(item[:-1]) <= last and date.day == min(workdays, key=lambda d: abs(d - int(item[:-1])))
        return plain(item, 1, 31, date.day)

    def weekday_item(self, item, date, last):
        mine = (date.weekday() + 1) % 7
        same = lambda what: int(what) % 7 == mine
        if '#' in item:
            which, nth = item.split('#')
            return same(which) and (date.day - 1) // 7 + 1 == int(nth)
        if item.endswith('L'):
            return same(item[:-1]) and date.day + 7 > last
        if item[0] in '*?':
            return plain(item, 0, 6, mine)
        if '-' in item and int(item.split('/')[0].split('-')[0]) > int(item.split('/')[0].split('-')[1]):
            return plain(item, 0, 6, mine)
        return plain(item, 0, 7, mine) or (mine == 0 and plain(item, 0, 7, 7))

    def on(self, date):
        if date not in self.known:
            last = calendar.monthrange(date.year, date.month)[1]
            day = any(self.day_item(i, date, last) for i in self.day.split(','))
            week = any(self.weekday_item(i, date, last) for i in self.weekday.split(','))
            star = self.day[0] in '*?' or self.weekday[0] in '*?'
            month = any(plain(i, 1, 12, date.month) for i in self.month.split(','))
            self.known[date] = month and ((day and week) if star else (day or week))
        return self.known[date]

    def __call__(self, local):
        return local.minute in self.minutes and local.hour in self.hours and self.on(local.date())


def every_minute(zone):
    """UTC minute, local time without zone, whether it comes for the second time."""
    out, at = [], dt.datetime(2023, 12, 31, tzinfo=dt.timezone.utc)
    while at < dt.datetime(2026, 1, 2, tzinfo=dt.timezone.utc):
        local = at.astimezone(zone)
        out.append((at, local.replace(tzinfo=None, fold=0), local.fold))
        at += dt.timedelta(minutes=1)
    return out


def due(minutes, matcher):
    ticks, before = [], None
    for at, local, fold in minutes:
        if before and matcher.fixed and local - before > dt.timedelta(minutes=1):
            skipped = before + dt.timedelta(minutes=1)
            while skipped < local and not matcher(skipped):
                skipped += dt.timedelta(minutes=1)
            if skipped < local:
                ticks.append(at)
        before = local
        if matcher(local) and not (matcher.fixed and fold) and (not ticks or ticks[-1] != at):
            ticks.append(at)
    return [t for t in ticks if t.year in (2024, 2025)]


def fnv(ticks):
    value = 0xcbf29ce484222325
    for byte in ' '.join(str(int(t.timestamp())) for t in ticks).encode():
        value = (value ^ byte) * 0x100000001b3 % 2 ** 64
    return f'{value:016x}'


def zones():
    lines = []
    for name in ZONES:
        minutes = every_minute(zoneinfo.ZoneInfo(name))
        shifts = [b[0] for a, b in zip(minutes, minutes[1:]) if b[1] - a[1] != dt.timedelta(minutes=1)]
        for expression in IN_ZONES:
            ticks = due(minutes, Matcher(expression))
            near = []
            for shift in shifts:
                from_ = bisect.bisect_left(ticks, shift - dt.timedelta(hours=4))
                to = bisect.bisect_left(ticks, shift + dt.timedelta(hours=4))
                near += ticks[from_:to]
            shown = ' '.join(t.strftime('%Y-%m-%dT%H:%MZ') for t in near[:40])
            lines.append(f'{name} | {expression} | {len(ticks)} | {fnv(ticks)} | {shown}')
        print(name, len(shifts), 'shifts', file=sys.stderr)
    return lines


def corpus():
    lines = []
    for expression in dict.fromkeys(PUBLISHED):
        matcher, ticks, at = Matcher(expression), [], dt.datetime(2024, 1, 31, 12, 35)
        while len(ticks) < 5:
            if not matcher.on(at.date()):
                at = dt.datetime.combine(at.date() + dt.timedelta(days=1), dt.time())
                continue
            if matcher(at):
                ticks.append(at)
            at += dt.timedelta(minutes=1)
        lines.append(f"{expression} | {' '.join(t.strftime('%Y-%m-%dT%H:%MZ') for t in ticks)}")
        compare(expression, ticks)
    return lines


def compare(expression, ticks):
    try:
        import croniter
    except ImportError:
        return
    if expression[0] == '@' or 'W' in expression.split()[2] or 'L-' in expression or '*/2 * sun' in expression:
        return  # it knows no W and L-2, and takes a step for no star
    text = expression.replace('FRIL', 'L5').replace('5L', 'L5').replace('fri-mon', 'fri,sat,sun,mon')
    cron = croniter.croniter(text, dt.datetime(2024, 1, 31, 12, 34, 56))
    theirs = [cron.get_next(dt.datetime) for _ in range(5)]
    if theirs != ticks:
        print('croniter differs:', expression, theirs, ticks, file=sys.stderr)


if __name__ == '__main__':
    (FOLDER / 'cron_corpus.txt').write_text('\n'.join(corpus()) + '\n')
    (FOLDER / 'cron_zones.txt').write_text('\n'.join(zones()) + '\n')
