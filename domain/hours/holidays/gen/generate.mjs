// Writes ../table.txt and ../digests.txt from npm date-holidays and differences.txt. Run it by `go generate`
// in the folder above. It asks date-holidays for each country and region in each year, and finds for each holiday the
// shortest rule that gives the same dates (fit.mjs). Nothing depends on today or on the zone of the machine.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dates, first, fit, last, number, text } from './fit.mjs'
import { differences } from './differences.mjs'
import { moon } from './moon.mjs'

const Holidays = createRequire(import.meta.url)('date-holidays')
const version = createRequire(import.meta.url)('date-holidays/package.json').version
const here = new URL('.', import.meta.url)
const types = ['public', 'bank', 'school', 'optional'] // "observance" is no day off
const islamic = /Muharram|Safar|Rabi|Jumada|Rajab|Sha'?ban|Ramadan|Shawwal|Dhu al/i

// Codes that ISO 3166-2 writes otherwise. Whit Monday is a holiday of South Tyrol alone, not of Trento.
const codes = {
  IT: { 32: 'BZ', '21-TO': 'TO', '25-MI': 'MI', '52-FI': 'FI', '62-RM': 'RM', '82-PA': 'PA' },
  GB: { ALD: null } // Alderney is in GG
}
const titles = { IT: { BZ: 'South Tyrol', TO: 'Turin', MI: 'Milan', FI: 'Florence', RM: 'Rome', PA: 'Palermo' } }
// Names of countries that date-holidays lacks in English, or that are out of date or official rather than usual.
const usual = {
  BD: 'Bangladesh', CI: 'Ivory Coast', CZ: 'Czechia', GM: 'Gambia', GQ: 'Equatorial Guinea', IT: 'Italy', MA: 'Morocco', MK: 'North Macedonia', ML: 'Mali', NE: 'Niger', SZ: 'Eswatini', TG: 'Togo'
}
// Countries without holidays of the whole country: their regions make the law.
const regional = ['AU', 'BA']
// The list that is meant where no region is given.
const standsFor = { GB: 'ENG' }

function placesOf (code) {
  const all = new Holidays()
  const places = [{ code: '', path: [] }]
  const add = (path, title) => {
    const own = path.join('-'), renamed = codes[code]?.[own]
    if (renamed !== null) places.push({ code: renamed ?? own, path, title: titles[code]?.[renamed] ?? title })
  }
  for (const [state, title] of Object.entries(all.getStates(code, 'en') ?? {})) {
    add([state], title)
    for (const [region, below] of Object.entries(all.getRegions(code, state, 'en') ?? {})) add([state, region], below)
  }
  if (standsFor[code]) places[0].path = [standsFor[code]]
  return places.map((p) => ({ ...p, code: p.code.toUpperCase() }))
}

const translations = new Map(readFileSync(new URL('english.txt', here), 'utf8').split('\n').filter((line) => line && !line.startsWith('#')).map((line) => {
  const [country, name, english, local] = line.split('|').map((cell) => cell.trim())
  return [country + '|' + name, { english, local }]
}))

const clock = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

// eventsOf lists what date-holidays says of a place, a holiday of several days as one event.
function eventsOf (country, place) {
  const source = new Holidays(), translated = new Holidays() // asking for a language sets it for good
  source.init(country, ...place.path)
  translated.init(country, ...place.path)
  const events = []
  for (let year = first - 1; year <= last + 1; year++) {
    const english = translated.getHolidays(year, 'en')
    for (const e of source.getHolidays(year)) {
      if (!types.includes(e.type)) continue
      const other = english.find((f) => f.rule === e.rule && f.date === e.date && f.type === e.type && !!f.substitute === !!e.substitute)
      // Bolivia's are apart, by the name alone.
      const observed = !!e.substitute || / \(substitut\w+\)$/.test(e.name)
      const clean = (name) => (observed ? name.replace(/\s*[（(][^()（）]*[)）]\s*$/, '') : name).replace(/[|\s]+/g, ' ').replace(/[’‘ʼ]/g, "'").trim()
      const local = clean(e.name), named = clean(other?.name ?? e.name)
      const better = translations.get(country + '|' + local) ?? translations.get(country + '|' + named)
      const [, y, m, d, hour, minute] = /^(\d+)-(\d\d)-(\d\d) (\d\d):(\d\d)/.exec(e.date).map(Number)
      const hours = Math.round((new Date(e.end) - new Date(e.start)) / 3600000 / 0.5) * 0.5
      const begins = hour * 60 + minute
      const partly = begins > 0 || hours < 23
      events.push({
        day: number(y, m, d),
        length: partly ? 1 : Math.max(1, Math.round(hours / 24)),
        span: partly ? `${clock(begins)}-${clock(Math.min(1440, begins + hours * 60))}` : '',
        type: e.type,
        rule: e.rule,
        local: better?.local ?? local,
        english: better?.english ?? named,
        observed,
        estimated: islamic.test(e.rule) && !/^\d{4}-/.test(e.rule)
      })
    }
  }
  return events
}

