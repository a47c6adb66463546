package eval

import (
	"encoding/json"
	"fmt"
	"time"

	"hyt/gazebo/task"
	"hyt/policy"
)

// Episode names one episode of a run.
type Episode struct {
	Task        string      `json:"task"`
	Split       task.Split  `json:"split"`
	Mode        policy.Mode `json:"mode,omitempty"` // "" where a reference policy plays
	Control     Control     `json:"control,omitempty"`
	Seed        int64       `json:"seed"`
	Instruction string      `json:"instruction"` // as the policy hears it
}

// group is the cell that the episode counts in.
func (e Episode) group() group { return group{e.Task, e.Split, e.Mode, e.Control} }

type group struct {
	task    string
	split   task.Split
	mode    policy.Mode
	control Control
}

// Name is short and good for files: "stack_id_act_1000003".
func (e Episode) Name() string {
	who := string(e.Mode)
	if e.Control != Plain {
		who += string(e.Control)
	}
	return fmt.Sprintf("%s_%s_%s_%d", e.Task, e.Split, who, e.Seed)
}

// Result is how an episode ended.
type Result struct {
	Episode
	Verdict task.Verdict // Running: the time was up
	Time    time.Duration
	Thoughts
	Latency []time.Duration // measured, of each inference
	Lost    string          // why it was not played to its end; "": it was
	Film    string          // file; "": none
	Bag     string          // folder; "": none
}

// Success says whether the task was done.
func (r Result) Success() bool { return r.Lost == "" && r.Verdict == task.Success }

// resultJSON is a Result as a report has it.
type resultJSON struct {
	Episode
	Verdict string  `json:"verdict"` // success, failure, timeout or lost
	TimeS   float64 `json:"time_s"`
	Thoughts
	LatencyMS []float64 `json:"latency_ms,omitempty"`
	Lost      string    `json:"lost,omitempty"`
	Film      string    `json:"film,omitempty"`
	Bag       string    `json:"bag,omitempty"`
}

// Words of an episode's end.
const (
	timeout = "timeout"
	lost    = "lost"
)

// Ending is how it ended, in a word: success, failure (a mistake such as the wrong object
// touched), timeout or lost.
func (r Result) Ending() string {
	switch {
	case r.Lost != "":
		return lost
	case r.Verdict == task.Running:
		return timeout
	}
	return r.Verdict.String()
}

// MarshalJSON implements json.Marshaler.
func (r Result) MarshalJSON() ([]byte, error) {
	out := resultJSON{Episode: r.Episode, Verdict: r.Ending(), TimeS: r.Time.Seconds(), Thoughts: r.Thoughts, Lost: r.Lost, Film: r.Film, Bag: r.Bag}
	for _, d := range r.Latency {
		out.LatencyMS = append(out.LatencyMS, float64(d)/float64(time.Millisecond))
	}
	return json.Marshal(out)
}

// UnmarshalJSON implements json.Unmarshaler.
func (r *Result) UnmarshalJSON(data []byte) error {
	var in resultJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*r = Result{Episode: in.Episode, Time: time.Duration(in.TimeS*1e9 + 0.5), Thoughts: in.Thoughts, Lost: in.Lost, Film: in.Film, Bag: in.Bag}
	switch in.Verdict {
	case task.Success.String():
		r.Verdict = task.Success
	case task.Failure.String():
		r.Verdict = task.Failure
	case timeout:
	case lost:
		if r.Lost == "" {
			r.Lost = "for a reason that was not noted"
		}
	default:
		return fmt.Errorf("episode %s ended in %q: want success, failure, timeout or lost", r.Name(), in.Verdict)
	}
	for _, ms := range in.LatencyMS {
		r.Latency = append(r.Latency, time.Duration(ms*float64(time.Millisecond)+0.5))
	}
	return nil
}
