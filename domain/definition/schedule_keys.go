package definition

func scheduleKeys() []entry { return nil }

func scheduleSchema() map[string]any { return map[string]any{} }
