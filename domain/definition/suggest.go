package definition

import "strings"

// suggest answers ` (did you mean "office"?)` where one of the names is close to what somebody wrote, else nothing.
func suggest(written string, names []string) string {
	if len(written) > 64 {
		return ""
	}
	best, nearest := 3+len(written)/6, "" // two slips, and more in a long word; letters that changed places are two
	for _, name := range names {
		if d := edits(strings.ToLower(written), strings.ToLower(name)); d < best && d < len(name) {
			best, nearest = d, name
		}
	}
	if nearest == "" {
		return ""
	}
	return ` (did you mean "` + nearest + `"?)`
}

// edits counts the bytes to insert, drop or change between two words (Levenshtein).
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
