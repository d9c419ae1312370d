package jobs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/deskbell/deskbell/domain/event"
	"github.com/deskbell/deskbell/jobs/engine"
	"github.com/deskbell/deskbell/jobs/enqueue"
	"github.com/deskbell/deskbell/jobs/erase"
)

// Tasks have events of visitors, their timers, and what agents and receivers were to be told of them. A task with events is written
// anew without those of a person, since it has events of others, too; asynq itself changes the payload of a task only before its
// time. All other tasks are of one visitor, and are removed.

// NewEraser makes an eraser over a store, and the queues beside it in Redis.
func NewEraser(s erase.Store, rdb redis.UniversalClient, partitions int, now func() time.Time) *erase.Eraser {
	return erase.New(s, taskEraser{queue{partitions: partitions}, asynq.NewInspectorFromRedisClient(rdb), rdb}, now)
}

// taskEraser implements erase.Tasks.
type taskEraser struct {
	queue   queue
	inspect *asynq.Inspector
	rdb     redis.UniversalClient
}

// Forget implements erase.Tasks.
func (t taskEraser) Forget(ctx context.Context, p engine.Person) (erase.Tasked, error) {
	var all erase.Tasked
	for _, queue := range t.queue.everyPartition() {
		for _, list := range []func(string, ...asynq.ListOption) ([]*asynq.TaskInfo, error){
			t.inspect.ListPendingTasks, t.inspect.ListScheduledTasks, t.inspect.ListRetryTasks, t.inspect.ListArchivedTasks, t.inspect.ListCompletedTasks,
			t.inspect.ListActiveTasks, // last, since tasks of the others come here
		} {
			if err := t.forgetIn(ctx, queue, list, p, &all); err != nil {
				return all, err
			}
		}
	}
	shown, err := t.shown(ctx, p)
	all.UnderWay = max(all.UnderWay, shown) // most of them are the same
	return all, err
}

// shown counts the tasks of a person that workers' signs of life show. asynq writes one every five seconds, with the payloads of what
// is under way, and Redis drops that of a worker that died after ten.
func (t taskEraser) shown(ctx context.Context, p engine.Person) (int, error) {
	servers, err := t.inspect.Servers()
	if err != nil {
		return 0, fmt.Errorf("listing what workers are busy with: %w", err)
	}
	var shown erase.Tasked
	for _, server := range servers {
		for _, w := range server.ActiveWorkers {
			task := &asynq.TaskInfo{ID: w.TaskID, Queue: w.Queue, Type: w.TaskType, Payload: w.TaskPayload, State: asynq.TaskStateActive}
			if err := t.forgetTask(ctx, task, p, &shown); err != nil {
				return 0, err
			}
		}
	}
	return shown.UnderWay, nil
}

// forgetIn goes over a list page by page. It reads a page before it changes anything of it, and what moves meanwhile the next pass finds.
func (t taskEraser) forgetIn(ctx context.Context, queue string, list func(string, ...asynq.ListOption) ([]*asynq.TaskInfo, error), p engine.Person, all *erase.Tasked) error {
	const page = 500
	for n := 1; ctx.Err() == nil; n++ {
		tasks, err := list(queue, asynq.PageSize(page), asynq.Page(n))
		if errors.Is(err, asynq.ErrQueueNotFound) {
			return nil // it never had a task
		}
		if err != nil {
			return fmt.Errorf("listing the tasks of %s: %w", queue, err)
		}
		for _, task := range tasks {
			if err := t.forgetTask(ctx, task, p, all); err != nil {
				return err
			}
		}
		if len(tasks) < page {
			return nil
		}
	}
	return ctx.Err()
}

func (t taskEraser) forgetTask(ctx context.Context, task *asynq.TaskInfo, p engine.Person, all *erase.Tasked) error {
	left, events, err := without(task, p)
	switch {
	case err != nil:
		return fmt.Errorf("reading the task %s of %s: %w", task.ID, task.Queue, err)
	case left != nil && events == 0:
		return nil
	case task.State == asynq.TaskStateActive:
		all.UnderWay++
		return nil
	case left == nil:
		if all.Tasks++; events > 0 {
			all.Tasks, all.Events = all.Tasks-1, all.Events+events
		}
		return t.remove(task)
	}
	all.Events += events
	return t.rewrite(ctx, task, left)
}

