package engine

import "container/list"

// kept holds values that are costly to make, as long as they fit into so many bytes: those that were not asked for the longest go first.
// The zero value with a bound is empty. It is for one goroutine at a time.
type kept[K comparable, V any] struct {
	most  int // bytes
	bytes int
	byKey map[K]*list.Element
	order list.List // of keptValue, the last that was asked for first
}

type keptValue[K comparable, V any] struct {
	key   K
	value V
	bytes int
}

// get gives the value of a key, where it is kept.
func (k *kept[K, V]) get(key K) (v V, ok bool) {
	e := k.byKey[key]
	if e == nil {
		return v, false
	}
	k.order.MoveToFront(e)
	return e.Value.(keptValue[K, V]).value, true //nolint:forcetypeassert // nothing else is in the list
}

// put keeps a value of about so many bytes, in place of the one that the key had. The newest stays, however large it is.
func (k *kept[K, V]) put(key K, value V, bytes int) {
	if k.byKey == nil {
		k.byKey = make(map[K]*list.Element)
	}
	if e := k.byKey[key]; e != nil {
		k.drop(e)
	}
	k.byKey[key] = k.order.PushFront(keptValue[K, V]{key, value, bytes})
	for k.bytes += bytes; k.bytes > k.most && k.order.Len() > 1; {
		k.drop(k.order.Back())
	}
}

func (k *kept[K, V]) drop(e *list.Element) {
	old := k.order.Remove(e).(keptValue[K, V]) //nolint:forcetypeassert // nothing else is in the list
	delete(k.byKey, old.key)
	k.bytes -= old.bytes
}
