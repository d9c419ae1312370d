package main

import (
	"strings"
	"testing"

	"github.com/deskbell/deskbell/domain/trigger"
)

func TestREADMEListsEveryTypeOfTrigger(t *testing.T) {
	var rows [][]string
	for _, typ := range trigger.Types() {
		rows = append(rows, []string{"`" + string(typ) + "`", typ.Doc()})
	}
	checkTable(t, definitionsREADME, "trigger-types", markdownTable([]string{"Type", "When it starts, and when it is dropped after its delay"}, rows))
}

func TestREADMEListsEveryStart(t *testing.T) {
	var rows [][]string
	for _, s := range trigger.Starts() {
		rows = append(rows, []string{"`" + s.Name + "`", s.Doc})
	}
	checkTable(t, definitionsREADME, "trigger-starts", markdownTable([]string{"`on`", "When an advanced trigger starts"}, rows))
}

func TestREADMEListsEveryField(t *testing.T) {
	var rows [][]string
	for _, f := range trigger.Fields() {
		kind := string(f.Kind)
		if f.Unit != "" {
			kind += " of " + f.Unit
		}
		rows = append(rows, []string{"`" + f.Name + "`", kind, f.Doc})
	}
	checkTable(t, definitionsREADME, "trigger-fields", markdownTable([]string{"Field", "Kind", "What it holds"}, rows))
}

func TestREADMEListsEveryOperator(t *testing.T) {
	var rows [][]string
	for _, o := range trigger.Operators() {
		var kinds []string
		for _, k := range o.Kinds {
			kinds = append(kinds, string(k))
		}
		rows = append(rows, []string{"`" + o.Name + "`", strings.Join(kinds, ", "), string(o.Takes), o.Doc})
	}
	checkTable(t, definitionsREADME, "trigger-operators", markdownTable([]string{"Operator", "For fields of the kind", "Takes", "When it holds"}, rows))
}

func TestREADMEListsEveryPlaceholder(t *testing.T) {
	var rows [][]string
	for _, p := range trigger.Placeholders() {
		where := "every text"
		if p.Only != "" {
			where = "`" + string(p.Only) + "`"
		}
		rows = append(rows, []string{"`{{" + p.Name + "}}`", where, p.Doc})
	}
	checkTable(t, definitionsREADME, "placeholders", markdownTable([]string{"Placeholder", "In", "What it becomes"}, rows))
}
