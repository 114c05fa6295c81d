"""evidence_raw_data.py PROJECT: writes invented rows where a dbt project reads files that its repository does not hold
(kept in Git LFS, downloaded, or extracted by another tool), with the columns that its models read. The same each time."""
import csv, datetime, json, pathlib, random, sys

root = pathlib.Path(sys.argv[1])
chance = random.Random(7)
day = datetime.date.fromisoformat


def write(path, columns, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open('w', newline='') as out:
        table = csv.writer(out)
        table.writerow(columns)
        table.writerows(rows)


def replace(model, sql):
    if model.exists():
        model.unlink()
        model.with_suffix('.sql').write_text(sql.strip() + '\n')


def read(path):
    with path.open(encoding='utf-8-sig') as file:
        return list(csv.DictReader(file))


def jaffle(folder):
    customers, stores = read(folder / 'raw_customers.csv'), read(folder / 'raw_stores.csv')
    products = read(folder / 'raw_products.csv')
    orders, items = [], []
    for i in range(3000):
        placed = datetime.datetime(2016, 9, 1, 8) + datetime.timedelta(hours=3 * i)
        chosen = chance.sample(products, 1 + i % 3)
        price = sum(int(each['price']) for each in chosen)
        tax = price * 6 // 100
        orders.append([f'order-{i}', customers[i * i % 400]['id'], placed.isoformat(), stores[i % 4 if i > 900 else 0]['id'],
                       price, tax, price + tax])
        items += [[f'item-{i}-{n}', f'order-{i}', each['sku']] for n, each in enumerate(chosen)]
    write(folder / 'raw_orders.csv', 'id customer ordered_at store_id subtotal tax_paid order_total'.split(), orders)
    write(folder / 'raw_items.csv', 'id order_id sku'.split(), items)


def nobel(folder):
    folder.mkdir(exist_ok=True)
    categories = ['Physics', 'Chemistry', 'Physiology or Medicine', 'Literature', 'Peace', 'Economic Sciences']
    countries = ['USA', 'Germany', 'France', 'Japan', 'Sweden', 'Poland', 'Italy', 'India', 'Canada', 'Spain', 'Norway', 'China']
    text = lambda value: {'en': value}
    people = []
    for i in range(600):
        year, country = 1901 + i % 122, countries[i * 7 % 12]
        at = countries[i * 5 % 12]
        is_body = i % 40 == 39
        prize = {'awardYear': year, 'category': text(categories[4 if is_body else i % 6]), 'portion': ['1', '1/2', '1/3', '1/4'][i % 4],
                 'sortOrder': '1', 'motivation': text('for what was invented here'), 'dateAwarded': f'{year}-11-{10 + i % 9}',
                 'prizeAmount': 150000 + i, 'prizeAmountAdjusted': 9000000 + i,
                 'affiliations': [{'nameNow': text(f'University {i % 17}'), 'countryNow': text(at), 'locationString': text(f'Town {i % 17}, {at}')}]}
        born = {'date': f'{year - 40 - i % 30}-' + ('00-00' if i == 5 else f'03-0{1 + i % 9}'), 'place': {'locationString': text(f'Town, {country}'), 'countryNow': text(country)}}
        person = {'id': str(i + 1), 'wikipedia': {'english': 'w'}, 'wikidata': {'id': f'Q{i}'}, 'nobelPrizes': [prize]}
        if is_body:
            person |= {'orgName': text(f'Body {i}')}
        else:
            person |= {'fullName': text(f'Laureate {i}'), 'gender': 'female' if i % 5 == 0 else 'male', 'birth': born}
            if year < 1960: person['death'] = {'date': f'{year + 30}-05-05'}
        people.append(person)
    (folder / 'laureates.json').write_text(json.dumps({'laureates': people}))
    (folder / 'prizes.json').write_text(json.dumps({'nobelPrizes': []}))


def basketball(root):
    teams = read(root / 'data/nba/nba_team_ratings.csv')
    names = [team['team_long'] for team in teams]
    rows = []
    for i in range(2500):
        home, away = names[i % 30], names[(i * 7 + 3) % 30]
        if home == away: continue
        a, b = 1500 + i % 90, 1500 + i * 3 % 90
        rows.append([day('2020-10-21') + datetime.timedelta(days=i // 2 % 1200), 2021 + i // 900, 0, 'r', home, away, a, b, 0.6, 0.4, a + 4, b - 4,
                     90 + i % 37, 88 + i * 5 % 37])
    write(root / 'data/nba/nba_elo.csv',
          'date season neutral playoff team1 team2 elo1_pre elo2_pre elo_prob1 elo_prob2 elo1_post elo2_post score1 score2'.split(), rows)
    short = {team['team_long']: team['alt_key'] for team in teams}
    games = []
    for game in read(root / 'data/nba/nba_results.csv'):
        try:
            on = datetime.datetime.strptime(game['Date'], '%a %b %d %Y').date()
        except ValueError:
            continue
        home, away = short.get(game['Home/Neutral']), short.get(game['Visitor/Neutral'])
        score = chance.randint(95, 135)
        if home and away: games.append([f'g{len(games)}', on, home, away, score, score + chance.choice([-9, -4, 3, 8])])
    write(root / 'dlt/data/nba/nba_data/games/games.csv',
          'game_id date home_team_abbreviation away_team_abbreviation home_points away_points'.split(), games)
    games = []
    for i, game in enumerate(read(root / 'data/nfl/nfl_schedule.csv')):
        done = int(game['Week']) <= 6
        a, b = 20 + i % 13, 10 + i % 9
        games.append([i, game['Date'], game['Week'], 2, done, 0, game['HomeTm'], game['VisTm'], game['HomeTm'], a if done else '',
                      game['VisTm'], b if done else ''])
    write(root / 'dlt/data/nfl/nfl_data/games/games.csv',
          'event_id date week season_type completed neutral_site home_team away_team winner winner_pts loser loser_pts'.split(), games)
    (root / 'data/data_catalog').mkdir(parents=True, exist_ok=True)
    # Models in Python are not run by Leat: SQL of the same columns stands for them, by simpler rules.
    models = root / 'transform/models'
    for league, teams in (('nba', 'team_long'), ('nfl', 'team')):
        margin = ', abs(home_team_score - visiting_team_score) as margin' if league == 'nfl' else ''
        replace(models / league / f'prep/{league}_elo_rollforward.py', f"""
select game_id, visiting_team, v.elo_rating::double as visiting_team_elo_rating, home_team, h.elo_rating::double as home_team_elo_rating,
       winning_team, case when winning_team = home_team then -4.5 else 5.5 end as elo_change{margin}
from {{{{ ref('{league}_latest_results') }}}} r
join {{{{ ref('{league}_raw_team_ratings') }}}} v on v.{teams} = visiting_team
join {{{{ ref('{league}_raw_team_ratings') }}}} h on h.{teams} = home_team
""")
        simulator = 'reg_season_simulator' if league == 'nba' else 'nfl_reg_season_simulator'
        replace(models / league / f'analysis/{league}_tiebreakers_optimized.py', f"""
with wins as (
    select scenario_id, winning_team as team, case when winning_team = home_team then home_conf else visiting_conf end as conference, count(*) as wins
    from {{{{ ref('{simulator}') }}}} group by all
)
select *, row_number() over (partition by scenario_id, conference order by wins desc, team) as rank, '' as division, 'wins' as tiebreaker_used from wins
""")


def coffee(root):
    folder = root / 'raw'
    kinds = ['Fruity', 'Nutty', 'Floral', 'Chocolate']
    stamp = lambda i: f'{1 + i % 12}/{1 + i % 28:02}/2024 {1 + i % 12}:30 PM'
    flavors = [[f'f{i}', f'Flavor {i}', ', '.join(kinds[i % 4:i % 4 + 2]), '2024-05-01'] for i in range(24)]
    coffees = []
    for i in range(80):
        taste = '; '.join(f'Flavor {(i * 5 + n) % 24}' for n in range(3))
        coffees.append([f'c{i}', f'Coffee {i}', f'o{i % 6}', f'Region {i % 9}', f'r{i % 7}', f'Roaster {i % 7}', 'Yes' if i % 3 else 'No',
                        ['Good', 'Good', 'Fine', 'Bad'][i % 4], f'2024-{1 + i % 12:02}-{1 + i % 28:02}', 'Yes' if i % 9 == 0 else 'No',
                        ['Light', 'Medium', 'Dark'][i % 3], 'Caturra, Bourbon', ['Washed', 'Natural'][i % 2], 1200 + i * 5, 1300 + i * 5, taste,
                        stamp(i), stamp(i), stamp(i)])
    write(folder / 'coffees.csv', ('coffee_id name origin_id region roaster_id roaster available rating rated_date decaf roast varietals process '
                                   'elevation_min elevation_max flavors created creation_date modified_date').split(), coffees)
    write(folder / 'flavors.csv', 'flavor_id flavor categories modified_date'.split(), flavors)
    write(folder / 'origins.csv', 'origin_id country region modified_date'.split(),
          [[f'o{i}', country, region, '2024-05-01'] for i, (country, region) in enumerate(
              [('Ethiopia', 'Africa'), ('Kenya', 'Africa'), ('Colombia', 'Americas'), ('Brazil', 'Americas'), ('Peru', 'Americas'), ('Yemen', 'Asia')])])
    write(folder / 'roasters.csv', 'roaster_id name website modified_date'.split(),
          [[f'r{i}', f'Roaster {i}', 'https://example.org', '2024-05-01'] for i in range(7)])
    air = root / 'raw/airtable'
    write(air / 'coffees.csv', ('id name roaster origin region available decaf roast varietal process elevation_min_ elevation_max_ flavors favorite '
                                'created _fivetran_synced').split(),
          [[f'recC{i}', f'Coffee {i}', f'["recR{i % 7}"]', f'["recO{i % 6}"]', '', 'true', 'false', 'Light', 'Caturra', 'Washed', 1200, 1300,
            f'["recF{i % 24}"]', 'false', '2023-02-01', '2024-01-01'] for i in range(60)])
    write(air / 'ratings.csv', 'id coffee date rating brew_method _fivetran_synced'.split(),
          [[f'recT{i}', f'["recC{i % 60}"]', f'2023-{1 + i % 12:02}-{1 + i % 28:02}', ['Good', 'Fine', 'Bad'][i % 3], 'V60', '2024-01-01'] for i in range(180)])
    write(air / 'roasters.csv', 'id name website _fivetran_synced'.split(), [[f'recR{i}', f'Roaster {i}', '', '2024-01-01'] for i in range(7)])
    write(air / 'flavors.csv', 'id flavor categories _fivetran_synced'.split(), [[f'recF{i}', f'Flavor {i}', '["Fruity"]', '2024-01-01'] for i in range(24)])
    write(air / 'origins.csv', 'id name region _fivetran_synced'.split(), [[f'recO{i}', f'Origin {i}', 'Africa', '2024-01-01'] for i in range(6)])
    path = root / 'models/staging/collections/_collections__sources.yml'
    path.write_text(path.read_text().replace('s3://slunsford-analytics/collections/coffee/', 'raw/'))
    path = root / 'models/staging/airtable/_airtable__sources.yml'
    path.write_text(path.read_text().replace('    database: fivetran\n', '').replace(
        '    loader: fivetran\n', '    meta:\n      external_location: "raw/airtable/{name}.csv"\n    loader: fivetran\n'))
    (root / 'profiles.yml').write_text('coffee:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: reports/coffee.duckdb, schema: prod}\n')
    connection = root / 'reports/sources/md/connection.yaml'
    connection.write_text('name: md\ntype: duckdb\noptions:\n  filename: ../../coffee.duckdb\n')


def shop(folder):
    days = lambda i: day('2010-12-01') + datetime.timedelta(days=i % 370)
    countries = ['United Kingdom', 'France', 'Germany', 'Spain']
    items = [[f'5{36365 + i // 4}', f'S{i % 60}', f'THING {i % 60}', 1 + i % 12, f'{days(i // 4)}', 1.25 + i % 9, 12346 + i // 4 % 300, countries[i % 4],
              f'{days(i // 4)}'] for i in range(4000)]
    write(folder / 'order_items.csv', 'InvoiceNo StockCode Description Quantity InvoiceDate UnitPrice CustomerID Country invoice_date'.split(), items)


def needful(folder):
    if (folder / 'marketing_spend.sql').exists():
        write(folder / 'marketing_spend.csv', 'month_begin marketing_channel spend'.split(),
              [[f'2019-{month:02}-01', channel, 1000 + month * 70 + n * 333] for month in range(1, 13)
               for n, channel in enumerate(['Google Paid', 'Facebook Paid', 'Bing Paid', 'TikTok Paid'])])
    if (folder / 'named_reviews.sql').exists():
        write(folder / 'reviews.csv', 'id order_id nps_score'.split(), [[i, i + 1, i % 11] for i in range(400)])
        write(folder / 'named_reviews.csv', 'order_id nps_score first_name last_name'.split(),
              [[i + 1, i % 11, f'First{i % 50}', f'Last{i % 70}'] for i in range(400)])


if (root / 'sources/ecommerce').is_dir(): shop(root / 'sources/ecommerce')
if (root / 'sources/needful_things').is_dir(): needful(root / 'sources/needful_things')
if (root / 'jaffle-data').is_dir(): jaffle(root / 'jaffle-data')
if (root / 'models/staging/stg_individual_laureates.sql').exists(): nobel(root / 'raw_data')
if (root / 'data/nba').is_dir(): basketball(root)
if (root / 'models/staging/collections').is_dir(): coffee(root)
