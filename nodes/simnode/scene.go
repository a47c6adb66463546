package simnode

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"hyt/gazebo/sim"
	"hyt/gazebo/task"
	"hyt/msgs/hyt_msgs"
	"hyt/msgs/std_msgs"
)

// outcome is what ~/outcome says, as JSON: on each change and once a second.
type outcome struct {
	Task        string  `json:"task"`
	Split       string  `json:"split"`
	Seed        int64   `json:"seed"`
	Instruction string  `json:"instruction"`
	Verdict     string  `json:"verdict"` // running, success or failure
	TimeS       float64 `json:"time_s"`  // simulated seconds since the reset
	LimitS      float64 `json:"limit_s"` // that the task may take
}

// serve answers a request for another scene.
func (w *world) serve(ctx context.Context, s scene) hyt_msgs.ResetResponse {
	if s.Task == "" {
		s.Task = w.episode.Task.Name()
	}
	if s.Split == "" {
		s.Split = string(w.episode.Split)
	}
	if err := w.reset(ctx, s); err != nil {
		return hyt_msgs.ResetResponse{Message: err.Error()}
	}
	w.node.Log().Info("new scene", "task", s.Task, "split", s.Split, "seed", s.Seed, "instruction", w.episode.Instruction)
	return hyt_msgs.ResetResponse{
		Success: true, Message: fmt.Sprintf("%s, %s, seed %d", s.Task, s.Split, s.Seed),
		Instruction: w.episode.Instruction,
	}
}

// reset puts a scene on the table. After an error the one before stays.
func (w *world) reset(ctx context.Context, s scene) error {
	t, err := task.ByName(s.Task)
	if err != nil {
		return err
	}
	split, err := task.ParseSplit(s.Split)
	if err != nil {
		return err
	}
	e, err := t.Episode(split, s.Seed)
	if err != nil {
		return err
	}
	if err := w.sim.Reset(ctx, e.Scene); err != nil {
		return fmt.Errorf("scene %s %s %d: %w", s.Task, s.Split, s.Seed, err)
	}
	if err := errors.Join(w.view.scene(e.Scene), w.eye.scene(e.Scene)); err != nil {
		return err
	}
	w.episode, w.judge = e, t.Judge(e.Goal)
	w.judge.See(w.sim.State())
	w.command.clear()
	w.said = outcome{}
	return nil
}

// tell shows the state to the judge and publishes the verdict; on task_done, too, once
// it is final.
func (w *world) tell(state sim.State) error {
	e, verdict := w.episode, w.judge.See(state)
	o := outcome{
		Task: e.Task.Name(), Split: string(e.Split), Seed: e.Seed, Instruction: e.Instruction,
		Verdict: verdict.String(), TimeS: state.Time.Seconds(), LimitS: e.Task.Limit().Seconds(),
	}
	if o.Verdict == w.said.Verdict && w.simulated-w.saidAt < time.Second {
		return nil
	}
	if verdict != task.Running && o.Verdict != w.said.Verdict {
		if err := w.done.Publish(&std_msgs.Bool{Data: verdict == task.Success}); err != nil {
			return err
		}
	}
	w.said, w.saidAt = o, w.simulated
	w.health.set(o)
	data, err := json.Marshal(o)
	if err != nil {
		return err
	}
	return w.outcomes.Publish(&std_msgs.String{Data: string(data)})
}
