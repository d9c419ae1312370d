package store

import "context"

// pager gives the records of a shard, page by page.
type pager interface {
	Shards() int
	Page(ctx context.Context, shard int, cursor string, limit int) ([]Record, string, error)
}

// Each calls f with every record that has a definition, some of them twice.
func Each(ctx context.Context, db pager, f func(Record)) error {
	for shard := range db.Shards() {
		cursor := ""
		for {
			records, next, err := db.Page(ctx, shard, cursor, 500)
			if err != nil {
				return err
			}
			for _, r := range records {
				if r.Rev != 0 {
					f(r)
				}
			}
			if cursor = next; cursor == "" {
				break
			}
		}
	}
	return nil
}
