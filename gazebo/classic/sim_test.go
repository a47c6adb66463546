package classic

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"testing"
	"time"

	"hyt/gazebo/embedded"
	"hyt/gazebo/sim"
	"hyt/gazebo/task"
)

func TestTry(t *testing.T) {
	t0 := time.Now()
	s, err := New("tabletop", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	em, err := embedded.New("tabletop")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("open", time.Since(t0))
	for _, tk := range []task.Task{task.Touch{}, task.Push{}, task.Place{}} {
		for seed := range int64(5) {
			e, err := tk.Episode(task.ID, seed)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range []sim.Sim{em, s} {
				t0 = time.Now()
				if err := w.Reset(e.Scene); err != nil {
					t.Fatal(err)
				}
				reset := time.Since(t0)
				t0 = time.Now()
				f, err := w.Render(sim.Overhead)
				if err != nil {
					t.Fatal(err)
				}
				save(fmt.Sprintf("/tmp/classic/%T-%s-%d.png", w, tk.Name(), seed), f)
				j, o := tk.Judge(e.Goal), tk.Oracle(e.Goal)
				v := j.See(w.State())
				n := 0
				for v == task.Running && w.State().Time < tk.Limit() {
					d := o.Decide(w.State())
					for range 5 {
						if err := w.Step(d.Command, 20*time.Millisecond); err != nil {
							t.Fatal(err)
						}
						v = j.See(w.State())
						n++
					}
				}
				f, _ = w.Render(sim.Overhead)
				save(fmt.Sprintf("/tmp/classic/%T-%s-%d-end.png", w, tk.Name(), seed), f)
				lost := 0
				if w == sim.Sim(s) {
					lost = s.session.lost
				}
				fmt.Printf("%T %s %d %q: reset %v, %v after %v, %d steps %.0f/s lost %d\n", w, tk.Name(), seed, e.Instruction, reset, v, w.State().Time, n, float64(n)/time.Since(t0).Seconds(), lost)
			}
		}
	}
}

func save(name string, f sim.Frame) {
	m := image.NewRGBA(image.Rect(0, 0, f.Width, f.Height))
	for i := range f.Width * f.Height {
		copy(m.Pix[4*i:], f.RGB[3*i:3*i+3])
		m.Pix[4*i+3] = 255
	}
	w, _ := os.Create(name)
	defer w.Close()
	png.Encode(w, m)
}
