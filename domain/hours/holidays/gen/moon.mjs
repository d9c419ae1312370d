// Days that follow the moon's phases and for which date-holidays lists no dates ahead. They are a day off where the
// calendar of a country rounds otherwise, so that holidays made of them are marked "estimated".
import { createRequire } from 'node:module'
import { first, last, number } from './fit.mjs'

const { full, newMoon } = createRequire(import.meta.url)('astronomia/moonphase')
const unixEpoch = 2440587.5 // as a Julian day

// phases lists the instants of a phase as fractional days from 1970-01-01, UTC within two minutes.
function phases (of) {
  const all = new Set()
  for (let y = first - 1; y <= last + 2; y += 1 / 24.8) all.add((of(y) - unixEpoch).toFixed(4))
  return [...all].map(Number).sort((a, b) => a - b)
}

const fullMoons = phases(full), newMoons = phases(newMoon)

// within picks the phase of each year whose local date is on or after a date, and before 30 days later.
function within (list, zone, month, day, offset = 0) {
  const days = list.map((n) => Math.floor(n + zone / 24))
  const found = []
  for (let y = first - 1; y <= last + 1; y++) {
    const start = number(y, month, day)
    const n = days.find((d) => d >= start)
    if (n !== undefined) found.push(n + offset)
  }
  return found
}

export const moon = {
  full_moon: fullMoons.map((n) => Math.floor(n + 5.5 / 24)),
  makha: within(fullMoons, 7, 2, 7),
  vesak: within(fullMoons, 8, 5, 5),
  asalha: within(fullMoons, 7, 7, 4),
  nyepi: within(newMoons, 8, 3, 5),
  thaipusam: within(fullMoons, 8, 1, 16),
  holi: within(fullMoons, 5.5, 2, 28),
  janmashtami: within(fullMoons, 5.5, 8, 2, 7),
  dashami: within(newMoons, 5.5, 9, 18, 10),
  // Diwali is the evening in which the new moon is still to come: the day before where it comes before sunset.
  diwali: within(newMoons, 5.5 - 17.6, 10, 17)
}
