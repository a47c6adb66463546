package bagcmd

import (
	"fmt"
	"io"
	"os"
	"time"
)

// How often progress is shown: in place on a terminal, line by line elsewhere.
const (
	redrawEvery = 200 * time.Millisecond
	lineEvery   = 10 * time.Second
)

// progress says how far long work has come.
type progress struct {
	out      io.Writer
	verb     string
	total    uint64
	terminal bool
	drawn    bool
	last     time.Time
}

func newProgress(out io.Writer, verb string, total uint64) *progress {
	p := &progress{out: out, verb: verb, total: total, last: time.Now()}
	if f, ok := out.(*os.File); ok {
		stat, err := f.Stat()
		p.terminal = err == nil && stat.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// show says that done messages are done, if it is time to say so.
func (p *progress) show(done uint64) {
	every, start, end := lineEvery, "", "\n"
	if p.terminal {
		every, start, end = redrawEvery, "\r", ""
	}
	if time.Since(p.last) < every {
		return
	}
	p.last, p.drawn = time.Now(), true
	fmt.Fprintf(p.out, "%s%s %d of %d messages%s", start, p.verb, done, p.total, end)
}

// end leaves the line that was drawn.
func (p *progress) end() {
	if p.terminal && p.drawn {
		fmt.Fprintln(p.out)
	}
}
