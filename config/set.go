package config

// Find is the declaration of one of c's parameters.
func Find(c Config, name string) (Param, bool) {
	for _, p := range c.Params() {
		if p.Name == name {
			return p, true
		}
	}
	return Param{}, false
}

// Value is a new value of a parameter: bool, int64, float64, string, []float64,
// []string, or what YAML makes of them.
type Value struct {
	Name  string
	Value any
}

// Set gives c all of the values, or none of them and says why.
func Set(c Config, values ...Value) (err error) {
	params := c.Params()
	old := make([]any, len(params))
	byName := map[string]Param{}
	names := make([]string, len(params))
	for i, p := range params {
		old[i], byName[p.Name], names[i] = p.Value(), p, p.Name
	}
	defer func() {
		if err == nil {
			return
		}
		for i, p := range params {
			p.set(old[i])
		}
	}()
	for _, v := range values {
		p, known := byName[v.Name]
		if !known {
			return unknown(v.Name, names)
		}
		if err := p.assign(v.Value); err != nil {
			return err
		}
	}
	return c.Validate()
}
