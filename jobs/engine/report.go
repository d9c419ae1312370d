package engine

// Report collects the fields of one run of a job, for its line of the log.
type Report interface {
	// Field adds a field that alone is not worth a line.
	Field(name string, value any)
	// Did adds a field for an outcome.
	Did(name string, value any)
}
