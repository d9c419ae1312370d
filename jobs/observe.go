package jobs

// delivered counts actions given to a destination.
func (m *Metrics) delivered(destination, result string, n int) {
	if m != nil && n > 0 {
		m.deliveries.WithLabelValues(destination, result).Add(float64(n))
	}
}
