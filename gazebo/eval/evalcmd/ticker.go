package evalcmd

import (
	"fmt"
	"io"
	"time"

	"hyt/gazebo/eval"
)

// ticker says now and then how far a run is.
type ticker struct {
	w      io.Writer
	every  time.Duration
	last   time.Time
	played int // by an earlier run, and by this
	won    int
	lost   int
}

func (t *ticker) tick(r eval.Result) {
	t.played++
	switch {
	case r.Success():
		t.won++
	case r.Lost != "":
		t.lost++
		fmt.Fprintf(t.w, "eval: %s was lost: %s\n", r.Name(), r.Lost)
	}
	if time.Since(t.last) > t.every {
		fmt.Fprintf(t.w, "eval: %d episodes played, %d succeeded, %d lost\n", t.played, t.won, t.lost)
		t.last = time.Now()
	}
}
