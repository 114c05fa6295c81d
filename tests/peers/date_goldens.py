"""Writes src/jinja/testdata/date_cases.txt: expressions over the datetime module with what Python prints."""
import datetime
import sys

import jinja2

NOW = datetime.datetime(2024, 2, 29, 13, 5, 9, 120000)

EXPRESSIONS = r'''
datetime.datetime(2024, 1, 1)
datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
datetime.datetime(2024, 1, 2, 3, 4, 5, 678)
datetime.datetime(2024, 1, 2, 3, 4, 5, 678).isoformat()
datetime.datetime(2024, 1, 2, 3, 4, 5).isoformat(' ', 'milliseconds')
datetime.datetime(2024, 1, 2, 3, 4).isoformat(timespec='minutes')
[datetime.datetime(2024, 1, 2, 3, 4, 5, 678), datetime.date(2024, 5, 6), datetime.timedelta(days=-1, seconds=5), datetime.time(1, 2)]
[datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc), datetime.timezone(datetime.timedelta(hours=-5))]
datetime.datetime(2024, 2, 29, 13, 5, 9).strftime('%Y-%m-%dT%H:%M:%SZ')
datetime.datetime(2024, 2, 29, 13, 5, 9, 42).strftime('%a %A %b %B %d %f %H %I %j %m %M %p %S %U %w %W %y %Y %% %c %x %X %G %V %u %e %D %F %T %R')
datetime.datetime(2021, 1, 3).strftime('%U %W %V %G %j %-d/%-m')
datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc).strftime('%z|%Z|%s')
datetime.datetime(2024, 1, 1).strftime('%z|%Z|')
datetime.date(2024, 12, 31).strftime('%Y%m%d %H')
datetime.datetime.strptime('2024-02-29 13:05:09.12', '%Y-%m-%d %H:%M:%S.%f')
datetime.datetime.strptime('29/Feb/2024:01:05 pm', '%d/%b/%Y:%I:%M %p')
datetime.datetime.strptime('2024-02-29T13:05:09+0530', '%Y-%m-%dT%H:%M:%S%z')
datetime.datetime.strptime('2024-02-29T13:05:09Z', '%Y-%m-%dT%H:%M:%S%z')
datetime.datetime.strptime('2024-02-29T13:05:09-08:00', '%Y-%m-%dT%H:%M:%S%z').isoformat()
datetime.datetime.strptime('13:05', '%H:%M')
datetime.datetime.strptime('2024060', '%Y%j')
datetime.datetime.strptime('20240102', '%Y%m%d').date()
datetime.datetime(2024, 1, 31) + datetime.timedelta(days=30, hours=5)
datetime.datetime(2024, 1, 31) - datetime.timedelta(weeks=1, microseconds=1)
datetime.date(2024, 3, 1) - datetime.timedelta(days=1)
datetime.date(2024, 3, 1) - datetime.date(2024, 2, 1)
(datetime.datetime(2024, 3, 1, 1) - datetime.datetime(2024, 2, 1)).total_seconds()
(datetime.datetime(2024, 3, 1, 1) - datetime.datetime(2024, 2, 1)).days
datetime.timedelta(days=1.5) * 2
datetime.timedelta(hours=1) / 4
datetime.timedelta(hours=5) // datetime.timedelta(hours=2)
datetime.timedelta(hours=5) / datetime.timedelta(hours=2)
-datetime.timedelta(hours=1)
datetime.timedelta(seconds=1.5)
datetime.timedelta(0)
datetime.timedelta(days=400, seconds=3661)
datetime.datetime(2024, 1, 1) < datetime.datetime(2024, 1, 2)
datetime.datetime(2024, 1, 1) == datetime.datetime(2024, 1, 1)
datetime.date(2024, 1, 1) != datetime.date(2024, 1, 2)
datetime.timedelta(days=1) > datetime.timedelta(hours=23)
datetime.datetime(2024, 5, 6, 7, 8).replace(hour=0, minute=0)
datetime.datetime(2024, 5, 6, 7, 8).replace(tzinfo=datetime.timezone.utc).isoformat()
datetime.datetime(2024, 5, 6, 7, 8).date()
datetime.datetime(2024, 5, 6, 7, 8).time()
datetime.datetime(2024, 5, 6).weekday() ~ datetime.datetime(2024, 5, 6).isoweekday()
datetime.date(2024, 5, 6).isocalendar()[1]
datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc).timestamp()
datetime.datetime.fromtimestamp(1700000000, datetime.timezone.utc)
datetime.datetime.fromtimestamp(1700000000.5, tz=datetime.timezone.utc)
datetime.datetime.utcfromtimestamp(0)
datetime.datetime.fromisoformat('2024-01-02T03:04:05+02:00')
datetime.datetime.fromisoformat('2024-01-02')
datetime.date.fromisoformat('2024-01-02')
datetime.datetime.combine(datetime.date(2024, 1, 2), datetime.time(3, 4))
datetime.datetime.combine(datetime.date(2024, 1, 2), datetime.datetime.min.time())
datetime.datetime(2024, 1, 1, 12, tzinfo=datetime.timezone.utc).astimezone(datetime.timezone(datetime.timedelta(hours=2)))
datetime.datetime(2024, 1, 1).year ~ datetime.datetime(2024, 1, 1).month
datetime.datetime(2024, 1, 1).tzinfo
datetime.datetime.max
datetime.date.min
'{:%Y/%m}'.format(datetime.date(2024, 1, 2))
'%s' % datetime.date(2024, 1, 2)
(datetime.date(2024, 1, 2), 1)
datetime.date(2024, 1, 2) | string | length
datetime.datetime(2024, 1, 1).toordinal()
datetime.datetime(2024, 1, 1) is defined
'''.strip("\n")


def main(path):
    env = jinja2.Environment()
    out = []
    for text in EXPRESSIONS.split("\n"):
        result = env.from_string("{{ " + text + " }}").render(datetime=datetime)
        out.append(f"{text}\t{result}")
    with open(path, "w") as file:
        file.write("\n".join(out) + "\n")


main(sys.argv[1] if len(sys.argv) > 1 else "src/jinja/testdata/date_cases.txt")