// without gives the payload of a task without a person: nil where nothing is left, and as it was, with no events taken out, where
// nothing is of them.
func without(task *asynq.TaskInfo, p engine.Person) (left []byte, events int, err error) {
	var is bool
	switch task.Type {
	case enqueue.EventsArgs{}.Kind():
		return withoutEvents(task.Payload, p)
	case WakeArgs{}.Kind():
		var args WakeArgs
		if json.Unmarshal(task.Payload, &args) == nil {
			property, visitor, ok := args.Subject.Visitor()
			is = ok && p.Is(property, visitor)
		}
	case ReplayArgs{}.Kind():
		var args ReplayArgs
		is = json.Unmarshal(task.Payload, &args) == nil && erase.About([]byte(args.Body), p)
	case NotifyArgs{}.Kind():
		var args NotifyArgs
		is = json.Unmarshal(task.Payload, &args) == nil && p.Is(args.Property, args.Visitor)
	}
	if is && p.Fields == nil {
		return nil, 0, nil
	}
	return task.Payload, 0, nil
}

// withoutEvents takes out the events of a person, or the facts of their names. What cannot be read as events was archived for that: it
// goes where the ids of the person are somewhere in it.
func withoutEvents(payload []byte, p engine.Person) (left []byte, events int, err error) {
	var args enqueue.EventsArgs
	if json.Unmarshal(payload, &args) != nil {
		if p.Fields == nil && bytes.Contains(payload, []byte(p.Property)) && bytes.Contains(payload, []byte(p.Visitor)) {
			return nil, 1, nil
		}
		return payload, 0, nil
	}
	for i := range args.Events {
		if d := &args.Events[i].Data; d.Chat != "" && p.Is(d.Property, d.Visitor) {
			p.Chats[d.Chat] = true // its other events need not name them
		}
	}
	kept := args.Events[:0:0]
	for i := range args.Events {
		e := &args.Events[i]
		switch is := p.Said(e); {
		case is && p.Fields == nil:
			events++
			continue
		case is:
			changed, err := event.Forget(e, p.Fields)
			if err != nil {
				return nil, 0, err
			}
			if changed {
				events++
			}
		}
		kept = append(kept, *e)
	}
	switch {
	case events == 0:
		return payload, 0, nil
	case len(kept) == 0:
		return nil, events, nil
	}
	args.Events = kept
	left, err = json.Marshal(args)
	return left, events, err
}

// remove removes a task. One that has moved on the next pass finds.
func (t taskEraser) remove(task *asynq.TaskInfo) error {
	err := t.inspect.DeleteTask(task.Queue, task.ID)
	if err != nil && !errors.Is(err, asynq.ErrTaskNotFound) {
		info, gone := t.inspect.GetTaskInfo(task.Queue, task.ID)
		if errors.Is(gone, asynq.ErrTaskNotFound) || gone == nil && info.State == asynq.TaskStateActive {
			return nil
		}
		return fmt.Errorf("removing the task %s of %s: %w", task.ID, task.Queue, err)
	}
	return nil
}

// rewriteTask replaces the message of a task, if it is still as it was read.
const rewriteTask = `-- KEYS task   ARGV before after
if redis.call('HGET', KEYS[1], 'msg') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'msg', ARGV[2])
return 1`

// rewrite gives a task another payload, whatever its state.
func (t taskEraser) rewrite(ctx context.Context, task *asynq.TaskInfo, payload []byte) error {
	key := taskPrefix(task.Queue) + task.ID
	before, err := t.rdb.HGet(ctx, key, "msg").Bytes()
	if errors.Is(err, redis.Nil) {
		return nil // it is done
	}
	if err != nil {
		return fmt.Errorf("reading the task %s of %s: %w", task.ID, task.Queue, err)
	}
	after, err := withPayload(before, payload)
	if err != nil {
		return fmt.Errorf("reading the task %s of %s: %w", task.ID, task.Queue, err)
	}
	if err := redis.NewScript(rewriteTask).Run(ctx, t.rdb, []string{key}, before, after).Err(); err != nil {
		return fmt.Errorf("writing the task %s of %s: %w", task.ID, task.Queue, err)
	}
	return nil
}

// payloadField is the number of the payload in asynq's message of a task (asynq.proto). TestErasedTasksRun holds it to that.
const payloadField protowire.Number = 2

// withPayload gives the message of a task with another payload. All else stays as it is, byte for byte.
func withPayload(message, payload []byte) (after []byte, err error) {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return nil, protowire.ParseError(n)
		}
		size := protowire.ConsumeFieldValue(number, kind, message[n:])
		if size < 0 {
			return nil, protowire.ParseError(size)
		}
		if number != payloadField {
			after = append(after, message[:n+size]...)
		}
		message = message[n+size:]
	}
	after = protowire.AppendTag(after, payloadField, protowire.BytesType)
	return protowire.AppendBytes(after, payload), nil
}
