package api

import (
	"fmt"

	"github.com/danielgtaylor/huma/v2"

	"github.com/deskbell/deskbell/domain/definition"
	"github.com/deskbell/deskbell/domain/hours"
)

// How many faults an answer has, and how many of one event. Whoever has more mends these first.
const (
	mostFaults      = 200
	mostEventFaults = 20
)

// mostFaultBytes bounds the faults of an answer.
const mostFaultBytes = 128 << 10

// How long the parts of a fault are, in bytes. The longest list of allowed words, that of the types of events, fits.
const (
	mostPlace   = 1000
	mostMessage = 1000
)

// details are faults as they are answered, so many and so many bytes at most, and how many were left out. It takes the bytes off.
func details(faults hours.Faults, most int, bytes *int) (list []*huma.ErrorDetail, leftOut int) {
	for _, f := range faults[:min(len(faults), most)] {
		message := f.Problem
		if f.Allowed != "" {
			message += "; allowed: " + f.Allowed
		}
		d := &huma.ErrorDetail{Location: clip(f.Path, mostPlace), Message: clip(message, mostMessage)}
		if f.Value != "" {
			d.Value = f.Value
		}
		if *bytes -= len(d.Location) + len(d.Message) + len(f.Value) + faultBytes; *bytes < 0 {
			break
		}
		list = append(list, d)
	}
	return list, len(faults) - len(list)
}

// faultBytes are those of a fault in JSON beside its parts.
const faultBytes = 40

// clip shortens a text to so many bytes.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	end := most - len("…")
	for end > 0 && s[end]&0xC0 == 0x80 { // within a character
		end--
	}
	return s[:end] + "…"
}

func asErrors(details []*huma.ErrorDetail) []error {
	errs := make([]error, len(details))
	for i, d := range details {
		errs[i] = d
	}
	return errs
}

// refused lists the faults of something that is refused whole.
func refused(faults definition.Faults) error {
	bytes := mostFaultBytes
	list, leftOut := details(faults, mostFaults, &bytes)
	said := "it is refused, and nothing was changed"
	if leftOut > 0 {
		said += fmt.Sprintf("; %d more faults are left out", leftOut)
	}
	return huma.Error422UnprocessableEntity(said, asErrors(list)...)
}
