package visit

// Forget takes the facts of some names out of what is known of a visitor: attributes, and those of the application's own. It tells
// whether there were any. An event that is merged later may tell them anew.
func (s *State) Forget(names []string) (changed bool) {
	for _, facts := range []map[string]Attribute{s.Attributes, s.Custom} {
		before := len(facts)
		for _, name := range names {
			delete(facts, name)
		}
		changed = changed || len(facts) != before
	}
	return changed
}
