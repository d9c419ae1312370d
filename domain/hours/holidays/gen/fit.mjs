// Finds the shortest rule that gives a list of dates exactly. The grammar of rules is described in ../rule.go.

export const first = 2015, last = 2060

const day = 86400000
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

export const number = (y, m, d) => Date.UTC(y, m - 1, d) / day
export const text = (n) => new Date(n * day).toISOString().slice(0, 10)
const yearOf = (n) => new Date(n * day).getUTCFullYear()
const weekdayOf = (n) => new Date(n * day).getUTCDay()
const years = Array.from({ length: last - first + 3 }, (_, i) => first - 1 + i)

// easter is Sunday by the Gregorian computus (Meeus), orthodox by the Julian one, as a Gregorian date.
function easter (y) {
  const a = y % 19, b = Math.floor(y / 100), c = y % 100, d = Math.floor(b / 4), e = b % 4
  const f = Math.floor((b + 8) / 25), g = Math.floor((b - f + 1) / 3), h = (19 * a + b - d - g + 15) % 30
  const i = Math.floor(c / 4), k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7, m = Math.floor((a + 11 * h + 22 * l) / 451)
  const n = h + l - 7 * m + 114
  return number(y, Math.floor(n / 31), n % 31 + 1)
}

function orthodox (y) {
  const a = y % 4, b = y % 7, c = y % 19, d = (19 * c + 15) % 30, e = (2 * a + 4 * b - d + 34) % 7, n = d + e + 114
  return number(y, Math.floor(n / 31), n % 31 + 1) + Math.floor(y / 100) - Math.floor(y / 400) - 2
}

const signed = (n) => n === 0 ? '' : n > 0 ? `+${n}` : `${n}`
const two = (n) => String(n).padStart(2, '0')

// bases are the candidates for a list of day numbers: what to write, and the days that it gives.
function bases (days, hint, series) {
  const list = []
  const add = (name, of) => list.push({ name, days: years.map(of).filter((n) => n !== undefined) })
  const monthDays = new Map()
  const count = (m, d) => monthDays.set(`${two(m)}-${two(d)}`, [m, d])
  if (hint.monthDay) count(...hint.monthDay.split('-').map(Number))
  // A day far from where the holiday usually falls, as one moved for a jubilee, is left to be named by date.
  const ordinal = (n) => { const t = new Date(n * day); return Date.UTC(2023, t.getUTCMonth(), t.getUTCDate()) / day }
  const middle = days.map(ordinal).sort((a, b) => a - b)[days.length >> 1]
  const core = days.filter((n) => Math.abs(ordinal(n) - middle) <= 8)
  const usual = core.length >= 0.7 * days.length
  const low = Math.min(...core.map(ordinal)), high = Math.max(...core.map(ordinal))
  if (usual) {
    for (let n = low - 7; n <= high + 3; n++) { const t = new Date(n * day); count(t.getUTCMonth() + 1, t.getUTCDate()) }
  }
  for (const [name, [m, d]] of monthDays) add(name, (y) => number(y, m, d))
  for (const [name, of] of [['easter', easter], ['orthodox', orthodox]]) {
    const offsets = new Set(days.map((n) => n - of(yearOf(n))))
    if (offsets.size < 12) for (const offset of offsets) add(name + signed(offset), (y) => of(y) + offset)
  }
  const counts = weekdays.map((_, i) => core.filter((n) => weekdayOf(n) === i).length)
  if (usual) {
    for (const weekday of counts.keys()) {
      if (counts[weekday] < 0.5 * days.length) continue
      for (const [name, [m, d]] of monthDays) {
        add(`${weekdays[weekday]}>=${name}`, (y) => { const n = number(y, m, d); return n + (weekday - weekdayOf(n) + 7) % 7 })
      }
    }
  }
  if (hint.series && series.has(hint.series)) {
    list.push({ name: '@' + hint.series + signed(hint.offset), days: series.get(hint.series).map((n) => n + hint.offset) })
  } else if (!usual) {
    for (const [name, dates] of series) {
      const offset = days[1] - dates.reduce((a, b) => Math.abs(b - days[1]) < Math.abs(a - days[1]) ? b : a)
      if (Math.abs(offset) < 16) list.push({ name: '@' + name + signed(offset), days: dates.map((n) => n + offset), guessed: true })
    }
  }
  return list
}

const within = (n) => yearOf(n) >= first && yearOf(n) <= last

