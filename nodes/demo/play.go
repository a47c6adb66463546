package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"hyt/gazebo/eval"
	"hyt/gazebo/sim"
	"hyt/msgs/bus"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/node"
)

// director gives instructions and watches them carried out.
type director struct {
	watch  *watcher
	say    *bus.Publisher[*std_msgs.String]
	reset  bus.Client
	died   <-chan error
	out    io.Writer
	folder string
}

func newDirector(n *node.Node, w *watcher, died <-chan error, out io.Writer, folder string) (*director, error) {
	say, err := node.Advertise[*std_msgs.String](n, "instruction", bus.Default())
	if err != nil {
		return nil, err
	}
	reset, err := n.Bus().Client("/sim/reset", hyt_msgs.ResetService)
	if err != nil {
		return nil, err
	}
	return &director{watch: w, say: say, reset: reset, died: died, out: out, folder: folder}, nil
}

// ready waits until the simulator and the policy are there and a thought can come.
func (d *director) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, time.Minute, errors.New("the nodes were not up within a minute"))
	defer cancel()
	if err := d.reset.WaitForService(ctx); err != nil {
		return context.Cause(ctx)
	}
	running := func() bool { _, o := d.watch.now(); return o.Task != "" } // the simulator
	for d.say.Matched() == 0 || d.watch.allFigures()["state"] == "" || !running() {
		if err := d.sleep(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// result is how one episode went.
type result struct {
	task, instruction, thought string
	success                    bool
	seconds                    float64
}

// resetTimeout is enough for a Gazebo that starts anew on a busy machine.
const resetTimeout = time.Minute

// play resets the scene, says what is to be done and waits for the outcome.
func (d *director) play(ctx context.Context, task string, seed int64, film bool) (result, error) {
	if err := d.tell("stop"); err != nil {
		return result{}, err
	}
	var response hyt_msgs.ResetResponse
	call, cancel := context.WithTimeout(ctx, resetTimeout)
	defer cancel()
	if err := bus.Call(call, d.reset, &hyt_msgs.ResetRequest{Task: task, Split: "id", Seed: seed}, &response); err != nil {
		return result{}, fmt.Errorf("reset the scene: %w", err)
	}
	if !response.Success {
		return result{}, fmt.Errorf("reset the scene: %s", response.Message)
	}
	d.watch.forget()
	d.watch.actions.rest()
	reel := newReel(response.Instruction)
	if film {
		d.watch.filming(reel.add)
		defer d.watch.filming(nil)
	}
	if err := d.tell(response.Instruction); err != nil {
		return result{}, err
	}
	r, err := d.follow(ctx, task, seed, response.Instruction)
	if err != nil {
		return r, err
	}
	if film {
		d.watch.filming(nil)
		err = reel.write(filepath.Join(d.folder, task+".gif"))
	}
	return r, err
}

// follow prints thoughts as they change until the episode is over.
func (d *director) follow(ctx context.Context, task string, seed int64, instruction string) (result, error) {
	fmt.Fprintf(d.out, "\n%-6s %q\n", task, instruction)
	r := result{task: task, instruction: instruction}
	for {
		thought, o := d.watch.now()
		current := o.Task == task && o.Seed == seed
		if thought != "" && thought != r.thought {
			r.thought = thought
			fmt.Fprintf(d.out, "  %5.1f s  thinks: %s\n", o.TimeS, thought)
		}
		if current && (o.Verdict != "running" || o.TimeS > o.LimitS) {
			r.success, r.seconds = o.Verdict == "success", o.TimeS
			fmt.Fprintf(d.out, "  %5.1f s  %s   control %.2f Hz, act %.1f ms, thoughts %.1f Hz\n",
				o.TimeS, verdict(o), d.watch.actions.rate(), d.watch.figure("act_ms_p50"), d.watch.thoughts.rate())
			return r, nil
		}
		if err := d.sleep(ctx, 20*time.Millisecond); err != nil {
			return r, err
		}
	}
}

func verdict(o outcome) string {
	switch o.Verdict {
	case "success":
		return "SUCCESS"
	case "running":
		return "time is up"
	}
	return "failed: a mistake that ends the task"
}

func (d *director) tell(instruction string) error {
	return d.say.Publish(&std_msgs.String{Data: instruction})
}

// sleep waits, unless the demo is stopped or a node dies.
func (d *director) sleep(ctx context.Context, t time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case err := <-d.died:
		return err
	case <-time.After(t):
		return nil
	}
}

// reel keeps the pictures of an episode with the instruction and the thought of
// that moment.
type reel struct {
	film  *eval.Film
	title string
}

func newReel(instruction string) *reel {
	return &reel{film: eval.NewFilm(filmSize), title: fmt.Sprintf("%q", instruction)}
}

// filmSize is the side of a film's picture, pixels.
const filmSize = 256

func (r *reel) add(f sim.Frame, thought string) {
	_ = r.film.Add(f, 100*time.Millisecond, r.title, thought)
}

func (r *reel) write(path string) error {
	if r.film.Len() == 0 {
		return fmt.Errorf("no picture came while filming %s", path)
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := r.film.WriteGIF(f); err != nil {
		f.Close()
		return fmt.Errorf("write %s: %w", path, err)
	}
	return f.Close()
}
