package policynode

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"hyt/msgs/hyt_msgs"
	"hyt/msgs/std_msgs"
	"hyt/nodes/control"
	"hyt/nodes/execute"
	"hyt/nodes/observe"
	"hyt/policy"
	"hyt/policy/thought"
)

// goals begins the goals of ~/execute: it implements execute.Runner. Who judges whether
// a task is done publishes on task_done: a person, a simulator, another node, or this one
// where the model says so (see ending).
type goals struct {
	session *session
	limit   time.Duration // of one goal

	mu  sync.Mutex
	now *goal // nil: none
}

// goal is an execute.Task. Its channels have room for one; what does not fit is no
// news.
type goal struct {
	goals       *goals
	instruction string
	mode        policy.Mode // "": as the node does
	thoughts    chan *hyt_msgs.Thought
	ended       chan error // nil: done
}

var errTaskFailed = errors.New("the task failed (task_done is false)")

// Begin implements execute.Runner.
func (g *goals) Begin(asked hyt_msgs.ExecuteGoal) (execute.Task, error) {
	instruction, mode := strings.TrimSpace(strings.ToValidUTF8(asked.Instruction, "\uFFFD")), policy.Mode(asked.Mode)
	if err := g.check(instruction, mode); err != nil {
		return nil, err
	}
	next := &goal{goals: g, instruction: instruction, mode: mode, thoughts: make(chan *hyt_msgs.Thought, 1), ended: make(chan error, 1)}
	g.mu.Lock()
	g.now = next
	g.mu.Unlock()
	g.session.controller.SawInstruction(g.session.node.Now())
	g.session.planner.change(func(t *task) {
		t.instruction, t.goal = instruction, mode
		if mode == policy.Follow {
			t.follow = instruction
		}
	})
	return next, nil
}

// check says why a goal cannot be carried out now, or nil.
func (g *goals) check(instruction string, mode policy.Mode) error {
	if observe.MeansHold(instruction) {
		return fmt.Errorf("the instruction %q asks for nothing", instruction)
	}
	if mode != "" {
		if err := g.session.planner.model.Can(mode); err != nil {
			return err
		}
	}
	if mode == policy.Follow {
		if _, err := thought.Parse(instruction); err != nil {
			return err
		}
	}
	switch g.session.controller.Report(g.session.node.Now()).State {
	case control.Disarmed:
		return errors.New("the robot is not armed: call ~/arm first")
	case control.Stopped:
		return errors.New("the stop is latched: call ~/reset_stop first")
	}
	return nil
}

// Run implements execute.Task. When it returns, the robot holds, unless somebody has
// told it something else.
func (r *goal) Run(ctx context.Context, feedback func(*hyt_msgs.ExecuteFeedback)) (string, error) {
	g := r.goals
	defer g.end(r)
	limit := time.NewTimer(g.limit)
	defer limit.Stop()
	began, steps := time.Now(), 0 // steps: of the longest plan so far
	for {
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-limit.C:
			return "", fmt.Errorf("not done after %v (execute_timeout)", g.limit)
		case err := <-r.ended:
			return fmt.Sprintf("done after %.1f s", time.Since(began).Seconds()), err
		case thought := <-r.thoughts:
			f := &hyt_msgs.ExecuteFeedback{Thought: *thought}
			if steps = max(steps, len(thought.Plan)); steps > 0 {
				f.Progress = float32(steps-len(thought.Plan)) / float32(steps)
			}
			feedback(f)
		}
	}
}

func (g *goals) end(r *goal) {
	g.mu.Lock()
	g.now = nil
	g.mu.Unlock()
	g.session.planner.change(func(t *task) {
		t.goal = ""
		if t.instruction == r.instruction {
			t.instruction = ""
		}
		if r.mode == policy.Follow && t.follow == r.instruction {
			t.follow = ""
		}
	})
}

// told hears instructions: another one than the goal's ends the goal.
func (g *goals) told(instruction string) {
	g.finish(func(r *goal) bool { return instruction != r.instruction }, fmt.Errorf("another instruction came: %q", instruction))
}

// judged hears task_done.
func (g *goals) judged(m *std_msgs.Bool) {
	if m.Data {
		g.finish(always, nil)
		return
	}
	g.finish(always, errTaskFailed)
}

func always(*goal) bool { return true }

func (g *goals) finish(applies func(*goal) bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.now == nil || !applies(g.now) {
		return
	}
	select {
	case g.now.ended <- err:
	default:
	}
}

// thought hears thoughts.
func (g *goals) thoughtOf(m *hyt_msgs.Thought) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.now == nil {
		return
	}
	select {
	case g.now.thoughts <- m:
	default:
	}
}
