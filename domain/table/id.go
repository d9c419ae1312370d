package table

import "strings"

const (
	// IDPattern is the pattern of the ids of definitions: of properties, agents, schedules.
	IDPattern = `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`
	// IDAllowed says it in words.
	IDAllowed = "a letter or digit, then up to 63 letters, digits, '.', '_' or '-'"
)

// ValidID tells whether s matches IDPattern.
func ValidID(s string) bool {
	for i := range len(s) {
		c := s[i]
		alphanumeric := c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9'
		if !alphanumeric && (i == 0 || !strings.Contains("._-", s[i:i+1])) {
			return false
		}
	}
	return s != "" && len(s) <= 64
}
