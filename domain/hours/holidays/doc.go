// Package holidays is the public holidays of the world: 207 countries and the regions in which they differ, from one
// text, table.txt, in which each holiday is a line. No country is read before somebody asks for it.
//
//	country, ok := holidays.Find("FR")
//	list := country.In("57", holidays.Public)     // those of Moselle
//	list[0].Days(2026)                            // day numbers from 1970-01-01
//
// # The table
//
// A line of table.txt has five cells, of which the last may be missing:
//
//	public observed estimated 12:00-24:00 | 2016.. 06-17,tue-1,wed-2 | English name | local name | !BY SN
//
// The first cell has the type (public, bank, school or optional), and up to three remarks. "observed" is a day that
// stands in for another. "estimated" is a day that the sight of the moon decides, so that the law may set it a day
// earlier or later. A span of hours means that the holiday takes only this part of its date. The second cell is the rule,
// see [Holiday.Days]. The local name is missing where it is the English one. The last cell names the regions: those
// listed, or all but those listed after "!"; "." is the country without a region.
//
// The range from [First] to [Last] is the one that the generator has compared with its source, day by day. A rule such
// as "12-25" goes on outside it; dates that are listed do not.
//
// # How the table is made
//
// gen/generate.mjs asks npm date-holidays, pinned in gen/package.json, for every place and year, and finds the
// shortest rule that gives the same dates. gen/differences.txt corrects the source where the law says otherwise. The
// digests of all dates are checked in beside the table, so that a test holds this package's reading of the rules
// to that of the generator. It takes some minutes, Node 20 or newer, and the npm registry.
// The data is under CC BY-SA 3.0, see NOTICE.
//
//go:generate npm ci --silent --prefix gen
//go:generate node gen/generate.mjs
//go:generate rm -rf gen/node_modules
package holidays
