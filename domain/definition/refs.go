package definition

// AllAgents are the ids of the agents who serve the property or one of its
// departments. An id may come twice.
func (p *Property) AllAgents() []string {
	ids := p.Agents
	for _, d := range p.Departments {
		ids = append(ids[:len(ids):len(ids)], d.Agents...)
	}
	return ids
}

// Uses are the names of the named schedules that the property and its departments
// use. A name may come twice.
func (p *Property) Uses() []string {
	var names []string
	if p.Schedule.Name != "" {
		names = append(names, p.Schedule.Name)
	}
	for _, d := range p.Departments {
		if d.Schedule.Name != "" {
			names = append(names, d.Schedule.Name)
		}
	}
	return names
}
