// Package zones has the rules of the world's time zones: the IANA time zone database, in a copy of Deskbell's own. So hours
// do not depend on the machine, and which rules are in force can be said: by [Version].
//
// A zone bears the name by which it was asked for, in the database's spelling: [Load] of "us/pacific" gives US/Pacific, with
// the rules of America/Los_Angeles, to which it is a link. Old names are names like others.
//
// The copy is zones.zip, a zip file of one TZif file (RFC 8536) for each zone, with the version and the links beside them. It is
// public domain, as the database is. To take a newer one, on a machine with Debian's package sources:
//
//	go generate ./domain/hours/zones
//
// which fetches Debian's package tzdata, unpacks it below dist/, and writes zones.zip and zones.sum by config/zonegen. The sum
// is over every transition from 1970 to 2050 as the package has it, and a test computes it again from the copy.
//
// windows.txt has the names of Windows for zones, which are refused with the right name as a hint. It is made by the same
// program from CLDR, whose licence is that of jobs/phrase.
package zones

//go:generate sh -c "mkdir -p ../../../dist/tzdata && cd ../../../dist/tzdata && rm -rf ./* && apt-get download tzdata && dpkg-deb -x tzdata_*.deb ."
//go:generate npm install --silent --no-save --prefix ../../../dist/cldr-48.2.0 cldr-core@48.2.0
//go:generate go run ../../../config/zonegen ../../../dist/tzdata/usr/share/zoneinfo ../../../dist/cldr-48.2.0/node_modules/cldr-core/supplemental/windowsZones.json .
