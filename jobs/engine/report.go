package engine

// Report takes what one run of a job has to say: it becomes one line of the log.
type Report interface {
	// Field adds a field that alone is not worth a line.
	Field(name string, value any)
	// Did adds a field that says what was done.
	Did(name string, value any)
}
