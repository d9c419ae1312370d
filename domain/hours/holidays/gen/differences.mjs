// Reads differences.txt: what is wrong in the source, and what the law says instead.
//
//   UA drop 2024.. | Victory Day            every event of that English name, in those years; * is any text
//   CH/GE,VD drop | Whit Monday             in these regions alone; "." is the country without a region
//   KR drop own | Korean New Year          not the days that stand in for it; a type may stand in place of own
//   UA add public | 2024.. 05-08 | Day … | День …      a line of the table
export function differences (text, first, last) {
  const drops = [], adds = []
  text.split('\n').forEach((line, i) => {
    if (!line.trim() || line.startsWith('#')) return
    const m = /^([A-Z]{2})(?:\/(\S+))? (drop|add) ?(.*)$/.exec(line)
    if (!m) throw new Error(`differences.txt:${i + 1}: ${line}`)
    const [, code, regions, verb, rest] = m
    const places = regions?.split(',').map((r) => r === '.' ? '' : r)
    const cells = rest.split('|').map((s) => s.trim())
    if (verb === 'add') adds.push({ code, places, cells })
    else {
      const bounds = /^(\d{4})?\.\.(\d{4})?$/.exec(cells[0]) ?? []
      const type = /^[a-z]+$/.test(cells[0]) ? cells[0] : ''
      if (!bounds.length && !type && cells[0]) throw new Error(`differences.txt:${i + 1}: ${cells[0]}`)
      drops.push({ code, places, type, from: +(bounds[1] ?? first - 1), to: +(bounds[2] ?? last + 1), pattern: new RegExp('^' + cells[1].split('*').map((s) => s.replace(/[.()+?]/g, '\\$&')).join('.*') + '$'), line: i + 1, met: false })
    }
  })
  const matches = (d, code, place) => d.code === code && (!d.places || d.places.includes(place))
  return {
    kept: (code, place, events) => events.filter((e) => {
      const year = new Date(e.day * 86400000).getUTCFullYear()
      const hit = drops.filter((d) => matches(d, code, place) && (!d.type || d.type === e.type || d.type === 'own' && !e.observed) && d.pattern.test(e.english) && year >= d.from && year <= d.to)
      hit.forEach((d) => { d.met = true })
      return !hit.length
    }),
    added: (code, all) => adds.filter((a) => a.code === code).map((a) => {
      const [head, rule, english, local = ''] = a.cells
      const month = /(\d\d)-(\d\d)/.exec(rule.replace(/\d{4}-/g, ''))
      return { line: [head, rule, english, local].join(' | '), order: month ? (month[1] - 1) * 31 + +month[2] : 100, places: all.filter((p) => !a.places || a.places.includes(p)) }
    }),
    unused: () => drops.filter((d) => !d.met)
  }
}
