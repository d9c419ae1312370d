package jobs

func (w *Worker) observeDelivery(destination, result string, n int) {}
