package experiment

// Findings are a plan's results, as far as there are any: what a report is made of.
type Findings struct {
	Plan   *Plan
	Rounds []Round
	ByKey  map[string]*Result
	asked  []*Stage // by the rounds, each once, what is needed first
	// Other are results in the store that this plan does not ask for: of earlier
	// versions or other plans. They are kept, and listed.
	Other []*Result
}

// Find collects the plan's results from the store.
func Find(p *Plan, s Store) (*Findings, error) {
	rounds, err := p.Rounds()
	if err != nil {
		return nil, err
	}
	all, err := s.All()
	if err != nil {
		return nil, err
	}
	f := &Findings{Plan: p, Rounds: rounds, ByKey: map[string]*Result{}}
	asked := map[string]bool{}
	var ask func(s *Stage)
	ask = func(s *Stage) {
		if asked[s.Key()] {
			return
		}
		asked[s.Key()] = true
		for _, n := range s.Needs {
			ask(n.Stage)
		}
		f.asked = append(f.asked, s)
	}
	for _, r := range rounds {
		for _, stage := range r.stages() {
			ask(stage)
		}
	}
	for _, r := range all {
		if f.ByKey[r.Key] = r; !asked[r.Key] {
			f.Other = append(f.Other, r)
		}
	}
	return f, nil
}

// good is the result of a stage that ended well, or nil.
func (f *Findings) good(s *Stage) *Result {
	if r := f.ByKey[s.Key()]; r != nil && r.Error == "" {
		return r
	}
	return nil
}

// Done says whether a cell has all its results.
func (f *Findings) Done(c Cell) bool {
	for _, s := range c.stages() {
		if f.good(s) == nil {
			return false
		}
	}
	return true
}

// Asked are the plan's own results, each once, in the order of the rounds.
func (f *Findings) Asked() (list []*Result) {
	for _, s := range f.asked {
		if r := f.ByKey[s.Key()]; r != nil {
			list = append(list, r)
		}
	}
	return list
}
