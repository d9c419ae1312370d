// Package view answers what pages and people ask: the state of a widget, the hours of a property, the board, and the actions for a
// visitor's page. It changes nothing in the store.
//
// Its one path is load, decide for an instant, answer. A follower of store.Store.Follow says which subjects to read again.
//
// Reader (reader.go) gives committed states (status.go) and the board (board.go, board_state.go, board_day.go, board_week.go). Live (live.go) gives
// the state of a widget at this instant: live_load.go loads and keeps properties, live_property.go is one of them, live_watch.go
// passes changes on. VisitFeed (visit_feed.go) gives pages the actions of their visitors, as feed.go reads them from a record.
package view
