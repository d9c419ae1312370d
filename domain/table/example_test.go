package table_test

import (
	"encoding/json"
	"fmt"

	"github.com/deskbell/deskbell/domain/table"
)

type shop struct {
	Name  string
	Size  string
	Owner owner
}

type owner struct{ Name string }

// shops is a table of keys, with a table in it.
func shops(byProgram bool) table.Kind[shop] {
	text := table.NewKind("text", map[string]any{"type": "string"}, func(at table.Place, tree any) string {
		s, ok := tree.(string)
		if !ok {
			at.Fault(table.Show(tree), "is not a text", "a text in quotes")
		}
		return s
	})
	owners := table.Object[owner]{Noun: "an owner", ByProgram: byProgram, Fields: []table.Field[owner]{
		table.Key("name", text, func(o *owner) *string { return &o.Name }, "Their name."),
	}}
	return table.Object[shop]{Noun: "a shop", ByProgram: byProgram, Fields: []table.Field[shop]{
		table.Key("name", text, func(s *shop) *string { return &s.Name }, "What it is called.").Mandatory(),
		table.Key("size", table.OneOf("a size", "small", "large"), func(s *shop) *string { return &s.Size }, "How large it is.").ByDefault("small"),
		table.Key("owner", owners.Kind(), func(s *shop) *owner { return &s.Owner }, "Who owns it."),
	}}.Kind()
}

// One table is read, gives a schema, and is written down for people.
func Example() {
	kind, r := shops(false), &table.Reader{}
	fmt.Printf("%+v\n", kind.Read(r.Root(), map[string]any{"name": "Acme", "owner": map[string]any{"nam": "Zoë"}, "size": "lage"}))
	fmt.Println(r.Faults.Err())

	schema, _ := json.MarshalIndent(kind.Schema["properties"].(map[string]any)["size"], "", "  ")
	fmt.Println(string(schema))

	for _, row := range table.Rows("shops.ID.", kind.Keys) {
		fmt.Println(row.Path, "·", row.Shape.Name, "·", row.Doc)
	}
	// Output:
	// {Name:Acme Size: Owner:{Name:}}
	// /owner/nam: "nam" is not a key of an owner; allowed: name (did you mean "name"?)
	// /size: "lage" is not a size; allowed: small, large (did you mean "large"?)
	// {
	//   "default": "small",
	//   "description": "How large it is.",
	//   "enum": [
	//     "small",
	//     "large"
	//   ]
	// }
	// shops.ID.name · text · What it is called.
	// shops.ID.size · `small`, `large` · How large it is.
	// shops.ID.owner · an owner · Who owns it.
	// shops.ID.owner.name · text · Their name.
}