// hintOf reads what the source's own rule begins with: a date, or a day of a calendar that has no rule here.
function hintOf (rule) {
  const monthDay = /^(?:substitutes )?(\d\d-\d\d)\b/.exec(rule)?.[1]
  const dated = /^(\d+) ([A-Z][A-Za-z' -]*?[a-z])(?= P\d| if | and |$| since | \d\d:| #)/.exec(rule)
  if (dated) return { monthDay, series: dated[2].toLowerCase().replace(/[^a-z]+/g, '_'), offset: dated[1] - 1 }
  const other = /^((?:chinese|korean|vietnamese|bengali-revised) [\d-]+(?: solarterm)?|(?:march|june|september|december) (?:equinox|solstice)(?: in \S+)?)/.exec(rule)
  return { monthDay, series: other?.[1].toLowerCase().replace(/[^a-z0-9]+/g, '_'), offset: 0 }
}

// seriesOf collects the days of calendars that have no rule here: Islamic and Hebrew months, Chinese days, equinoxes.
function seriesOf (countries) {
  const series = new Map()
  for (const { places } of countries) {
    for (const { events } of places) {
      for (const e of events) {
        const { series: name, offset } = hintOf(e.rule)
        if (!name || e.observed || / if | and | not |#/.test(e.rule)) continue
        if (!series.has(name)) series.set(name, new Map())
        const votes = series.get(name), n = e.day - offset
        votes.set(n, (votes.get(n) ?? 0) + 1)
      }
    }
  }
  for (const [name, votes] of series) {
    const sorted = [...votes].sort((a, b) => a[0] - b[0])
    // Places whose clocks differ may see a moon or an equinox on neighbouring days: most of them decide.
    series.set(name, sorted.filter(([n, v]) => !sorted.some(([o, w]) => o !== n && Math.abs(o - n) < 8 && (w > v || w === v && o < n))).map(([n]) => n))
  }
  return series
}

// linesOf groups the events of a place into holidays, each with its rule.
function linesOf (events, series) {
  const groups = new Map()
  for (const e of events) {
    const head = [e.type + (e.observed ? ' observed' : '') + (e.estimated ? ' estimated' : '') + (e.span ? ' ' + e.span : ''), e.english, e.local === e.english ? '' : e.local]
    const key = [...head, e.length, e.rule].join('|')
    if (!groups.has(key)) groups.set(key, { head, length: e.length, rule: e.rule, days: new Set() })
    groups.get(key).days.add(e.day)
  }
  const heads = new Map()
  for (const g of groups.values()) {
    const days = [...g.days].filter((n) => n >= number(first, 1, 1) && n <= number(last, 12, 31)).sort((a, b) => a - b)
    const key = [...g.head, g.length].join('|')
    if (days.length) heads.set(key, [...(heads.get(key) ?? []), { ...g, days }])
  }
  const lines = []
  for (const parts of heads.values()) {
    const apart = parts.map((g) => fitted(g.days, g.length, g.rule, series))
    const days = [...new Set(parts.flatMap((g) => g.days))].sort((a, b) => a - b)
    const joined = fitted(days, parts[0].length, parts[0].rule, series)
    const one = parts.length === 1 || joined.cost <= apart.reduce((sum, f) => sum + f.cost, 0) + 0.1
    const rules = one ? [[joined, days]] : apart.map((f, i) => [f, parts[i].days])
    for (const [f, days] of rules) {
      const [head, english, local] = parts[0].head
      lines.push({ key: [head, f.written, english, local].join(' | '), order: place(days) })
    }
  }
  return lines
}

const memory = new Map()

function fitted (days, length, rule, series) {
  const key = [days.join(), length, rule].join('|')
  if (!memory.has(key)) memory.set(key, fit(days, length, hintOf(rule), series))
  return memory.get(key)
}

// place is where in the year a holiday usually falls, for the order of the lines.
const place = (days) => days.map((n) => new Date(n * 86400000)).map((t) => t.getUTCMonth() * 31 + t.getUTCDate()).reduce((a, b) => a + b) / days.length

function scope (places, all) {
  const has = all.filter((p) => places.has(p)), lacks = all.filter((p) => !places.has(p))
  if (!lacks.length) return ''
  const name = (p) => p || '.'
  return lacks.length < has.length ? '!' + lacks.map(name).join(' ') : has.map(name).join(' ')
}

const names = { ...new Holidays().getCountries('en'), ...usual }
const only = process.argv[2]?.split(',')
const countries = Object.keys(names).filter((c) => !only || only.includes(c)).sort().map((code) => {
  const places = placesOf(code)
  for (const place of places) place.events = eventsOf(code, place)
  return { code, places }
})
const changes = differences(readFileSync(new URL('differences.txt', here), 'utf8'), first, last)
const series = seriesOf(countries)
// The Ethiopian new year, until 2099. date-holidays does not know that calendar.
series.set('meskerem', Array.from({ length: last - first + 3 }, (_, i) => first - 1 + i).map((y) => number(y, 9, y % 4 === 3 ? 12 : 11)))
for (const [name, days] of Object.entries(moon)) series.set(name, days)
const used = new Set()
const body = [], digests = []
for (const { code, places } of countries) {
  const all = places.map((p) => p.code)
  const lines = new Map()
  const put = (line, order, place) => {
    if (!lines.has(line)) lines.set(line, { order, places: new Set() })
    lines.get(line).places.add(place)
  }
  for (const place of places) {
    for (const { key, order } of linesOf(changes.kept(code, place.code, place.events), series)) put(key, order, place.code)
  }
  for (const { line, order, places: named } of changes.added(code, all)) for (const p of named) put(line, order, p)
  const sorted = [...lines].sort((a, b) => a[1].order - b[1].order || (a[0] < b[0] ? -1 : 1))
  body.push('', `= ${code} | ${names[code]}${regional.includes(code) ? ' | regional' : ''}`)
  for (const p of places.slice(1)) body.push(`region | ${p.code} | ${p.title ?? ''}`.trimEnd())
  const facts = []
  for (const [line, { places: here }] of sorted) {
    const [head, rule, english, local] = line.split(' | ')
    body.push([head, rule, english, local ?? '', scope(here, all)].join(' | ').replace(/[ |]+$/, ''))
    for (const [, name] of rule.matchAll(/@([a-z0-9_]+)/g)) used.add(name)
    for (const [start, length] of dates(rule, series)) {
      for (let n = start; n < start + length; n++) {
        const date = text(n)
        if (+date.slice(0, 4) < first || +date.slice(0, 4) > last) continue
        for (const p of here) facts.push([code, p, date, head, english, local || english].join('|'))
      }
    }
  }
  digests.push(`${code} ${new Set(facts).size} ${createHash('sha256').update([...new Set(facts)].sort().join('\n')).digest('hex')}`)
}
const head = [
  `# The public holidays of the world, ${first} to ${last}. Written by go generate; do not edit: see doc.go.`,
  `# From date-holidays ${version}, CC BY-SA 3.0 (see NOTICE), with the corrections of gen/differences.txt.`,
  `years ${first} ${last}`,
  ...[...used].sort().map((name) => `@${name} ${series.get(name).map(text).join(' ')}`)
]
const unused = changes.unused().filter((d) => !only || only.includes(d.code))
if (unused.length) throw new Error('differences.txt: these lines meet nothing: ' + unused.map((d) => d.line))
const target = only ? process.stdout : null
if (target) target.write([...head.slice(0, 3), ...body].join('\n') + '\n')
else {
  writeFileSync(new URL('../table.txt', here), [...head, ...body].join('\n') + '\n')
  writeFileSync(new URL('../testdata/digests.txt', here), digests.join('\n') + '\n')
}
