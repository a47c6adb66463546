package loop

import "hyt/trainer/model"

// prepared is one batch of rows, or why there is none.
type prepared struct {
	rows  []model.Row
	texts int // rows of an observation, which follow one another
	kinds []string
	err   error
}

// prefetch draws batches ahead of the step, from row first on. The
// goroutine closes nothing; it ends when stop is called, which waits for it.
func (t *Trainer) prefetch(first int) (batches <-chan prepared, stop func()) {
	out, quit, done := make(chan prepared, 2), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for index := first; ; index += t.Config.Batch * len(t.Source.Texts()) {
			p := t.prepare(index)
			select {
			case out <- p:
			case <-quit:
				return
			}
			if p.err != nil {
				return
			}
		}
	}()
	return out, func() { close(quit); <-done }
}

func (t *Trainer) prepare(first int) (p prepared) {
	p.texts = len(t.Source.Texts())
	for index := first; index < first+t.Config.Batch*p.texts; index++ {
		row, kind, err := t.Source.Row(index)
		if err != nil {
			return prepared{err: err}
		}
		p.rows, p.kinds = append(p.rows, row), append(p.kinds, kind)
	}
	return p
}
