package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"deskbell.example/contract/api"
)

// readAnswers asks the operations that tell how things are, and those of pages, and says how many there were.
func readAnswers(ctx context.Context, c *api.ClientWithResponses, pageKey string) (int, error) {
	const property, agent, department, visitor = "acme", "lea", "sales", "v-go"
	opened := api.PutOverrideJSONRequestBody{Open: true, For: ptr("30m")}
	closed := api.PutDepartmentOverrideJSONRequestBody{Open: false, For: ptr("30m")}
	asked := []func() error{
		func() error {
			a, err := c.PutOverrideWithResponse(ctx, property, opened)
			return answered(a, err, func() bool { return a.JSON200.Open && a.JSON200.Until != nil })
		},
		func() error {
			a, err := c.GetOverrideWithResponse(ctx, property)
			return answered(a, err, func() bool { return a.JSON200.Override.Open && a.JSON200.Hours.Open })
		},
		func() error {
			a, err := c.PutDepartmentOverrideWithResponse(ctx, property, department, closed)
			return answered(a, err, func() bool { return !a.JSON200.Open && a.JSON200.Reason != "" })
		},
		func() error {
			a, err := c.GetDepartmentOverrideWithResponse(ctx, property, department)
			return answered(a, err, func() bool { return !a.JSON200.Override.Open })
		},
		func() error {
			a, err := c.DeleteDepartmentOverrideWithResponse(ctx, property, department)
			return answered(a, err, func() bool { return a.JSON200.Reason != "" })
		},
		func() error {
			a, err := c.DeleteOverrideWithResponse(ctx, property)
			return answered(a, err, func() bool { return a.JSON200.Reason != "" })
		},
		func() error {
			a, err := c.GetWidgetWithResponse(ctx, property, nil)
			return answered(a, err, func() bool { return a.JSON200.Departments != nil && a.JSON200.Status != "" })
		},
		func() error {
			a, err := c.GetAgentStatusWithResponse(ctx, agent)
			return answered(a, err, func() bool { return a.JSON200.Agent == agent && a.JSON200.Status != "" })
		},
		func() error {
			a, err := c.GetWhyWithResponse(ctx, agent)
			return answered(a, err, func() bool { return a.JSON200.Status != "" })
		},
		func() error {
			a, err := c.ListDeliveriesWithResponse(ctx, nil)
			return answered(a, err, func() bool { return len(a.JSON200.Destinations) > 0 && a.JSON200.Destinations[0].State != "" })
		},
		func() error {
			a, err := c.GetVisitorWithResponse(ctx, property, visitor)
			return answered(a, err, func() bool { return a.JSON200.Visitor == visitor && a.JSON200.Waiting != nil })
		},
		func() error {
			a, err := c.PostVisitorTokenWithResponse(ctx, property, visitor)
			return answered(a, err, func() bool { return a.JSON200.Visitor == visitor && a.JSON200.Token != "" })
		},
		func() error {
			a, err := c.GetOpeningHoursWithResponse(ctx, property, nil)
			return answered(a, err, func() bool { return a.ApplicationldJSON200.Type != "" })
		},
		func() error {
			a, err := c.ExportDefinitionsWithResponse(ctx)
			return answered(a, err, func() bool { return (*a.YAML200)["agents"] != nil })
		},
		func() error { return visitPage(ctx, c, pageKey) },
	}
	for _, ask := range asked {
		if err := ask(); err != nil {
			return 0, err
		}
	}
	return len(asked) + 1, nil // a page sends events, and reads a stream
}

// response is what the client gives of every operation.
type response interface {
	StatusCode() int
	GetBody() []byte
}

// answered checks an answer: it is a good one, and says what it has to.
func answered(a response, err error, says func() bool) error {
	if err != nil {
		return err
	}
	if a.StatusCode() >= http.StatusMultipleChoices || !says() {
		return fmt.Errorf("%T: %d %s", a, a.StatusCode(), a.GetBody())
	}
	return nil
}

// visitPage sends what a page may send, and reads the state and the first message for its visitor.
func visitPage(ctx context.Context, c *api.ClientWithResponses, key string) error {
	events, err := ofPage()
	if err != nil {
		return err
	}
	if want := members(new(api.PageEvent)); len(events) != want {
		return fmt.Errorf("a page may send %d types of events, and %d are sent", want, len(events))
	}
	a, err := c.PostPageEventsWithResponse(ctx, &api.PostPageEventsParams{Key: key}, api.PostPageEventsJSONRequestBody{Events: events})
	if err := answered(a, err, func() bool { return a.JSON202.Chat != nil && a.JSON202.Counts.Taken == int64(len(events)) }); err != nil {
		return err
	}
	stream, err := c.StreamPage(ctx, &api.StreamPageParams{Key: key, Token: &a.JSON202.Token, Visit: &a.JSON202.Visit})
	if err != nil {
		return err
	}
	defer stream.Body.Close()
	return readStream(stream.Body)
}

// readStream reads up to the first message.
func readStream(body io.Reader) error {
	lines, event := bufio.NewScanner(body), ""
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			event = name
		}
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		switch event {
		case "state":
			var state api.WidgetState
			if err := json.Unmarshal([]byte(data), &state); err != nil || state.Status == "" {
				return fmt.Errorf("a page reads %s: %v", data, err)
			}
		case "action":
			var a struct{ Type string } // the generator makes no type of what only a stream has
			if err := json.Unmarshal([]byte(data), &a); err != nil || a.Type == "message.send" {
				return err
			}
		}
	}
	return fmt.Errorf("the stream of a page ended before a message: %w", lines.Err())
}