// tryBase finds the shift of each weekday that explains most, and counts what is left over.
function tryBase (base, days) {
  const spoken = days.map(yearOf), from = Math.min(...spoken), to = Math.max(...spoken)
  const bounded = base.days.filter((n) => yearOf(n) >= from && yearOf(n) <= to)
  const votes = weekdays.map(() => new Map())
  const free = new Set(days)
  for (const n of bounded) {
    let best
    for (const o of free) if (Math.abs(o - n) <= 8 && (best === undefined || Math.abs(o - n) < Math.abs(best - n))) best = o
    if (best !== undefined) free.delete(best)
    const v = votes[weekdayOf(n)], key = best === undefined ? 'none' : best - n
    v.set(key, (v.get(key) || 0) + 1)
  }
  const chosen = votes.map((v, i) => [...v].sort((a, b) => b[1] - a[1])[0]?.[0])
  const moves = [], only = []
  chosen.forEach((s, i) => {
    if (s === 'none') moves.push(weekdays[i] + '!')
    else if (s !== undefined && s !== 0) moves.push(weekdays[i] + signed(s))
    if (s !== 'none' && s !== undefined) only.push(weekdays[i] + (s === 0 ? '+0' : signed(s)))
  })
  const exclusive = only.length < moves.length
  const apply = (n) => { const s = chosen[weekdayOf(n)]; return s === 'none' ? undefined : s === undefined ? (exclusive ? undefined : n) : n + s }
  const predict = (a, b) => new Set(base.days.filter((n) => yearOf(n) >= a - 1 && yearOf(n) <= b + 1).map(apply).filter((n) => n !== undefined && within(n) && yearOf(n) >= a && yearOf(n) <= b))
  const wanted = new Set(days)
  const best = [[first, last], [from, last], [first, to], [from, to]].map(([a, b]) => {
    const given = predict(a, b)
    const missing = days.filter((n) => !given.has(n)), surplus = [...given].filter((n) => !wanted.has(n))
    const bounds = a === first && b === last ? '' : a === b ? `${a}..${a}` : `${a === first ? '' : a}..${b === last ? '' : b}`
    const mods = exclusive ? ['only', ...only] : moves
    return { bounds, mods, missing, surplus, cost: mods.length + 1.5 * (missing.length + surplus.length) + (bounds ? 0.4 : 0) }
  }).sort((a, b) => a.cost - b.cost)[0]
  return { ...best, name: base.name }
}

// fit returns the terms of a rule for sorted day numbers inside the range, verified, and what they cost a reader.
export function fit (days, length, hint, series) {
  const suffix = length > 1 ? '/' + length : ''
  const explicit = days.map((n) => text(n) + suffix).join(' ')
  let best = { cost: days.length, written: explicit }
  if (days.length <= 3) return { cost: 0.5 + 0.5 * days.length, written: explicit }
  for (const base of bases(days, hint, series)) {
    const t = tryBase(base, days)
    if (base.guessed && t.cost > 1) continue // a series that happens to be near is no rule
    const odd = base.name.includes('>=') ? (/-(01|08|15|22|25)$/.test(base.name) ? 0.02 : 0.05) : base.name === hint.monthDay ? -0.01 : base.name.startsWith('@') ? 0.03 : 0.01
    const cost = t.cost + odd + 0.5
    if (cost >= best.cost) continue
    const rule = [t.name, ...t.mods].join(',') + suffix
    const written = [t.bounds, rule, ...t.missing.map((n) => text(n) + suffix), ...t.surplus.map((n) => '-' + text(n))].filter(Boolean).join(' ')
    best = { cost, written }
  }
  const seen = dates(best.written, series).filter(([n]) => within(n)).map(([n]) => n).sort((a, b) => a - b)
  if (seen.join() !== days.join()) throw new Error(`${best.written} does not give ${days.map(text)}`)
  return best
}

// dates evaluates a rule: the days from the year before the range to the year after, each with its length.
export function dates (rule, series) {
  const all = new Map()
  let from = -Infinity, to = Infinity
  for (const term of rule.split(' ')) {
    const bounds = /^(\d{4})?\.\.(\d{4})?$/.exec(term)
    if (bounds) { from = +(bounds[1] ?? -Infinity); to = +(bounds[2] ?? Infinity); continue }
    if (/^-\d{4}-\d\d-\d\d$/.test(term)) { all.delete(number(...term.slice(1).split('-').map(Number))); continue }
    const [body, length = '1'] = term.split('/')
    const [name, ...mods] = body.split(',')
    const exact = /^(\d{4})-(\d\d)-(\d\d)$/.exec(name)
    if (exact) { all.set(number(+exact[1], +exact[2], +exact[3]), +length); continue }
    for (const n of named(name, series)) {
      const d = shifted(n, mods)
      if (d !== undefined && yearOf(d) >= from && yearOf(d) <= to) all.set(d, +length)
    }
  }
  return [...all]
}

function shifted (n, mods) {
  for (const mod of mods) {
    if (mod.slice(0, 3) !== weekdays[weekdayOf(n)]) continue
    return mod[3] === '!' ? undefined : n + Number(mod.slice(3))
  }
  return mods[0] === 'only' ? undefined : n
}

function named (name, series) {
  let m
  if ((m = /^@([a-z0-9_]+)([+-]\d+)?$/.exec(name)) && series.has(m[1])) return series.get(m[1]).map((n) => n + Number(m[2] ?? 0))
  if ((m = /^(easter|orthodox)([+-]\d+)?$/.exec(name))) return years.map((y) => (m[1] === 'easter' ? easter : orthodox)(y) + Number(m[2] ?? 0))
  if ((m = /^(\d\d)-(\d\d)$/.exec(name))) return years.map((y) => number(y, +m[1], +m[2]))
  if ((m = /^(\w{3})>=(\d\d)-(\d\d)([+-]\d+)?$/.exec(name))) {
    return years.map((y) => { const n = number(y, +m[2], +m[3]); return n + (weekdays.indexOf(m[1]) - weekdayOf(n) + 7) % 7 + Number(m[4] ?? 0) })
  }
  throw new Error(`unknown rule ${name}`)
}
