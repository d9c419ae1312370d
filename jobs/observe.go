package jobs

// observeDelivery counts actions given to a destination.
func (w *Worker) observeDelivery(destination, result string, n int) {
	if w.Metrics != nil && n > 0 {
		w.Metrics.deliveries.WithLabelValues(destination, result).Add(float64(n))
	}
}
